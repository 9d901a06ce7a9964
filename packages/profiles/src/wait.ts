/** A signal that follows another one, and a clock. */
export interface Wait {
  readonly signal: AbortSignal
  /** Lets go of both. */
  end(): void
}

/** @param expired Made when the time is over: the signal's reason then. */
export function startWait(parent: AbortSignal | undefined, ms: number, expired: () => Error): Wait {
  const controller = new AbortController()
  const follow = (): void => controller.abort(parent?.reason)
  const timer = setTimeout(() => controller.abort(expired()), Math.min(ms, 2_147_483_647))
  if (parent?.aborted) follow()
  else parent?.addEventListener('abort', follow)
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer)
      parent?.removeEventListener('abort', follow)
    },
  }
}

/** Settles as `promise` does, or rejects with `signal.reason` if that comes first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
