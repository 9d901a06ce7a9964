import { watchBody } from './response-body.js'
import { linkedController } from './signals.js'
import { timeoutError } from './timeouts.js'
import type { TransportRequest } from './transport.js'

/** The total clock of one call, joined with the caller's signal. */
export interface Deadline {
  /** Aborts with the caller's reason, or with a `timeout` when the clock runs out. */
  readonly signal: AbortSignal
  /** Milliseconds since the epoch; `Infinity` without a total. */
  readonly at: number
  /** Stops the clock. */
  end(): void
  /** Stops the clock when the result is used up: at once, or at the end of the body where it is a `Response`. */
  over<T>(result: T): T
}

/** Starts the outermost clock: everything below, waits between retries included, must be done within `total` ms. */
export function startDeadline(request: TransportRequest, total: number, now: number): Deadline {
  const linked = linkedController(request.signal)
  const timer = Number.isFinite(total)
    ? setTimeout(() => linked.controller.abort(timeoutError(request, 'total', total)), total)
    : undefined
  const end = (): void => {
    clearTimeout(timer)
    linked.unlink()
  }
  return {
    signal: linked.signal,
    at: now + total,
    end,
    over<T>(result: T): T {
      if (!(result instanceof Response)) {
        end()
        return result
      }
      return watchBody(result, { signal: linked.signal, onEnd: end }) as T
    },
  }
}
