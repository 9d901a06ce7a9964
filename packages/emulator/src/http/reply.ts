import type { BlobReader } from '../storage/blob-store.js'

/**
 * An answer as data. Filters (ETag, HEAD, faults) look at it before anything is sent; a body is bytes, or something that
 * can be opened.
 */
export interface Reply {
  status: number
  headers: Headers
  body: Uint8Array | BlobReader | undefined
  /** Which security headers go with it. */
  policy: SecurityPolicy
  /** JSON of the API: subject to Accept negotiation, sent in chunks where the server does so. */
  kind: 'json' | 'error' | 'other'
  /** Write no more than this and break off, whatever Content-Length says. */
  breakAfter?: number
}

/**
 * `api`: ordinary answers. `file`: bytes of a file. `file-and-api`: bytes of a file with both policies. `file-error`: an error
 * after the file policy was set. `none`: no headers.
 */
export type SecurityPolicy = 'api' | 'file' | 'file-and-api' | 'file-error' | 'none'

export const JSON_UTF8 = 'application/json;charset=UTF-8'
export const NO_CACHE_PRIVATE = 'no-cache, private'
export const NO_STORE = 'no-cache, no-store, max-age=0, must-revalidate'

export type HeaderValues = Readonly<Record<string, string | undefined>>

const encoder = new TextEncoder()

/** Makes an answer of any kind. Header values that are undefined are left out. */
export function reply(status: number, headers: HeaderValues = {}, body?: Reply['body'] | string): Reply {
  const all = new Headers()
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) all.set(name, value)
  return {
    status,
    headers: all,
    body: typeof body === 'string' ? encoder.encode(body) : body,
    policy: 'api',
    kind: 'other',
  }
}

/** A JSON answer, negotiated by Accept. */
export function json(value: unknown, options: { status?: number; headers?: HeaderValues } = {}): Reply {
  const made = reply(
    options.status ?? 200,
    { 'content-type': JSON_UTF8, ...options.headers },
    JSON.stringify(value) ?? 'null',
  )
  made.kind = 'json'
  return made
}

/** An answer without a body: 204, or another status with `Content-Length: 0`. */
export function empty(status: number, headers: HeaderValues = {}): Reply {
  return reply(status, status === 204 || status === 304 ? headers : { 'content-length': '0', ...headers })
}
