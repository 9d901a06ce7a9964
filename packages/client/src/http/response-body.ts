import type { Chunks } from '../bytes/chunks.js'
import { onAbort } from '../signals.js'
import { type Answer, chunksOf, LightAnswer } from './answer.js'

/** What {@link watchBody} tells about a body while it is read. */
export interface BodyWatch {
  /** The reader wants a chunk and waits for it. */
  onPull?(): void
  onChunk?(chunk: Uint8Array): void
  /** Read to its end, failed, or cancelled. Called once. */
  onEnd?(): void
  /** Changes the error that the reader gets. */
  mapError?(error: unknown): unknown
  /** Fails the body at once when it aborts, and cancels its source, also between two reads. */
  readonly signal?: AbortSignal
}

/** The same answer with a body that reports what happens to it. An answer without a body ends at once. */
export function watchBody(answer: Answer, watch: BodyWatch): Answer {
  const chunks = chunksOf(answer)
  if (chunks !== undefined) return new LightAnswer(answer, watchChunks(chunks, watch))
  watch.onEnd?.()
  return answer
}

/** The same chunks, which report what happens to them. */
export function watchChunks(source: Chunks, watch: BodyWatch): Chunks {
  const { signal } = watch
  let ended = false
  let fail: ((reason: unknown) => void) | undefined
  const end = (): void => {
    if (ended) return
    ended = true
    unlink()
    watch.onEnd?.()
  }
  const abort = (): void => {
    const reason: unknown = signal?.reason
    end()
    fail?.(reason)
    source.cancel(reason).catch(() => undefined)
  }
  const unlink = onAbort(signal, abort)
  if (signal?.aborted) abort()
  return {
    async next() {
      signal?.throwIfAborted()
      if (ended) return undefined
      watch.onPull?.()
      try {
        const chunk = await (signal ? orFailure(source.next()) : source.next())
        if (chunk === undefined) end()
        else if (!ended) watch.onChunk?.(chunk)
        return chunk
      } catch (error) {
        signal?.throwIfAborted()
        end()
        throw watch.mapError ? await watch.mapError(error) : error
      }
    },
    cancel(reason) {
      end()
      return source.cancel(reason)
    },
  }

  /** Settles as the read does, or as the abort wants it, which does not wait for a source that hangs. */
  function orFailure(read: Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      fail = reject
      read.then(resolve, reject)
    })
  }
}

/**
 * Reads at most `limit` bytes as text, for at most `patience` ms, and cancels the rest. Never rejects: what came before a
 * failure or an abort is the answer.
 */
export async function readText(answer: Answer, limit: number, signal: AbortSignal, patience?: number): Promise<string> {
  const chunks = chunksOf(answer)
  if (chunks === undefined) return ''
  const decoder = new TextDecoder()
  const cancel = (): void => void chunks.cancel(signal.reason).catch(() => undefined)
  const timer = patience === undefined ? undefined : setTimeout(cancel, patience)
  const unlink = onAbort(signal, cancel)
  let text = ''
  let left = limit
  try {
    while (left > 0 && !signal.aborted) {
      const chunk = await chunks.next()
      if (chunk === undefined) return text + decoder.decode()
      text += decoder.decode(chunk.subarray(0, left), { stream: true })
      left -= chunk.byteLength
    }
  } catch {
    // a broken error page is still an error page
  } finally {
    clearTimeout(timer)
    unlink()
    chunks.cancel().catch(() => undefined)
  }
  return text
}

/** Ends a body that nobody will read, so that its connection is free again. */
export function discard(answer: Answer): void {
  const cancelled = answer instanceof LightAnswer ? answer.chunks?.cancel() : answer.body?.cancel()
  cancelled?.catch(() => undefined)
}
