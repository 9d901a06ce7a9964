import { Dhis2Error, isDhis2Error, type TimeoutClock } from '../errors.js'
import { LONGEST_TIMER } from './clock.js'
import { isSafe, pathOf, requestLine } from './request-line.js'
import { openChunks, openOf } from '../bytes/chunks.js'
import { discard, watchBody, watchChunks } from './response-body.js'
import { abortable, linkedController } from '../signals.js'
import type { RequestBody, Send, TransportRequest } from './transport.js'

/** The clocks of a call, in milliseconds; `Infinity` switches one off. */
export interface Timeouts {
  /** From the last byte of the request's body to the head of the answer. DHIS2 answers an upload only when it has all of it. Default 300,000. */
  readonly headers?: number | undefined
  /** Without a byte in either direction, while the other side is waited for. Default 60,000. */
  readonly idle?: number | undefined
  /** For a whole change, upload or reading of a file, with all its requests, retries and waits; in a list for each page. Default none. */
  readonly total?: number | undefined
}

/** {@link Timeouts} with every value set. */
export type TimeoutLimits = { readonly [K in keyof Timeouts]-?: number }

export const DEFAULT_TIMEOUTS: TimeoutLimits = {
  headers: 300_000,
  idle: 60_000,
  total: Number.POSITIVE_INFINITY,
}

/**
 * Watches one attempt: no byte for `idle` ms in either direction, or no answer for `headers` ms after the last byte of
 * the body, ends it with a retryable `timeout`. A slow source or a slow reader of ours does not count,
 * nor does the wait for other requests of ours.
 */
export function withTimeouts(next: Send, limits: Pick<TimeoutLimits, 'headers' | 'idle'>): Send {
  return async (request) => {
    const linked = linkedController(request.signal)
    const watchdog = new Watchdog(request, { ...limits, ...request.timeouts }, linked.controller)
    // while the body goes up; what becomes of it once there is an answer does not count
    let sending: Watchdog | undefined = watchdog
    const body = request.body && watchedBody(request, request.body, () => sending)
    const onWaiting = (waits: boolean): void => (waits ? watchdog.rest() : watchdog.watch(body ? 'idle' : 'headers'))
    onWaiting(false)
    try {
      const answer = next({ ...request, body, signal: linked.signal, onWaiting })
      // a transport that does not notice the abort must not hold up the call
      answer.then((late) => linked.signal.aborted && discard(late)).catch(() => undefined)
      const response = await abortable(answer, linked.signal)
      sending = undefined
      watchdog.rest()
      return watchBody(response, {
        signal: linked.signal,
        onPull: () => watchdog.watch('idle'),
        onChunk: () => watchdog.rest(),
        onEnd: () => {
          watchdog.rest()
          linked.unlink()
        },
      })
    } catch (error) {
      sending = undefined
      watchdog.rest()
      linked.unlink()
      // the transport may dress the abort up; the reason is what happened
      throw linked.signal.aborted ? linked.signal.reason : error
    }
  }
}

function watchedBody(request: TransportRequest, body: RequestBody, watchdog: () => Watchdog | undefined): RequestBody {
  const { type, size, replayable } = body
  let read = 0
  return {
    type,
    size,
    replayable,
    onSent(loaded) {
      watchdog()?.watch(loaded < read ? 'idle' : 'headers')
      body.onSent?.(loaded)
    },
    open: openOf(async (options) => {
      read = 0
      watchdog()?.rest()
      const chunks = await openChunks(body, options).catch((error: unknown) => {
        throw options?.signal?.aborted ? error : unreadable(request, error)
      })
      watchdog()?.watch('idle')
      return watchChunks(chunks, {
        onPull: () => watchdog()?.rest(),
        onChunk(chunk) {
          read += chunk.byteLength
          watchdog()?.watch('idle')
        },
        onEnd: () => watchdog()?.watch('headers'),
        mapError: (error) => (options?.signal?.aborted ? error : unreadable(request, error)),
      })
    }),
  }
}

/** The failure of a body's source, told from that of the connection: the server had no whole request, and did nothing. */
function unreadable(request: TransportRequest, error: unknown): Dhis2Error {
  if (isDhis2Error(error)) return error
  const why = error instanceof Error ? error.message : String(error)
  return new Dhis2Error(`${requestLine(request)}: the bytes to send cannot be read: ${why}`, {
    // a TypeError is a mistake in the program, which stays
    code: error instanceof TypeError ? 'unsupported' : 'network',
    retryable: !(error instanceof TypeError),
    method: request.method,
    path: pathOf(request.url),
    cause: error,
  })
}

class Watchdog {
  readonly #request: TransportRequest
  readonly #limits: Pick<TimeoutLimits, 'headers' | 'idle'>
  readonly #controller: AbortController
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(request: TransportRequest, limits: Pick<TimeoutLimits, 'headers' | 'idle'>, controller: AbortController) {
    this.#request = request
    this.#limits = limits
    this.#controller = controller
  }

  watch(clock: 'headers' | 'idle'): void {
    clearTimeout(this.#timer)
    const limit = this.#limits[clock]
    if (!(limit <= LONGEST_TIMER) || this.#controller.signal.aborted) return
    this.#timer = setTimeout(() => this.#controller.abort(timeoutError(this.#request, clock, limit)), limit)
  }

  rest(): void {
    clearTimeout(this.#timer)
  }
}

const WAITED_FOR: Record<TimeoutClock, string> = {
  headers: 'no answer',
  idle: 'no byte in either direction',
  total: 'not done',
}

/** The error of a clock that ran out. Another try may go better, except for `total`. */
export function timeoutError(
  request: Pick<TransportRequest, 'method' | 'url'>,
  clock: TimeoutClock,
  limit: number,
): Dhis2Error {
  return new Dhis2Error(`${requestLine(request)}: ${WAITED_FOR[clock]} within ${limit / 1000} s (timeouts.${clock}).`, {
    code: 'timeout',
    retryable: clock !== 'total',
    doubtful: !isSafe(request),
    method: request.method,
    path: pathOf(request.url),
    clock,
  })
}
