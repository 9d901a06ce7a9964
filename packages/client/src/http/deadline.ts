import { LONGEST_TIMER } from './clock.js'
import type { Answer } from './answer.js'
import { watchBody } from './response-body.js'
import { linkedController } from '../signals.js'

/** The total clock of one call, joined with the caller's signal. */
export interface Deadline {
  /** Aborts with the caller's reason, or with a `timeout` when the clock runs out. */
  readonly signal: AbortSignal
  /** Milliseconds since the epoch; `Infinity` without a total. */
  readonly at: number
  /** Stops the clock. */
  end(): void
  /** The answer, at the end of whose body the clock stops. */
  over(answer: Answer): Answer
}

/** What {@link startDeadline} needs to know. */
export interface DeadlineOptions {
  readonly signal: AbortSignal | undefined
  /** In milliseconds; `Infinity` for none. */
  readonly total: number
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The error when time is up. */
  readonly expired: () => unknown
}

/** Starts the outermost clock: everything below, waits between retries included, must be done within `total` ms. */
export function startDeadline({ signal, total, now, expired }: DeadlineOptions): Deadline {
  if (!Number.isFinite(total)) {
    const nothing = (): void => undefined
    return { signal: signal ?? new AbortController().signal, at: total, end: nothing, over: (answer) => answer }
  }
  const linked = linkedController(signal)
  const timer = total <= LONGEST_TIMER ? setTimeout(() => linked.controller.abort(expired()), total) : undefined
  const end = (): void => {
    clearTimeout(timer)
    linked.unlink()
  }
  return {
    signal: linked.signal,
    at: now + total,
    end,
    over: (answer) => watchBody(answer, { signal: linked.signal, onEnd: end }),
  }
}
