import { Dhis2Error, isDhis2Error } from '../errors.js'
import type { Clock } from './clock.js'

/** How often and how patiently a request is repeated. */
export interface RetryOptions {
  /** How often it is sent at most, the first time included. Default 4. */
  readonly attempts?: number | undefined
  /** Wait before the second try, in milliseconds; it doubles each time, with a random part. Default 500. */
  readonly minDelay?: number | undefined
  /** Longest wait of our own choosing, in milliseconds. Default 30,000. */
  readonly maxDelay?: number | undefined
  /** Longest wait that a server may ask for by Retry-After, in milliseconds; one that asks for more is not asked again. Default 120,000. */
  readonly maxRetryAfter?: number | undefined
}

/** {@link RetryOptions} with every value set. */
export type RetryPolicy = { readonly [K in keyof RetryOptions]-?: number }

export const DEFAULT_RETRY: RetryPolicy = { attempts: 4, minDelay: 500, maxDelay: 30_000, maxRetryAfter: 120_000 }

/** What is known when a try has failed. */
export interface FailedAttempt {
  readonly error: unknown
  /** 1 for the first. */
  readonly attempt: number
  readonly policy: RetryPolicy
  readonly idempotent: boolean
  readonly replayable: boolean
  /** The wait before the next try, in milliseconds. */
  readonly wait: number
  /** Milliseconds left until the deadline. */
  readonly left: number
}

/** One reason not to try again. */
export interface RetryRule {
  readonly id: string
  readonly stops: (failed: FailedAttempt) => boolean
  /** The error to end with instead of the attempt's own. */
  readonly instead?: (failed: FailedAttempt) => unknown
}

/** Every reason not to try again, in the order in which they are asked. */
export const RETRY_RULES: RetryRule[] = [
  { id: 'error-is-final', stops: ({ error }) => !(isDhis2Error(error) && error.retryable) },
  { id: 'not-idempotent', stops: ({ idempotent }) => !idempotent },
  { id: 'attempts-used', stops: ({ attempt, policy }) => !(attempt < policy.attempts) },
  {
    id: 'not-replayable',
    stops: ({ replayable }) => !replayable,
    instead: ({ error }) => notReplayable(error as Dhis2Error),
  },
  {
    id: 'server-asks-for-too-long',
    stops: ({ error, policy }) => isDhis2Error(error) && (error.retryAfter ?? 0) > policy.maxRetryAfter,
  },
  { id: 'wait-misses-deadline', stops: ({ wait, left }) => wait >= left },
]

/** What {@link repeat} needs to know beside the policy. */
export interface RepeatOptions {
  readonly policy: RetryPolicy
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Milliseconds since the epoch. Default never. */
  readonly deadline?: number | undefined
  readonly idempotent?: boolean | undefined
  /** Asked after a failure. Default `true`. */
  readonly replayable?: (() => boolean) | undefined
  readonly onRetry?: ((error: Dhis2Error, wait: number) => void) | undefined
}

/** Runs `attempt` until it works or one of {@link RETRY_RULES} says stop. The error tells how many attempts there were. */
export async function repeat<T>(options: RepeatOptions, attempt: () => Promise<T>): Promise<T> {
  const { policy, clock, signal } = options
  let doubted = false
  for (let count = 1; ; count++) {
    try {
      return await attempt()
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (isDhis2Error(error)) {
        error.attempts = count
        error.afterDoubt = doubted
        doubted ||= error.doubtful
      }
      const failed: FailedAttempt = {
        error,
        attempt: count,
        policy,
        idempotent: options.idempotent ?? true,
        replayable: options.replayable?.() ?? true,
        wait: waitBefore(count, error, policy, clock.random()),
        left: (options.deadline ?? Number.POSITIVE_INFINITY) - clock.now(),
      }
      const rule = RETRY_RULES.find((r) => r.stops(failed))
      if (rule) throw rule.instead ? rule.instead(failed) : error
      options.onRetry?.(error as Dhis2Error, failed.wait)
      await clock.sleep(failed.wait, signal)
    }
  }
}

function waitBefore(attempt: number, error: unknown, policy: RetryPolicy, random: number): number {
  const asked = isDhis2Error(error) ? error.retryAfter : undefined
  if (asked !== undefined) return asked
  const backoff = Math.min(policy.maxDelay, policy.minDelay * 2 ** (attempt - 1))
  return backoff / 2 + (backoff / 2) * random
}

function notReplayable(error: Dhis2Error): Dhis2Error {
  const wrapped = new Dhis2Error(
    `${error.message} It is not sent again: the bytes came from a stream that can be read once. Pass a Blob, a file or a buffer, or \`spool: true\`.`,
    {
      code: 'not-replayable',
      doubtful: error.doubtful,
      method: error.method,
      path: error.path,
      status: error.status,
      errorCode: error.errorCode,
      cause: error,
    },
  )
  wrapped.attempts = error.attempts
  wrapped.afterDoubt = error.afterDoubt
  return wrapped
}
