import { openChunks, openOf } from '../bytes/chunks.js'
import { bytesSource } from '../bytes/source.js'
import { type Answer, toResponse } from './answer.js'
import type { Authenticator } from './auth.js'
import { withClassification } from './classify.js'
import type { Clock } from './clock.js'
import { type Deadline, startDeadline } from './deadline.js'
import { readJson, readNothing } from './json.js'
import { requestLine } from './request-line.js'
import { DEFAULT_RETRY, type RetryOptions, type RetryPolicy, repeat } from './retry.js'
import { DEFAULT_TIMEOUTS, type TimeoutLimits, timeoutError, type Timeouts, withTimeouts } from './timeouts.js'
import type { Logger, Method, Middleware, RequestBody, Send, TransportRequest } from './transport.js'

/** What every method takes as its last argument. */
export interface RequestOptions {
  /** Ends the call, its waits included; it then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
  /** Clocks of this call, over the client's. */
  readonly timeouts?: Timeouts | undefined
  /** Repeats of this call, over the client's; `false` sends each request once. */
  readonly retry?: RetryOptions | false | undefined
  /** Further headers. Those of the client itself (Authorization, Cookie, Content-Type) cannot be set. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** One value, or several for a parameter that may come more than once. `undefined` leaves it out. */
export type QueryValue = string | number | boolean | readonly string[] | undefined

/** One request of a surface. */
export interface CallInit extends RequestOptions {
  /** What the call does, as the end of “Cannot …”: `upload "report.pdf"`. */
  readonly what: string
  readonly query?: Readonly<Record<string, QueryValue>> | undefined
  readonly body?: RequestBody | undefined
  /** Sent as JSON, with this type. */
  readonly json?: unknown
  readonly jsonType?: 'application/json' | 'application/json-patch+json' | undefined
  /** Whether sending it twice does no more than once. Default: every method but POST and PATCH. */
  readonly idempotent?: boolean | undefined
}

/** All that a surface sees of the client below it. Each rejects with a Dhis2Error, or with `signal.reason`. */
export interface Call {
  /** The answer, whatever its type; its body is the caller's to read or cancel. */
  (method: Method, path: string, init: CallInit): Promise<Answer>
  /** The answer's body as JSON, read whole. An answer that breaks off is asked for again. */
  json(method: Method, path: string, init: CallInit): Promise<unknown>
  /** For answers whose body says nothing. A web page is none of DHIS2's. */
  empty(method: Method, path: string, init: CallInit): Promise<void>
}

/** What one stack is made of. */
export interface StackOptions {
  /** Ends with a slash; `api/…` is resolved against it. */
  readonly baseUrl: URL
  readonly transport: Send
  readonly authenticator: Authenticator
  /** What beside the sign-in must not appear in a message. */
  readonly secrets?: readonly string[] | undefined
  readonly middleware: readonly Middleware[]
  readonly timeouts: Timeouts
  readonly retry: RetryOptions | false
  readonly headers: Readonly<Record<string, string>>
  readonly userAgent: string | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** Puts the layers of one call together, outermost first: deadline, retry, reading, classify, auth, middleware, idle, transport. */
export function createCall(stack: StackOptions): Call {
  // for calls that the caller does not end
  const never = new AbortController().signal
  const watched = withTimeouts(stack.transport, limitsOf(stack.timeouts))
  const send = stack.authenticator.wrap(
    stack.middleware.reduceRight<Send>(
      (next, wrap) => wrap(async (request) => toResponse(await next(request))),
      watched,
    ),
  )
  const run = async <T>(method: Method, path: string, init: CallInit, read: Reader<T>): Promise<[T, Deadline]> => {
    init.signal?.throwIfAborted()
    const { clock, logger, authenticator } = stack
    const limits = limitsOf(stack.timeouts, init.timeouts)
    const classified = withClassification(send, {
      what: init.what,
      clock,
      redact: (text) => authenticator.redact(text, stack.secrets),
    })
    const request = requestOf(stack, method, path, init, never)
    const deadline = startDeadline({
      signal: request.signal,
      total: limits.total,
      now: clock.now(),
      expired: () => timeoutError(request, 'total', limits.total),
    })
    let opened = false
    const body = request.body && noticing(request.body, () => (opened = true))
    const once = async (): Promise<T> => {
      const started = clock.now()
      try {
        const response = await classified({ ...request, body, timeouts: limits, signal: deadline.signal })
        logger.debug?.(`${requestLine(request)} ${response.status}`, { ms: clock.now() - started })
        return await read(response, request, init.what)
      } catch (error) {
        logger.debug?.(`${requestLine(request)} failed`, { ms: clock.now() - started, error })
        throw error
      }
    }
    try {
      const result = await repeat(
        {
          policy: policyOf(stack.retry, init.retry),
          clock,
          signal: deadline.signal,
          deadline: deadline.at,
          idempotent: request.idempotent,
          // a stream that can be read once can still be sent when nobody has begun to read it
          replayable: () => !opened || body?.replayable !== false,
          onRetry: (error, wait) =>
            logger.warn?.(`${error.message} Trying again in ${Math.round(wait)} ms.`, { error }),
        },
        once,
      )
      return [result, deadline]
    } catch (error) {
      deadline.end()
      throw deadline.signal.aborted ? deadline.signal.reason : error
    }
  }
  const call = async (method: Method, path: string, init: CallInit): Promise<Answer> => {
    const [answer, deadline] = await run(method, path, init, (head) => Promise.resolve(head))
    return deadline.over(answer)
  }
  const whole =
    <T>(read: Reader<T>) =>
    async (method: Method, path: string, init: CallInit): Promise<T> => {
      const [result, deadline] = await run(method, path, init, read)
      deadline.end()
      return result
    }
  return Object.assign(call, { json: whole(readJson), empty: whole(readNothing) })
}

type Reader<T> = (answer: Answer, request: TransportRequest, what: string) => Promise<T>

/** The policy of a call: its own values over the client's over the defaults. */
export function policyOf(outer: RetryOptions | false, inner: RetryOptions | false | undefined): RetryPolicy {
  const chosen = inner ?? outer
  if (chosen === false) return { ...DEFAULT_RETRY, attempts: 1 }
  return { ...DEFAULT_RETRY, ...defined(outer === false ? {} : outer), ...defined(chosen) }
}

/** The clocks of a call: its own values over the client's over the defaults. */
export function limitsOf(outer: Timeouts, inner?: Timeouts): TimeoutLimits {
  return { ...DEFAULT_TIMEOUTS, ...defined(outer), ...defined(inner ?? {}) }
}

function defined<T extends object>(options: T): { [K in keyof T]-?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never
}

function requestOf(
  stack: StackOptions,
  method: Method,
  path: string,
  init: CallInit,
  never: AbortSignal,
): TransportRequest {
  const url = new URL(path, stack.baseUrl)
  for (const [name, value] of Object.entries(init.query ?? {})) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one))
  }
  const body = init.json === undefined ? init.body : jsonBody(init.json, init.jsonType ?? 'application/json')
  const headers = new Headers(stack.headers)
  for (const [name, value] of Object.entries(init.headers ?? {})) headers.set(name, value)
  if (!headers.has('accept')) headers.set('accept', 'application/json, */*')
  // without it DHIS2 answers a missing sign-in with its login page
  headers.set('x-requested-with', 'XMLHttpRequest')
  if (stack.userAgent !== undefined && !headers.has('user-agent')) headers.set('user-agent', stack.userAgent)
  headers.delete('content-length')
  headers.delete('content-type')
  if (body && body.type !== '') headers.set('content-type', body.type)
  return {
    method,
    url,
    headers,
    body,
    idempotent: init.idempotent ?? !(method === 'POST' || method === 'PATCH'),
    signal: init.signal ?? never,
  }
}

/** The same body, which tells when it is opened. */
function noticing(body: RequestBody, onOpen: () => void): RequestBody {
  const { type, size, replayable, onSent } = body
  return {
    type,
    size,
    replayable,
    onSent,
    open: openOf((options) => {
      onOpen()
      return openChunks(body, options)
    }),
  }
}

function jsonBody(value: unknown, type: string): RequestBody {
  return bytesSource(new TextEncoder().encode(JSON.stringify(value)), { type })
}
