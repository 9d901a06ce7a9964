import { onAbort } from '../signals.js'

/** Time and chance, so that tests can hold both still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after so many milliseconds; rejects with `signal.reason` when that comes first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** From 0 to below 1. */
  random(): number
}

/** The longest that a timer of any runtime waits, in milliseconds (24.8 days): with more it would ring at once. */
export const LONGEST_TIMER = 2_147_483_647

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error)
        return
      }
      const end = onAbort(signal, () => {
        clearTimeout(timer)
        reject(signal.reason as Error)
      })
      const timer = setTimeout(
        () => {
          end()
          resolve()
        },
        Math.min(ms, LONGEST_TIMER),
      )
    })
  },
}
