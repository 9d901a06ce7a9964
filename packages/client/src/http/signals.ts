/** An `AbortController` that also aborts when `parent` does. Call `unlink` when the work is done: the parent may live long. */
export interface LinkedController {
  readonly controller: AbortController
  readonly signal: AbortSignal
  unlink(): void
}

/** Not `AbortSignal.any`: that one stays registered with a long-lived parent until it is collected. */
export function linkedController(parent: AbortSignal | undefined): LinkedController {
  const controller = new AbortController()
  const follow = (): void => controller.abort(parent?.reason)
  if (parent?.aborted) follow()
  else parent?.addEventListener('abort', follow)
  return {
    controller,
    signal: controller.signal,
    unlink: () => parent?.removeEventListener('abort', follow),
  }
}

/**
 * Settles as `promise` does, or rejects with `signal.reason` if that comes first. The work itself goes on; what it still
 * comes to is given to `discard`.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal, discard?: (late: T) => void): Promise<T> {
  const drop = (): void => void promise.then(discard, () => undefined)
  if (signal.aborted) {
    drop()
    return Promise.reject(signal.reason as Error)
  }
  return new Promise<T>((resolve, reject) => {
    const end = (): void => signal.removeEventListener('abort', abort)
    const abort = (): void => {
      end()
      reject(signal.reason as Error)
      drop()
    }
    signal.addEventListener('abort', abort)
    promise.then(resolve, reject).finally(end)
  })
}
