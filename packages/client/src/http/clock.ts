/** Time and chance, so that tests can hold both still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after so many milliseconds; rejects with `signal.reason` when that comes first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** From 0 to below 1. */
  random(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error)
        return
      }
      const end = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
      }
      const abort = (): void => {
        end()
        reject(signal.reason as Error)
      }
      const timer = setTimeout(() => {
        end()
        resolve()
      }, ms)
      signal.addEventListener('abort', abort)
    })
  },
}
