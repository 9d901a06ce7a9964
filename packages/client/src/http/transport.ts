import type { ByteSource } from '../bytes/source.js'

/** The body of a request: a source without a name. `type` is its Content-Type. */
export type RequestBody = Pick<ByteSource, 'type' | 'size' | 'replayable' | 'open'>

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One request as data. Never a `Request`: a Request's body can be used once. */
export interface TransportRequest {
  readonly method: Method
  readonly url: URL
  readonly headers: Headers
  readonly body?: RequestBody | undefined
  /** Whether sending it twice does no more than sending it once. */
  readonly idempotent: boolean
  readonly signal: AbortSignal
}

/**
 * Sends one attempt and resolves when the head of the answer is there, whatever its status. Redirects are never
 * followed: they are answered as they are, or rejected where the runtime hides them. Rejects with what the runtime
 * says when there is no answer, and with `signal.reason` after an abort.
 */
export type Transport = (request: TransportRequest) => Promise<Response>

/** Wraps a transport. The user's own ones see each attempt, with its credentials. */
export type Middleware = (next: Transport) => Transport

/** Where the library reports what a person may want to know. Each method is optional. Nothing is logged by default. */
export interface Logger {
  debug?(message: string, details?: Readonly<Record<string, unknown>>): void
  warn?(message: string, details?: Readonly<Record<string, unknown>>): void
}
