import { type Chunks, fromBytes, joined, openChunks, openOf } from './chunks.js'
import { onAbort } from '../signals.js'
import type { ByteSource } from './source.js'

/** The first bytes of a source, and a source to go on with. */
export interface Peeked {
  /** The first bytes: fewer than asked for only if the source has no more. */
  readonly head: Uint8Array
  /** The given source if it can be opened again; else one that gives the same bytes from the start, once. */
  readonly source: ByteSource
}

/** A file up to this size, in bytes, is read once for its head and to be sent: to open it twice costs more than to hold it. */
const SMALL = 65_536

/**
 * Reads the first bytes of a source. A large one that can be opened again is opened, read and cancelled; of a small one all
 * bytes are kept; a one-shot one is opened once, and the chunks that were read (at most one more than needed) are kept until
 * they are read again.
 * @throws `signal.reason` after an abort, and what the source throws.
 */
export async function peekHead(source: ByteSource, bytes: number, signal?: AbortSignal): Promise<Peeked> {
  const chunks = await openChunks(source, { signal })
  // cancelling ends a pending read, so a source that stalls does not outlive the signal
  const unlink = onAbort(signal, () => void chunks.cancel(signal?.reason).catch(() => undefined))
  const kept: Uint8Array[] = []
  const small = source.replayable && source.size !== undefined && source.size <= SMALL
  // one byte more than announced shows that there are more
  const wanted = small ? Math.max(bytes, (source.size ?? 0) + 1) : bytes
  let whole = false
  try {
    for (let loaded = 0; loaded < wanted; ) {
      signal?.throwIfAborted()
      const chunk = await chunks.next()
      signal?.throwIfAborted()
      if (chunk === undefined) {
        whole = true
        break
      }
      kept.push(chunk)
      loaded += chunk.byteLength
    }
  } catch (error) {
    chunks.cancel(error).catch(() => undefined)
    throw error
  } finally {
    unlink()
  }
  const head = joined(kept).subarray(0, bytes)
  if (!source.replayable) return { head, source: resumed(source, kept, chunks) }
  if (!whole) chunks.cancel().catch(() => undefined)
  return { head, source: small && whole ? inMemory(source, joined(kept)) : source }
}

function inMemory({ name, type, size, replayable }: ByteSource, bytes: Uint8Array): ByteSource {
  return { name, type, size, replayable, open: openOf(() => Promise.resolve(fromBytes(bytes))) }
}

/** The chunks that were read, then the rest. */
function resumed({ name, type, size }: ByteSource, kept: Uint8Array[], rest: Chunks): ByteSource {
  let opened = false
  const open = openOf((options) => {
    if (opened) return Promise.reject(new TypeError('A one-shot stream was opened twice.'))
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason as Error)
    opened = true
    return Promise.resolve({
      async next() {
        return kept.shift() ?? rest.next()
      },
      cancel: (reason) => rest.cancel(reason),
    })
  })
  return { name, type, size, replayable: false, open }
}
