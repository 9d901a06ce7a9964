import type { Middleware, TransportRequest } from '@dhis2-files/client'
import { bytes, type Screen } from './screen.js'

/** Longest JSON that is shown, in characters. */
const SHOWN = 120

/** Shows every request and every answer. It sees the credentials too, and shows no header. */
export function trace(screen: Screen, base: URL): Middleware {
  return (next) => async (request) => {
    screen.detail(`→ ${request.method} ${pathOf(request.url, base)}${await bodyOf(request)}`)
    const started = performance.now()
    const response = await next(request).catch((error: unknown) => {
      screen.detail(`← no answer after ${since(started)}`)
      throw error
    })
    const after = `${response.status}, ${since(started)}`
    if (!isJson(response)) {
      screen.detail(`← ${after}${sizeOf(response)}`)
      return response
    }
    const text = await response.text()
    screen.detail(`← ${after}: ${summaryOf(text)}`)
    const { status, statusText, headers } = response
    return new Response(text, { status, statusText, headers })
  }
}

function pathOf(url: URL, base: URL): string {
  const path = url.pathname.slice(base.pathname.length) + url.search
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

async function bodyOf({ body }: TransportRequest): Promise<string> {
  if (body === undefined) return ''
  if (body.type.startsWith('multipart/')) {
    return ` with a file, ${body.size === undefined ? 'of unknown length' : bytes(body.size)} in all`
  }
  return body.replayable ? ` ${short(await new Response(await body.open()).text())}` : ''
}

function isJson(response: Response): boolean {
  return response.body !== null && /\bjson\b/.test(response.headers.get('content-type') ?? '')
}

function sizeOf(response: Response): string {
  const length = response.headers.get('content-length')
  if (length === null || length === '0') return ''
  return `: ${response.headers.get('content-type') ?? 'no type'}, ${bytes(Number(length))}`
}

/** What an answer says, in a line. */
function summaryOf(text: string): string {
  let json: Json
  try {
    json = JSON.parse(text) as Json
  } catch {
    return short(text)
  }
  const file = json.response?.fileResource ?? json
  if (file.storageStatus !== undefined) {
    return `file resource ${file.id} “${file.name}”, ${file.storageStatus}, MD5 ${file.contentMd5}`
  }
  if (json.httpStatusCode !== undefined) return json.message ?? `${json.status} ${json.response?.uid ?? ''}`.trim()
  if (json.documents !== undefined) return `${json.documents.length} of ${json.pager?.total ?? '?'} documents`
  if (json.url !== undefined) return `document ${json.id} “${json.name}” with file resource ${json.url}`
  if (json.sharing !== undefined) return `sharing, public access ${json.sharing.public}`
  if (json.version !== undefined) return `DHIS2 ${json.version}`
  if (json.username !== undefined) return `user ${json.username}`
  return short(text)
}

/** The members of DHIS2's answers that are shown. */
interface Json {
  readonly id?: string
  readonly name?: string
  readonly url?: string
  readonly storageStatus?: string
  readonly contentMd5?: string
  readonly httpStatusCode?: number
  readonly status?: string
  readonly message?: string
  readonly response?: { readonly uid?: string; readonly fileResource?: Json }
  readonly documents?: readonly unknown[]
  readonly pager?: { readonly total?: number }
  readonly sharing?: { readonly public?: string }
  readonly version?: string
  readonly username?: string
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line
}

function since(started: number): string {
  return `${Math.round(performance.now() - started)} ms`
}
