import type { PartHeaderRules } from '../versions.js'
import { MultipartError } from './multipart.js'

/** What the headers of a multipart part say, by the rules of one parser. */
export interface PartHead {
  readonly name: string
  /** The client's file name, paths and all; undefined for a form field. */
  readonly filename: string | undefined
  readonly contentType: string | undefined
}

/** Reads a part's header section. Undefined when the part has no name: both parsers skip it. */
export function readPartHead(section: Uint8Array, rules: PartHeaderRules): PartHead | undefined {
  const headers = unfold(new TextDecoder().decode(section))
  const disposition = headers.get('content-disposition')
  if (disposition === undefined || !/^form-data/i.test(disposition)) return undefined
  const parameters = commonsParameters(disposition)
  const name = parameters.get('name')?.trim()
  if (name === undefined) return undefined
  const filename =
    rules === 'commons'
      ? parameters.has('filename')
        ? (parameters.get('filename') ?? '').trim()
        : undefined
      : springFilename(disposition)
  return { name, filename, contentType: headers.get('content-type') }
}

function unfold(section: string): Map<string, string> {
  const headers = new Map<string, string>()
  for (const line of section.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before},${value}`)
  }
  return headers
}

/** Splits at `;` outside quotes, where a backslash keeps a quote from ending them. */
function splitParameters(text: string): string[] {
  const parts: string[] = []
  let quoted = false
  let escaped = false
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === ';' && !quoted) {
      parts.push(text.slice(start, at))
      start = at + 1
    } else if (!escaped && character === '"') quoted = !quoted
    escaped = !escaped && character === '\\'
  }
  return [...parts, text.slice(start)]
}

/** commons-fileupload: quotes are taken off, nothing is unescaped, a later parameter of the same name wins. */
function commonsParameters(disposition: string): Map<string, string | undefined> {
  const parameters = new Map<string, string | undefined>()
  for (const part of splitParameters(disposition)) {
    const equals = part.indexOf('=')
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase()
    if (name === '') continue
    if (equals < 0) {
      parameters.set(name, undefined)
      continue
    }
    let value: string | undefined = part.slice(equals + 1).trim()
    if (value.length >= 2 && value.startsWith('"') && value.endsWith('"')) value = value.slice(1, -1)
    if (value === '') value = undefined
    if (value !== undefined) value = name.endsWith('*') ? commonsExtended(value) : encodedWords(value)
    parameters.set(name.endsWith('*') ? name.slice(0, -1) : name, value)
  }
  return parameters
}

/** `charset'language'percent-encoded`; anything else stays as it is. */
function commonsExtended(value: string): string {
  const match = /^([^']*)'[^']*'([^]*)$/.exec(value)
  if (match === null) return value
  const bytes: number[] = []
  const text = match[2] ?? ''
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '%' && /^[0-9a-f]{2}$/i.test(text.slice(at + 1, at + 3))) {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 3), 16))
      at += 2
    } else bytes.push(text.charCodeAt(at) & 0xff)
  }
  return decode(bytes, match[1] ?? '') ?? value
}

/** Spring's ContentDisposition: `filename*` always wins, the plain name has its quoted pairs undone, blanks stay. */
function springFilename(disposition: string): string | undefined {
  let filename: string | undefined
  for (const raw of splitParameters(disposition).slice(1)) {
    const part = raw.trim()
    if (part === '') continue
    const equals = part.indexOf('=')
    if (equals < 0) throw new MultipartError('Invalid content disposition format')
    const attribute = part.slice(0, equals)
    const quoted = part.length > equals + 2 && part[equals + 1] === '"' && part.endsWith('"')
    const value = quoted ? part.slice(equals + 2, -1) : part.slice(equals + 1)
    if (attribute === 'filename*') filename = springExtended(value)
    else if (attribute === 'filename' && filename === undefined)
      filename = value.startsWith('=?')
        ? encodedWords(value)
        : value.replace(/\\([^])/g, (pair, next: string) => (next === '"' || next === '\\' ? next : pair))
  }
  return filename
}

const RFC5987_TOKEN = /[A-Za-z0-9!#$&+\-.^_`|~]/

function springExtended(value: string): string {
  const match = /^([^']*)'[^']*'([^]*)$/.exec(value)
  const charset = match === null ? 'us-ascii' : (match[1] ?? '').trim().toLowerCase()
  if (!/^(utf-?8|iso-?8859-1|latin1|us-ascii)$/.test(charset))
    throw new MultipartError('Charset must be UTF-8 or ISO-8859-1')
  const text = match === null ? value : (match[2] ?? '')
  const bytes: number[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    const hex = text.slice(at + 1, at + 3)
    if (RFC5987_TOKEN.test(character)) bytes.push(character.charCodeAt(0))
    else if (character === '%' && /^[0-9a-f]{2}$/i.test(hex)) {
      bytes.push(Number.parseInt(hex, 16))
      at += 2
    } else throw new MultipartError('Invalid header field parameter format (as defined in RFC 5987)')
  }
  return decode(bytes, charset) ?? ''
}

/** RFC 2047 words such as `=?UTF-8?B?…?=`. */
function encodedWords(value: string): string {
  return value.replace(
    /=\?([\w-]+)\?([BbQq])\?([^?]*)\?=/g,
    (word, charset: string, encoding: string, text: string) => {
      const bytes =
        encoding.toUpperCase() === 'B'
          ? Buffer.from(text, 'base64')
          : Buffer.from(
              text
                .replaceAll('_', ' ')
                .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
              'latin1',
            )
      return decode([...bytes], charset) ?? word
    },
  )
}

function decode(bytes: readonly number[], charset: string): string | undefined {
  if (/^(iso-?8859-1|latin1|us-ascii)$/i.test(charset)) return Buffer.from(bytes).toString('latin1')
  try {
    return new TextDecoder(charset).decode(Uint8Array.from(bytes))
  } catch {
    return undefined
  }
}
