import type { ByteSource } from './source.js'

/** What happens to a stream on its way through {@link tap}. What a hook throws fails the stream and cancels its source. */
export interface Taps {
  /** Runs once, before the first read. */
  readonly start?: (() => Promise<void>) | undefined
  /** Emitted before the first chunk. */
  readonly before?: Uint8Array | undefined
  /** Sees each chunk before it is passed on, as it is. A promise holds the chunk back. */
  readonly chunk?: ((chunk: Uint8Array) => void | Promise<void>) | undefined
  /** Runs once, after the last chunk. */
  readonly end?: (() => void | Promise<void>) | undefined
  /** Runs once when the stream fails or is cancelled before its end. */
  readonly broken?: (() => void) | undefined
  /** Emitted after the last chunk. */
  readonly after?: Uint8Array | undefined
}

/** The largest piece that is passed on, in bytes: of a whole Blob in one chunk, as Node gives it, clocks and progress see nothing. */
const LARGEST = 1_048_576

/**
 * A stream with the same bytes, not copied: chunk by chunk, large ones in pieces. It reads only when it is read (nothing is buffered), and cancelling it
 * cancels its source. Fails with a TypeError on a chunk that is no `Uint8Array`.
 * @throws TypeError if the stream is locked.
 */
export function tap(stream: ReadableStream<Uint8Array>, taps: Taps): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  let started = false
  let ended = false
  let rest: Uint8Array | undefined
  async function next(): Promise<Uint8Array | undefined> {
    if (!started) {
      started = true
      await taps.start?.()
      if (taps.before !== undefined) return taps.before
    }
    if (ended) return undefined
    const { done, value } = rest === undefined ? await reader.read() : { done: false, value: rest }
    if (done) {
      ended = true
      await taps.end?.()
      return taps.after
    }
    if (!isBytes(value)) throw notBytes(value)
    const piece = value.byteLength > LARGEST ? value.subarray(0, LARGEST) : value
    rest = piece === value ? undefined : value.subarray(LARGEST)
    const waits = taps.chunk?.(piece)
    if (waits !== undefined) await waits
    return piece
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = await next()
          if (chunk === undefined) controller.close()
          else controller.enqueue(chunk)
        } catch (error) {
          // not awaited: a source that hangs in its cancel must not hide the error
          reader.cancel(error).catch(() => {})
          taps.broken?.()
          controller.error(error)
        }
      },
      cancel(reason) {
        taps.broken?.()
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

/** The same source with each stream that it opens tapped. `tapsOf` makes the taps of one opening, before it opens. */
export function tapSource(source: ByteSource, tapsOf: () => Taps | Promise<Taps>): ByteSource {
  const { name, type, size, replayable } = source
  return {
    name,
    type,
    size,
    replayable,
    async open(options) {
      const taps = await tapsOf()
      return tap(await source.open(options), taps)
    },
  }
}

/** Whether a value is a `Uint8Array`, of whatever realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]'
}

/** The error for a chunk that is not {@link isBytes}. */
export function notBytes(value: unknown): TypeError {
  const kind = typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : typeof value
  return new TypeError(`A stream gave a chunk of kind ${kind}: the chunks of a file must be Uint8Array.`)
}
