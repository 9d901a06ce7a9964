import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import path from 'node:path'

/** Bytes that were received whole: in memory when few, else in a temporary file. */
export interface Spooled {
  readonly size: number
  readonly md5: string
  /** The first bytes, for a look at what kind of file it is. */
  readonly head: Uint8Array
  readonly bytes: Uint8Array | undefined
  readonly path: string | undefined
  /** Somebody keeps it: it is not to be thrown away with the request. */
  adopted?: boolean
}

const HEAD = 32

/** Receives a file: hashes it, keeps it in memory up to `threshold` bytes and on disk beyond. */
export class Spool {
  readonly #folder: () => Promise<string>
  readonly #threshold: number
  readonly #hash = createHash('md5')
  #chunks: Uint8Array[] = []
  #head = new Uint8Array(0)
  #size = 0
  #file: { path: string; handle: FileHandle } | undefined

  constructor(folder: () => Promise<string>, threshold: number = 256 * 1024) {
    this.#folder = folder
    this.#threshold = threshold
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk)
    if (this.#head.length < HEAD) this.#head = Buffer.concat([this.#head, chunk.subarray(0, HEAD - this.#head.length)])
    this.#size += chunk.length
    if (this.#file === undefined) {
      this.#chunks.push(chunk)
      if (this.#size <= this.#threshold) return
      const file = path.join(await this.#folder(), `upload-${randomUUID()}`)
      this.#file = { path: file, handle: await open(file, 'wx') }
      chunk = Buffer.concat(this.#chunks)
      this.#chunks = []
    }
    for (let at = 0; at < chunk.length; )
      at += (await this.#file.handle.write(chunk, at, chunk.length - at)).bytesWritten
  }

  /** Closes the spool and hands over what it holds. */
  async finish(): Promise<Spooled> {
    await this.#file?.handle.close()
    return {
      size: this.#size,
      md5: this.#hash.digest('hex'),
      head: this.#head,
      bytes: this.#file === undefined ? Buffer.concat(this.#chunks) : undefined,
      path: this.#file?.path,
    }
  }

  /** Forgets what was received so far. */
  async abandon(): Promise<void> {
    this.#chunks = []
    await this.#file?.handle.close().catch(() => {})
    if (this.#file !== undefined) await rm(this.#file.path, { force: true })
  }
}

/** Bytes that are in memory already, as if they had been spooled. */
export function spooledBytes(bytes: Uint8Array): Spooled {
  return {
    size: bytes.length,
    md5: createHash('md5').update(bytes).digest('hex'),
    head: bytes.subarray(0, HEAD),
    bytes,
    path: undefined,
  }
}

/** Removes the temporary file, if there is one. */
export async function discard(spooled: Spooled): Promise<void> {
  if (spooled.path !== undefined) await rm(spooled.path, { force: true })
}
