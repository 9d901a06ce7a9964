import { Dhis2Error, type TimeoutClock } from '../errors.js'
import { isSafe, pathOf, requestLine } from './request-line.js'
import { watchBody, watchStream } from './response-body.js'
import { linkedController } from './signals.js'
import type { RequestBody, Transport, TransportRequest } from './transport.js'

/** The clocks of a call, in milliseconds; `Infinity` switches one off. */
export interface Timeouts {
  /** From the last byte of the request's body to the head of the answer. DHIS2 answers an upload only when it has all of it. Default 300,000. */
  readonly headers?: number | undefined
  /** Without a byte in either direction, while the other side is waited for. Default 60,000. */
  readonly idle?: number | undefined
  /** For the whole call with its retries and waits. Default none. */
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
 * the body, ends it with a retryable `timeout`. A slow source or a slow reader of ours does not count.
 */
export function withTimeouts(next: Transport, limits: Pick<TimeoutLimits, 'headers' | 'idle'>): Transport {
  return async (request) => {
    const linked = linkedController(request.signal)
    const watchdog = new Watchdog(request, limits, linked.controller)
    const body = request.body && watchedBody(request.body, watchdog)
    if (body) watchdog.watch('idle')
    else watchdog.watch('headers')
    try {
      const response = await next({ ...request, body, signal: linked.signal })
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
      watchdog.rest()
      linked.unlink()
      // the transport may dress the abort up; the reason is what happened
      throw linked.signal.aborted ? linked.signal.reason : error
    }
  }
}

function watchedBody(body: RequestBody, watchdog: Watchdog): RequestBody {
  return {
    type: body.type,
    size: body.size,
    replayable: body.replayable,
    async open(options) {
      const stream = await body.open(options)
      return watchStream(stream, {
        onPull: () => watchdog.rest(),
        onChunk: () => watchdog.watch('idle'),
        onEnd: () => watchdog.watch('headers'),
      })
    },
  }
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
    if (!Number.isFinite(limit) || this.#controller.signal.aborted) return
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
