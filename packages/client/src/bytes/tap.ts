import { type Chunks, openChunks, openOf } from './chunks.js'
import type { ByteSource } from './source.js'

/** What happens to bytes on their way through {@link tap}. What a hook throws fails them and cancels their source. */
export interface Taps {
  /** Runs once, before the first read. */
  readonly start?: (() => void | Promise<void>) | undefined
  /** Given before the first chunk. */
  readonly before?: Uint8Array | undefined
  /** Sees each chunk before it is passed on, as it is. A promise holds the chunk back. */
  readonly chunk?: ((chunk: Uint8Array) => void | Promise<void>) | undefined
  /** Runs once, after the last chunk. */
  readonly end?: (() => void | Promise<void>) | undefined
  /** Runs once when the bytes fail or are cancelled before their end. */
  readonly broken?: (() => void) | undefined
  /** Given after the last chunk. */
  readonly after?: Uint8Array | undefined
}

/** The same chunks, not copied, read only when they are asked for; cancelling them cancels their source. */
export function tap(chunks: Chunks, taps: Taps): Chunks {
  let started = false
  let ended = false
  async function step(): Promise<Uint8Array | undefined> {
    if (!started) {
      started = true
      await taps.start?.()
      if (taps.before !== undefined) return taps.before
    }
    if (ended) return undefined
    const chunk = await chunks.next()
    if (chunk === undefined) {
      ended = true
      await taps.end?.()
      return taps.after
    }
    const waits = taps.chunk?.(chunk)
    if (waits !== undefined) await waits
    return chunk
  }
  return {
    async next() {
      try {
        return await step()
      } catch (error) {
        // not awaited: a source that hangs in its cancel must not hide the error
        chunks.cancel(error).catch(() => undefined)
        taps.broken?.()
        throw error
      }
    },
    cancel(reason) {
      if (!ended) taps.broken?.()
      return chunks.cancel(reason)
    },
  }
}

/** The same source with each opening tapped. `tapsOf` makes the taps of one opening, before it opens. */
export function tapSource(source: ByteSource, tapsOf: () => Taps | Promise<Taps>): ByteSource {
  const { name, type, size, replayable } = source
  const open = openOf(async (options) => {
    const taps = await tapsOf()
    return tap(await openChunks(source, options), taps)
  })
  return { name, type, size, replayable, open }
}
