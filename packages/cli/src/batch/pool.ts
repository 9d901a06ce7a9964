/** How work is spread. */
export interface PoolOptions {
  /** Pieces at a time. */
  readonly concurrency: number
  /** When it aborts nothing new is begun; what is under way is waited for. */
  readonly stopping: AbortSignal
}

/**
 * Does `work` with each item, so many at a time, in their order. `work` handles its own failures; what it throws ends the
 * pool: nothing new is begun, and it is thrown when what is under way has ended.
 */
export async function runPool<T>(
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T) => Promise<void>,
  { concurrency, stopping }: PoolOptions,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  let failed: { readonly error: unknown } | undefined
  // one at a time asks for the next item
  let turn: Promise<unknown> = Promise.resolve()
  const next = (): Promise<IteratorResult<T>> => {
    const mine = turn.then(() => iterator.next())
    turn = mine.catch(() => undefined)
    return mine
  }
  const worker = async (): Promise<void> => {
    while (failed === undefined && !stopping.aborted) {
      try {
        const { done, value } = await next()
        if (done || failed !== undefined || stopping.aborted) return
        await work(value)
      } catch (error) {
        failed ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker))
  await iterator.return?.()
  if (failed !== undefined) throw failed.error
}
