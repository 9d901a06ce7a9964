/** Who waits for a signal, by signal: a runtime warns of a leak when a signal has more than ten listeners of its own. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/** Calls `then` when the signal aborts, and not if it has. @returns What takes that back: call it when the work is done. */
export function onAbort(signal: AbortSignal | undefined, then: () => void): () => void {
  if (signal === undefined || signal.aborted) return () => undefined
  const all = waiting.get(signal) ?? listen(signal)
  all.add(then)
  return () => {
    all.delete(then)
    if (all.size > 0 || waiting.get(signal) !== all) return
    waiting.delete(signal)
    signal.removeEventListener('abort', ring)
  }
}

function listen(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>()
  waiting.set(signal, all)
  signal.addEventListener('abort', ring, { once: true })
  return all
}

function ring(this: AbortSignal): void {
  const all = waiting.get(this)
  waiting.delete(this)
  for (const then of all ?? []) then()
}

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
  return { controller, signal: controller.signal, unlink: onAbort(parent, follow) }
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
    const end = onAbort(signal, () => {
      reject(signal.reason as Error)
      drop()
    })
    promise.finally(end).then(resolve, reject)
  })
}
