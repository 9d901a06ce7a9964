import type { ByteSource } from './source.js'

/**
 * Bytes that are asked for chunk by chunk. They flow so between layers, where a web stream for each would cost more time than
 * the bytes themselves; web streams are made where a caller gives or gets one.
 */
export interface Chunks {
  /** The next chunk; `undefined` after the last. Asked for again only when it has settled, and never after a failure. */
  next(): Promise<Uint8Array | undefined>
  /** Lets go of what is left. A `next` that is under way ends soon, whatever it comes to. */
  cancel(reason?: unknown): Promise<void>
}

type OpenOptions = Parameters<ByteSource['open']>[0]

/** On an `open` of ours: opens the same bytes without a stream. */
const DIRECT: unique symbol = Symbol('chunks')

/** The `open` of a source that is made of chunks. It gives a stream to whoever calls it, and the chunks to {@link openChunks}. */
export function openOf(chunks: (options?: OpenOptions) => Promise<Chunks>): ByteSource['open'] {
  return Object.assign(async (options?: OpenOptions) => toStream(await chunks(options)), { [DIRECT]: chunks })
}

/** Opens a source for one who reads it chunk by chunk. */
export async function openChunks(source: Pick<ByteSource, 'open'>, options?: OpenOptions): Promise<Chunks> {
  const direct = (source.open as { readonly [DIRECT]?: (options?: OpenOptions) => Promise<Chunks> })[DIRECT]
  return direct ? direct(options) : fromStream(await source.open(options))
}

/** The largest chunk of a stream that is passed on whole, in bytes: of a whole file in one chunk clocks and progress see nothing. */
const LARGEST = 1_048_576

/**
 * The chunks of a stream, not copied, large ones in pieces. A chunk that is no `Uint8Array` cancels the stream and fails with a
 * TypeError.
 * @throws TypeError if the stream is locked.
 */
export function fromStream(stream: ReadableStream<Uint8Array>): Chunks {
  const reader = stream.getReader()
  let rest: Uint8Array | undefined
  return {
    async next() {
      const { done, value } = rest === undefined ? await reader.read() : { done: false, value: rest }
      if (done) return undefined
      if (!isBytes(value)) {
        const error = notBytes(value)
        reader.cancel(error).catch(() => undefined)
        throw error
      }
      if (value.byteLength <= LARGEST) {
        rest = undefined
        return value
      }
      rest = value.subarray(LARGEST)
      return value.subarray(0, LARGEST)
    },
    cancel: (reason) => reader.cancel(reason),
  }
}

/** A stream that reads only when it is read: nothing is buffered. */
export function toStream(chunks: Chunks): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await chunks.next()
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
      cancel: (reason) => chunks.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/** Bytes of a chunk of {@link fromBytes}: small enough for clocks and progress to follow them on a slow line. */
const CHUNK = 65_536

/** The chunks of bytes in memory. They are not copied. */
export function fromBytes(bytes: Uint8Array): Chunks {
  let at = 0
  return {
    next() {
      const chunk = at < bytes.byteLength ? bytes.subarray(at, at + CHUNK) : undefined
      at += CHUNK
      return Promise.resolve(chunk)
    },
    cancel() {
      at = bytes.byteLength
      return Promise.resolve()
    },
  }
}

/** All that is left, in one piece. */
export async function collect(chunks: Chunks): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for (let chunk = await chunks.next(); chunk !== undefined; chunk = await chunks.next()) parts.push(chunk)
  return joined(parts)
}

/** Several pieces as one; a single one as it is. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0]
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}

/** Whether a value is a `Uint8Array`, of whatever realm. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]'
}

function notBytes(value: unknown): TypeError {
  const kind = typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : typeof value
  return new TypeError(`A stream gave a chunk of kind ${kind}: the chunks of a file must be Uint8Array.`)
}
