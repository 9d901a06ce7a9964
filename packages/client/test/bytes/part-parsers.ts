/**
 * How DHIS2 reads the name in a part's header, written from the servers' rules (WIRE.md 1.2), not from our encoder:
 * 2.41 by commons-fileupload 1.6 and Spring 5 (`CommonsMultipartFile`), 2.42 and later by Tomcat 11 and Spring 6 or 7
 * (`ContentDisposition.parse`). Both end in `FilenameUtils.getName`, `defaultIfBlank` and a column of 230 characters.
 */
export interface ReadPart {
  readonly name: string
  readonly type: string | undefined
}

/** Takes what follows the line of the boundary: a header section and the bytes of the file. Throws what the server answers. */
export function readPart(bytes: Uint8Array, line: string): ReadPart {
  const end = headerEnd(bytes)
  const headers = new Map<string, string>()
  for (const row of new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, end)).split('\r\n')) {
    if (row === '') continue
    if (/^[ \t]/.test(row)) throw new Error('a folded line: not ours')
    const colon = row.indexOf(':')
    const key = javaTrim(row.slice(0, colon)).toLowerCase()
    if (colon === -1 || headers.has(key)) throw new Error(`an unexpected header: ${row}`)
    headers.set(key, javaTrim(row.slice(colon + 1)))
  }
  for (const key of headers.keys()) {
    if (key !== 'content-disposition' && key !== 'content-type') throw new Error(`an injected header: ${key}`)
  }
  const disposition = headers.get('content-disposition') ?? ''
  const read = line === '2.41' ? readCommons(disposition) : readSpring(disposition)
  if (read.field !== 'file') throw new Error(`the part is called ${read.field}`)
  if (read.filename === undefined) throw new Error('no file part')
  return { name: store(read.filename), type: headers.get('content-type') }
}

/** `MultipartStream.readHeaders`: counts up to and with CR LF CR LF. */
function headerEnd(bytes: Uint8Array): number {
  const separator = [13, 10, 13, 10]
  let matched = 0
  for (let size = 1; size <= bytes.length; size++) {
    if (size > 512) throw new Error('Header section has more than 512 bytes (maybe it is not properly terminated)')
    matched = bytes[size - 1] === separator[matched] ? matched + 1 : 0
    if (matched === 4) return size
  }
  throw new Error('Stream ended unexpectedly')
}

/** `FileResourceUtils.saveFileResource`, then PostgreSQL. */
function store(filename: string): string {
  if (filename.includes('\0')) throw new Error('Null character present in file/path name')
  const base = filename.slice(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1)
  const name = [...base].every(javaBlank) ? 'untitled' : base
  if ([...name].length > 230) throw new Error('ERROR: value too long for type character varying(230)')
  return name
}

interface Disposition {
  field: string | undefined
  filename: string | undefined
}

/** `ParameterParser` of commons-fileupload. */
function readCommons(value: string): Disposition {
  const params = new Map<string, string>()
  let at = 0
  const token = (stops: string, quotes: boolean): string => {
    let text = ''
    let quoted = false
    let escaped = false
    for (; at < value.length; at++) {
      const c = value.charAt(at)
      if (!quoted && stops.includes(c)) break
      if (quotes && !escaped && c === '"') quoted = !quoted
      escaped = quotes && !escaped && c === '\\'
      text += c
    }
    while (text !== '' && javaBlank(text.charAt(0))) text = text.slice(1)
    while (text !== '' && javaBlank(text.slice(-1))) text = text.slice(0, -1)
    return quotes && text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
  }
  while (at < value.length) {
    let key = token('=;', false)
    let text = ''
    if (value.charAt(at) === '=') {
      at++
      text = token(';', true)
      text = key.endsWith('*') ? rfc2231(text) : encodedWords(text)
    }
    if (value.charAt(at) === ';') at++
    key = key.replace(/\*$/, '').toLowerCase()
    if (key !== '') params.set(key, text)
  }
  const filename = params.get('filename')
  return { field: params.get('name'), filename: filename === undefined ? undefined : javaTrim(filename) }
}

function rfc2231(text: string): string {
  const [charset, language, ...rest] = text.split("'")
  if (language === undefined || rest.length === 0) return text
  if (charset !== 'UTF-8') throw new Error(`charset ${charset}`)
  const out: number[] = []
  const encoded = rest.join("'")
  for (let i = 0; i < encoded.length; i++) {
    if (encoded.charAt(i) !== '%') out.push(encoded.charCodeAt(i) & 255)
    else if (i + 2 < encoded.length) {
      out.push(Number.parseInt(encoded.slice(i + 1, i + 3), 16))
      i += 2
    } else break
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(out))
}

/** `MimeUtility.decodeText`: what it would decode is marked, which no name of ours may be. */
function encodedWords(text: string): string {
  if (!text.includes('=?')) return text
  return text
    .split(/([ \t\r\n]+)/)
    .map((word) => (/^=\?[^?]*\?[^?]*\?.*?\?=/.test(word) ? '<decoded>' : word))
    .join('')
}

/** `ContentDisposition.parse` of Spring 6 and 7. */
function readSpring(value: string): Disposition {
  const parts: string[] = []
  let index = value.indexOf(';')
  if (index < 0) index = value.length
  while (index < value.length) {
    let next = index + 1
    let quoted = false
    let escaped = false
    for (; next < value.length; next++) {
      const c = value.charAt(next)
      if (c === ';' && !quoted) break
      if (c !== ';' && !escaped && c === '"') quoted = !quoted
      escaped = !escaped && c === '\\'
    }
    const part = javaTrim(value.slice(index + 1, next))
    if (part !== '') parts.push(part)
    index = next
  }
  const found: Disposition = { field: undefined, filename: undefined }
  for (const part of parts) {
    const equals = part.indexOf('=')
    if (equals === -1) throw new Error('Invalid content disposition format')
    const key = part.slice(0, equals)
    const text =
      part.startsWith('"', equals + 1) && part.endsWith('"') ? part.slice(equals + 2, -1) : part.slice(equals + 1)
    if (key === 'name') found.field = text
    else if (key === 'filename*') found.filename = rfc5987(text)
    else if (key === 'filename') found.filename ??= springFilename(text)
    else throw new Error(`an injected parameter: ${key}`)
  }
  return found
}

function springFilename(text: string): string {
  const word = /=\?[0-9a-zA-Z_-]+\?(?:B\?[+/0-9a-zA-Z]+=*|Q\?[!->@-~]+)\?=/
  // Tomcat has parsed the header before, and decodes too: what is malformed is an error 500 there
  if (encodedWords(text) !== text) throw new Error('Tomcat decodes it')
  if (text.startsWith('=?')) return word.test(text) ? '<decoded>' : text
  return text.replace(/\\(["\\])/g, '$1')
}

function rfc5987(text: string): string {
  const first = text.indexOf("'")
  const second = text.indexOf("'", first + 1)
  if (first === -1 || second === -1 || text.slice(0, first) !== 'UTF-8') throw new Error('charset')
  const encoded = text.slice(second + 1)
  if (!/^(?:[!#$&+.0-9A-Z^_`a-z|~-]|%[0-9A-Fa-f]{2})*$/.test(encoded)) throw new Error('Invalid header field parameter')
  return decodeURIComponent(encoded)
}

/** `String.trim`. */
function javaTrim(text: string): string {
  return text.replace(/^[\0- ]+/, '').replace(/[\0- ]+$/, '')
}

/** `Character.isWhitespace`. */
function javaBlank(c: string): boolean {
  const code = c.charCodeAt(0)
  return (
    (code >= 9 && code <= 13) ||
    (code >= 28 && code <= 31) ||
    (/^[\p{Zs}\p{Zl}\p{Zp}]$/u.test(c) && !'\u00a0\u2007\u202f'.includes(c))
  )
}
