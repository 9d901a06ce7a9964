import type { ByteSource } from './source.js'
import { isBytes, notBytes } from './tap.js'

/** The first bytes of a source, and a source to go on with. */
export interface Peeked {
  /** The first bytes: fewer than asked for only if the source has no more. */
  readonly head: Uint8Array
  /** The given source if it can be opened again; else one that gives the same bytes from the start, once. */
  readonly source: ByteSource
}

/**
 * Reads the first bytes of a source. A source that can be opened again is opened, read and cancelled; a one-shot one
 * is opened once, and the chunks that were read (at most one more than needed) are kept until they are read again.
 * @throws `signal.reason` after an abort, and what the source throws.
 */
export async function peekHead(source: ByteSource, bytes: number, signal?: AbortSignal): Promise<Peeked> {
  const reader = (await source.open({ signal })).getReader()
  // cancelling ends a pending read, so a source that stalls does not outlive the signal
  const stop = (): void => void reader.cancel(signal?.reason).catch(() => {})
  signal?.addEventListener('abort', stop, { once: true })
  const kept: Uint8Array[] = []
  try {
    for (let loaded = 0; loaded < bytes; ) {
      signal?.throwIfAborted()
      const { done, value } = await reader.read()
      signal?.throwIfAborted()
      if (done) break
      if (!isBytes(value)) throw notBytes(value)
      kept.push(value)
      loaded += value.byteLength
    }
  } catch (error) {
    reader.cancel(error).catch(() => {})
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
  const head = joined(kept, bytes)
  if (!source.replayable) return { head, source: resumed(source, kept, reader) }
  reader.cancel().catch(() => {})
  return { head, source }
}

/** The chunks that were read, then the rest. */
function resumed(
  { name, type, size }: ByteSource,
  kept: Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ByteSource {
  let opened = false
  return {
    name,
    type,
    size,
    replayable: false,
    async open(options) {
      if (opened) throw new TypeError('A one-shot stream was opened twice.')
      options?.signal?.throwIfAborted()
      opened = true
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const chunk = kept.shift() ?? (await reader.read()).value
            if (chunk === undefined) controller.close()
            else controller.enqueue(chunk)
          },
          cancel: (reason) => reader.cancel(reason),
        },
        { highWaterMark: 0 },
      )
    },
  }
}

function joined(chunks: readonly Uint8Array[], max: number): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
  const head = new Uint8Array(Math.min(length, max))
  let at = 0
  for (const chunk of chunks) {
    const part = chunk.subarray(0, head.byteLength - at)
    head.set(part, at)
    at += part.byteLength
  }
  return head
}
