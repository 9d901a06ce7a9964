import { fromBytes, fromStream, openOf, toStream } from './chunks.js'

/** A body that can be opened again: what every upload is made of, and what every download is. */
export interface ByteSource {
  /** File name, without a path; empty where there is none. */
  readonly name: string
  /** MIME type; empty where there is none. */
  readonly type: string
  /** Length in bytes; `undefined` when it is not known before the end. */
  readonly size: number | undefined
  /** Whether `open` can be called more than once, each time with the same bytes. */
  readonly replayable: boolean
  /** Opens the bytes from their start. The stream is the caller's to read or cancel; nothing is buffered beyond a chunk. */
  open(options?: { readonly signal?: AbortSignal | undefined }): Promise<ReadableStream<Uint8Array>>
}

/** What may be uploaded. There is no `string`: a path is not content (in Node: `fileSource(path)`). */
export type Uploadable = Blob | ArrayBuffer | ArrayBufferView | Response | ReadableStream<Uint8Array> | ByteSource

/** A source over bytes in memory. They are not copied: do not change them while it is in use. */
export function bytesSource(bytes: Uint8Array, options: { name?: string; type?: string } = {}): ByteSource {
  return {
    name: options.name ?? '',
    type: options.type ?? '',
    size: bytes.byteLength,
    replayable: true,
    open: openOf(() => Promise.resolve(fromBytes(bytes))),
  }
}

/** A Blob up to this size, in bytes, is read at once: a stream costs more than to hold it. */
const SMALL = 65_536

/**
 * Normalises what a caller may pass. Blobs, buffers and sources can be opened again; a `ReadableStream` or a `Response`
 * only once, and says so in `replayable`.
 * @throws TypeError for anything else, and for a stream or body that was read already.
 */
export function toSource(data: Uploadable): ByteSource {
  if (isByteSource(data)) return data
  if (data instanceof Blob) {
    return {
      name: 'name' in data && typeof data.name === 'string' ? data.name : '',
      type: data.type,
      size: data.size,
      replayable: true,
      open: openOf(async () =>
        data.size <= SMALL ? fromBytes(new Uint8Array(await data.arrayBuffer())) : fromStream(data.stream()),
      ),
    }
  }
  if (data instanceof ArrayBuffer) return bytesSource(new Uint8Array(data))
  if (ArrayBuffer.isView(data)) return bytesSource(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  if (data instanceof ReadableStream) {
    if (data.locked) throw new TypeError('The stream to upload is locked: somebody else is reading it.')
    return onceSource('', '', undefined, data)
  }
  if (data instanceof Response) {
    if (data.bodyUsed) throw new TypeError('The body of the Response to upload was read already.')
    if (!data.ok) {
      throw new TypeError(
        `The Response to upload is itself an error (status ${data.status}): its body is not the file.`,
      )
    }
    // Content-Length counts the bytes on the wire, which are others when they were encoded
    const length = data.headers.get('content-encoding') === null ? data.headers.get('content-length') : null
    const size = length !== null && /^\d+$/.test(length) ? Number(length) : undefined
    return onceSource(
      '',
      data.headers.get('content-type') ?? '',
      size,
      data.body ?? toStream(fromBytes(new Uint8Array())),
    )
  }
  const given =
    typeof data === 'string' ? 'a string (a path is not content: use fileSource(path) in Node)' : typeof data
  throw new TypeError(`Cannot upload ${given}: pass a Blob, a buffer, a stream, a Response or a ByteSource.`)
}

/** Whether a value is a {@link ByteSource}. */
function isByteSource(value: unknown): value is ByteSource {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as ByteSource).open === 'function' &&
    typeof (value as ByteSource).replayable === 'boolean'
  )
}

function onceSource(
  name: string,
  type: string,
  size: number | undefined,
  stream: ReadableStream<Uint8Array>,
): ByteSource {
  let opened = false
  return {
    name,
    type,
    size,
    replayable: false,
    open() {
      if (opened) return Promise.reject(new TypeError('A one-shot stream was opened twice.'))
      opened = true
      return Promise.resolve(stream)
    },
  }
}
