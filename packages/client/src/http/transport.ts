import type { ByteSource } from '../bytes/source.js'
import type { Answer } from './answer.js'
import type { TimeoutLimits } from './timeouts.js'

/** The body of a request: a source without a name. `type` is its Content-Type. */
export interface RequestBody extends Pick<ByteSource, 'type' | 'size' | 'replayable' | 'open'> {
  /**
   * Told by a transport that has to collect the body before it sends it: how many of its bytes are on their way. Progress and
   * clocks then go by this instead of by the reading.
   */
  readonly onSent?: ((loaded: number) => void) | undefined
}

/** The HTTP methods that DHIS2 takes. */
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One request as data. Never a `Request`: a Request's body can be used once. */
export interface TransportRequest {
  /** HTTP method. */
  readonly method: Method
  /** Whole URL, its query included. */
  readonly url: URL
  /** All headers, credentials included. The transport adds Content-Length and the like. */
  readonly headers: Headers
  /** Opened by the transport for each attempt; `undefined` for none. */
  readonly body?: RequestBody | undefined
  /** Whether sending it twice does no more than sending it once. */
  readonly idempotent: boolean
  /** Ends the attempt; its `reason` is what the transport rejects with. */
  readonly signal: AbortSignal
  /** Clocks of this attempt, over those of the client. */
  readonly timeouts?: Pick<TimeoutLimits, 'headers' | 'idle'> | undefined
  /** Told by a transport where the request has to wait for others of ours, and when it goes on: the clocks rest meanwhile. */
  readonly onWaiting?: ((waits: boolean) => void) | undefined
}

/**
 * Sends one attempt and resolves when the head of the answer is there, whatever its status. Redirects are never
 * followed: they are answered as they are, or rejected where the runtime hides them. Rejects with what the runtime
 * says when there is no answer, and with `signal.reason` after an abort.
 */
export type Transport = (request: TransportRequest) => Promise<Response>

/** A {@link Transport} inside the stack, where an answer need not be a `Response`. */
export type Send = (request: TransportRequest) => Promise<Answer>

/** What a layer throws that did not send a request, because one of its own that had to come first failed: the sign-in. */
export class Unsent extends Error {
  /** The request that failed instead. */
  readonly request: TransportRequest
  /** What it was answered; without an answer, `cause` is what was thrown. */
  readonly response: Answer | undefined

  constructor(request: TransportRequest, outcome: { readonly response?: Answer; readonly cause?: unknown }) {
    super(`${request.method} ${request.url.pathname} failed first`, { cause: outcome.cause })
    this.request = request
    this.response = outcome.response
  }
}

/** Wraps a transport, once for a client. The user's own ones see each attempt, with its credentials. */
export type Middleware = (next: Transport) => Transport

/** Where the library reports what a person may want to know. Each method is optional. Nothing is logged by default. */
export interface Logger {
  /** Each request and its answer, each retry. */
  debug?(message: string, details?: Readonly<Record<string, unknown>>): void
  /** What somebody should look at. */
  warn?(message: string, details?: Readonly<Record<string, unknown>>): void
}
