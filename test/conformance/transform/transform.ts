import type { Fixtures, Json, Part, RecordedRequest, RecordedResponse, Recording, Step } from '../recording.js'
import { isFilePart } from '../recording.js'
import { md5 } from './bytes.js'
import { fileResourceOf, jsonOf } from './chosen.js'
import type { Content } from './contents.js'
import { freshDisposition } from './file-names.js'
import { Replacements } from './replacements.js'

const NAME_MEMBERS = new Set(['name', 'displayName', 'shortName', 'subject', 'firstName', 'surname'])
const LENGTH_CODES = new Set(['E4001', 'E4002'])
/** The start of the error that a missing blob gives; 2.42 and 2.43 cut it to the file's length. */
const LOST_BLOB =
  '{"httpStatus":"Internal Server Error","httpStatusCode":500,"status":"ERROR","message":"key \'dataValue/'

type Members = { readonly [member: string]: Json }

/**
 * The same story with other uids, names, codes, users, files and sizes in its requests, and in its answers what follows
 * from them. The same seed gives the same story.
 */
export function transform(
  recording: Recording,
  fixtures: Fixtures,
  seed: number,
): { recording: Recording; fixtures: Fixtures } {
  const replacements = new Replacements(recording, fixtures, seed)
  const teller = new Teller(replacements)
  const steps = recording.steps.map((step) => teller.tell(step))
  return { recording: { dhis2: recording.dhis2, steps }, fixtures: replacements.contents.fixtures }
}

/** Rewrites step by step, and remembers which file lies behind which uid. */
class Teller {
  readonly #to: Replacements
  /** Content of a file resource, by the variable that holds its uid. */
  readonly #files = new Map<string, Content>()
  /** Content of a file resource, by the variable that holds its MD5. */
  readonly #sums = new Map<string, Content>()
  /** The variable of a document's file, by that of the document. */
  readonly #documents = new Map<string, string>()

  constructor(replacements: Replacements) {
    this.#to = replacements
  }

  tell(step: Step): Step {
    if (step.request === undefined) return step
    const disposition = this.#disposition(step)
    const request = this.#request(step, step.request, disposition?.disposition)
    this.#remember(step)
    if (step.response === undefined) return { ...step, request }
    const response = new Answer(this.#to, step, request, disposition?.name, {
      byVariable: (name) => this.#files.get(name) ?? this.#sums.get(name),
      behind: (path) => this.#behind(path),
    }).rewrite(step.response)
    return { ...step, request, response }
  }

  #disposition(step: Step): { disposition: string; name: string | undefined } | undefined {
    const disposition = step.request?.multipart?.find((part) => part.disposition !== undefined)?.disposition
    if (disposition === undefined) return undefined
    const name = at(step.response?.json, ['response', 'fileResource', 'name'])
    const tooLong = step.response?.status === 409
    return freshDisposition(
      { disposition, name: typeof name === 'string' ? name : undefined },
      tooLong,
      this.#to.random,
    )
  }

  #remember(step: Step): void {
    const { request, capture = {} } = step
    const content = this.#to.contents.uploaded(step)
    const file = fileResourceOf(step)
    if (content !== undefined && file !== undefined) this.#files.set(file, content)
    const asked = /^\/api\/fileResources\/\{\{(\w+)\}\}$/.exec(request?.path ?? '')?.[1]
    for (const [name, from] of Object.entries(capture)) {
      const known = asked === undefined ? undefined : this.#files.get(asked)
      if (from === 'contentMd5' && known !== undefined) this.#sums.set(name, known)
      if (from === 'response.uid' && request?.path.startsWith('/api/documents')) {
        const url = /^\{\{(\w+)\}\}$/.exec(String(at(request.json, ['url'])))?.[1]
        if (url !== undefined) this.#documents.set(name, url)
      }
    }
  }

  /** The content that a path serves, where that is known. */
  #behind(path: string): Content | undefined {
    const name = /^\/api\/(?:fileResources|documents)\/\{\{(\w+)\}\}\/data/.exec(path)?.[1] ?? ''
    return this.#files.get(this.#documents.get(name) ?? name)
  }

  #request(step: Step, request: RecordedRequest, disposition: string | undefined): RecordedRequest {
    const overTheCap = /current file size/.test(String(at(step.response?.json, ['message'])))
    return {
      ...request,
      path: this.#path(request.path),
      ...(request.auth !== undefined && { auth: this.#auth(request.auth) }),
      ...(request.headers !== undefined && { headers: this.#headers(request.headers) }),
      ...(request.json !== undefined && { json: this.#value('', request.json) }),
      ...(request.multipart !== undefined && {
        multipart: request.multipart.map((part) => this.#part(part, overTheCap, disposition)),
      }),
      ...(request.body !== undefined && { body: this.#body(request.body) }),
    }
  }

  #body(body: NonNullable<RecordedRequest['body']>): NonNullable<RecordedRequest['body']> {
    const operations = jsonOf(body)?.map(({ value, ...operation }) =>
      this.#shuffled({
        ...operation,
        ...(value !== undefined && { value: this.#value(String(operation.path).slice(1), value) }),
      }),
    )
    if (operations !== undefined) return { ...body, text: JSON.stringify(operations) }
    return body.type.startsWith('text/') ? { ...body, text: this.#to.contents.text(body.text) } : body
  }

  #part(part: Part, overTheCap: boolean, disposition: string | undefined): Part {
    const fresh = this.#to.contents.part(part, overTheCap)
    return {
      ...fresh,
      ...(part.filename !== undefined &&
        isFilePart(part) && { filename: this.#to.fileName(part.filename) ?? part.filename }),
      ...(part.disposition !== undefined && disposition !== undefined && { disposition }),
    }
  }

  #auth(auth: NonNullable<RecordedRequest['auth']>): NonNullable<RecordedRequest['auth']> {
    if (auth === 'none' || 'cookie' in auth) return auth
    if ('token' in auth) return { token: this.#to.anywhere(auth.token) }
    const [user = '', password = ''] = auth.basic.split(':')
    return { basic: `${this.#to.username(user)}:${this.#to.password(password)}` }
  }

  #headers(headers: Readonly<Record<string, string | null>>): Record<string, string | null> {
    // one that is taken away must keep the name it is given elsewhere
    const { random } = this.#to
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        value === null || random.chance(0.5) ? name : name.toLowerCase(),
        value,
      ]),
    )
  }

  #path(path: string): string {
    const [route = '', search] = path.split('?')
    const fresh = this.#to.anywhere(route)
    if (search === undefined) return fresh
    const pairs = search.split('&').map((pair) => {
      const at = pair.indexOf('=')
      return `${pair.slice(0, at)}=${this.#parameter(pair.slice(0, at), pair.slice(at + 1))}`
    })
    return `${fresh}?${this.#to.random.shuffle(pairs).join('&')}`
  }

  #parameter(name: string, value: string): string {
    const to = this.#to
    if (name === 'fields' || name === 'order') return value
    if (name === 'pe' || name === 'period' || name.endsWith('Date')) return to.anywhere(to.date(value))
    if (name === 'storageKey') return value.replace(/[^/]+$/, () => to.random.word(8))
    if (name === 'domain' || name === 'dimension')
      return to.chosen.refused.has(value) ? to.anywhere(value) : to.random.chance(0.3) ? value.toLowerCase() : value
    if (name === 'filter' && value.startsWith('name:')) {
      const [property = '', operator = '', ...rest] = value.split(':')
      const sought = rest.join(':')
      const fresh = to.chosen.nameParts.has(sought) ? to.namePart(sought) : (to.name(sought) ?? to.anywhere(sought))
      return [property, to.anywhere(operator), fresh].join(':')
    }
    return to.anywhere(value)
  }

  #value(key: string, value: Json): Json {
    const to = this.#to
    if (Array.isArray(value)) return value.map((item) => this.#value(key, item))
    if (value !== null && typeof value === 'object')
      return this.#shuffled(
        Object.fromEntries(Object.entries(value).map(([k, v]) => [to.anywhere(k), this.#value(k, v)])),
      )
    if (typeof value !== 'string') return value
    if (NAME_MEMBERS.has(key)) return to.name(value) ?? value
    if (key === 'username') return to.username(value)
    if (key === 'password') return to.password(value)
    if (key === 'keywords') return to.keyword(value)
    if (key === 'period' || key.endsWith('At')) return to.date(value)
    if (to.chosen.texts.has(value) && /^(text|value|description)$/.test(key)) return to.contents.text(value)
    return to.anywhere(value)
  }

  #shuffled(members: Members): { [member: string]: Json } {
    return Object.fromEntries(this.#to.random.shuffle(Object.entries(members)))
  }
}

interface Files {
  byVariable(name: string): Content | undefined
  behind(path: string): Content | undefined
}

/** Works out what one step is answered now. */
class Answer {
  readonly #to: Replacements
  readonly #step: Step
  readonly #request: RecordedRequest
  readonly #fileName: string | undefined
  readonly #files: Files

  constructor(to: Replacements, step: Step, request: RecordedRequest, fileName: string | undefined, files: Files) {
    this.#to = to
    this.#step = step
    this.#request = request
    this.#fileName = fileName
    this.#files = files
  }

  rewrite(old: RecordedResponse): RecordedResponse {
    const content = this.#content(old)
    const cut = this.#cut(old)
    return {
      ...old,
      headers: this.#headers(old, content, cut),
      ...(old.json !== undefined && { json: this.#value('', old.json, {}) }),
      ...(old.text !== undefined && { text: this.#to.contents.knownText(old.text) ?? old.text }),
      ...(old.bytes !== undefined && content !== undefined && { bytes: content.fresh.length, md5: content.fresh.md5 }),
      ...(cut !== undefined && { bytes: cut.length, md5: md5(cut) }),
    }
  }

  /** The file that an answer carries, or, for HEAD, announces. */
  #content(old: RecordedResponse): Content | undefined {
    if (old.md5 !== undefined) return this.#to.contents.byMd5(old.md5)
    if (old.text !== undefined) return this.#to.contents.byMd5(md5(Buffer.from(old.text)))
    return old.empty === true && old.status === 200 ? this.#files.behind(this.#step.request?.path ?? '') : undefined
  }

  #cut(old: RecordedResponse): Buffer | undefined {
    if (old.bytes === undefined || md5(Buffer.from(LOST_BLOB.slice(0, old.bytes))) !== old.md5) return undefined
    const content = this.#files.behind(this.#step.request?.path ?? '')
    return content && Buffer.from(LOST_BLOB.slice(0, content.fresh.length))
  }

  #headers(old: RecordedResponse, content: Content | undefined, cut: Buffer | undefined): Record<string, string> {
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(old.headers)) {
      // the length of JSON is compared by its members
      if (name === 'content-length' && old.json !== undefined) continue
      if (name === 'content-length' && cut !== undefined) headers[name] = String(cut.length)
      else if (name === 'content-length' && content !== undefined && value === String(content.old.length))
        headers[name] = String(content.fresh.length)
      else if (name === 'content-disposition') headers[name] = this.#disposition(value)
      else headers[name] = this.#to.anywhere(value)
    }
    return headers
  }

  #disposition(value: string): string {
    const [, start = '', name = ''] = /^(filename=)(.*)$/s.exec(value) ?? []
    if (start === '') return value.replace(/\d{4}-\d\d-\d\d/g, (date) => this.#to.date(date))
    return start + (this.#to.storedFileName(name) ?? name)
  }

  #value(key: string, value: Json, of: Members): Json {
    if (Array.isArray(value)) return value.map((item) => this.#value(key, item, of))
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [this.#to.anywhere(k), this.#value(k, v, value)]))
    if (typeof value === 'number') return this.#number(key, value, of)
    return typeof value === 'string' ? this.#text(key, value, of) : value
  }

  #number(key: string, value: number, of: Members): number {
    if (key === 'contentLength') return this.#contentOf(of, value)?.fresh.length ?? value
    if (key === 'errorProperties' && value === this.#oldLength(of)) return this.#freshLength(of) ?? value
    return value
  }

  #contentOf(fileResource: Members, length: number): Content | undefined {
    const sum = String(fileResource.contentMd5 ?? fileResource.id)
    const variable = /^\{\{(\w+)\}\}$/.exec(sum)?.[1]
    const content = variable === undefined ? this.#to.contents.byMd5(sum) : this.#files.byVariable(variable)
    return content?.old.length === length ? content : undefined
  }

  #text(key: string, value: string, of: Members): string {
    const to = this.#to
    if (NAME_MEMBERS.has(key)) return this.#name(value, of)
    if (key === 'contentMd5') {
      const content = to.contents.byMd5(value)
      return content?.fresh.md5 ?? value
    }
    if (key === 'username') return to.username(value)
    if (key === 'keywords') return to.keyword(value)
    if (key === 'period') return to.date(value)
    if (key === 'text' || key === 'value' || key === 'description')
      return to.contents.knownText(value) ?? to.anywhere(value)
    if (key === 'nextPage' || key === 'prevPage') return this.#link(value)
    if (key === 'args' && value === String(this.#oldLength(of))) return String(this.#freshLength(of))
    if (key === 'message' || key === 'args' || key === 'errorProperties') return this.#message(value, of)
    return to.anywhere(value)
  }

  #name(value: string, of: Members): string {
    if (this.#fileName !== undefined && 'contentMd5' in of) return this.#fileName
    return this.#to.storedFileName(value) ?? this.#to.name(value) ?? value
  }

  #message(value: string, of: Members): string {
    const to = this.#to
    const size = this.#request.multipart?.find((part) => part.repeat !== undefined)?.repeat?.bytes
    const oldSize = this.#step.request?.multipart?.find((part) => part.repeat !== undefined)?.repeat?.bytes
    const named = value.replace(/([^[\]`]+) \[(?:\{\{\w+\}\}|\w+)\] \(/g, (found, before: string) => {
      const ends = [...to.chosen.names].filter((name) => before === name || before.endsWith(` ${name}`))
      const name = ends.sort((a, b) => b.length - a.length)[0]
      return name === undefined ? found : found.replace(`${name} [`, `${to.name(name)} [`)
    })
    const message = named
      .replace(/current file size (\d+)/, (found, n: string) =>
        Number(n) === oldSize ? `current file size ${size}` : found,
      )
      .replace(/given length was (\d+)/, () => `given length was ${this.#freshLength(of)}`)
      .replace(/column: (\d+)(?=\] \(through)/, (_, n: string) => `column: ${this.#column(Number(n))}`)
    const period = /expected a digit at position 0 but found: `.`/
    const fresh = to.anywhere(message)
    return period.test(message) ? fresh.replace(/found: `.`/, `found: \`${/`(.)/.exec(fresh)?.[1]}\``) : fresh
  }

  /** Where the parser stood: behind the same member of the request, which may have moved. */
  #column(old: number): number {
    const sent = JSON.stringify(this.#step.request?.json)
    const variable = /\{\{\w+\}\}/.exec(sent)?.[0]
    if (variable === undefined) return old
    return old - sent.indexOf(`"${variable}"`) + JSON.stringify(this.#request.json).indexOf(`"${variable}"`)
  }

  /** The length that an error report complains of: of what was sent then, of what is sent now. */
  #oldLength(report: Members): number | undefined {
    return lengthIn(report, this.#step.request?.json)
  }

  #freshLength(report: Members): number | undefined {
    return lengthIn(report, this.#request.json)
  }

  /** A link to another page: either as the request was sent, or put together anew by the server. */
  #link(value: string): string {
    const page = /[?&]page=(\d+)$/.exec(value)?.[1]
    const asSent = (request: RecordedRequest | undefined) => {
      const [path = '', search = ''] = (request?.path ?? '').split('?')
      const others = search.split('&').filter((pair) => !pair.startsWith('page='))
      return `{{base}}${path}?${[...others, `page=${page}`].join('&')}`
    }
    return value === asSent(this.#step.request) ? asSent(this.#request) : this.#to.anywhere(value)
  }
}

function lengthIn(report: Members, sent: Json | undefined): number | undefined {
  if (!LENGTH_CODES.has(String(report.errorCode))) return undefined
  const value = at(sent, [String(report.errorProperty)])
  return typeof value === 'string' ? value.length : undefined
}

function at(json: Json | undefined, path: readonly string[]): Json | undefined {
  let value = json
  for (const member of path) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
    value = value[member]
  }
  return value
}
