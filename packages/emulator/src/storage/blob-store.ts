import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Spooled } from './spool.js'

/** A body that can be opened any number of times. */
export interface BlobReader {
  /** Bytes. */
  readonly size: number
  /** Lower-case hex. */
  readonly md5: string | undefined
  /** The bytes from their start, read as they are asked for. */
  open(): ReadableStream<Uint8Array>
}

/** What the index knows of a blob. */
export interface BlobEntry {
  readonly size: number
  readonly md5: string
  readonly bytes?: Uint8Array
}

const READ_SIZE = 128 * 1024

/**
 * Blobs by storage key. Without a folder, small blobs live in memory and large ones in a temporary folder that is removed on
 * `close`; with a folder, each blob is the file `<folder>/files/<key>`.
 */
export class BlobStore {
  readonly #folder: string | undefined
  readonly #entries = new Map<string, BlobEntry>()
  #temporary: Promise<string> | undefined

  constructor(folder?: string) {
    this.#folder = folder
  }

  /** The folder for uploads under way, made on first use. */
  spoolFolder = (): Promise<string> => {
    this.#temporary ??=
      this.#folder === undefined
        ? mkdtemp(path.join(tmpdir(), 'dhis2-emulator-'))
        : mkdir(path.join(this.#folder, 'incoming'), { recursive: true }).then(() =>
            path.join(this.#folder ?? '', 'incoming'),
          )
    return this.#temporary
  }

  async #path(key: string): Promise<string> {
    if (this.#folder !== undefined) return path.join(this.#folder, 'files', key)
    return path.join(await this.spoolFolder(), key.replaceAll('/', '-'))
  }

  /** Stores what was spooled under a key and takes over its temporary file. */
  async put(key: string, spooled: Spooled): Promise<void> {
    const entry = { size: spooled.size, md5: spooled.md5 }
    if (spooled.path === undefined && this.#folder === undefined) {
      this.#entries.set(key, { ...entry, bytes: spooled.bytes ?? new Uint8Array() })
      return
    }
    const target = await this.#path(key)
    await mkdir(path.dirname(target), { recursive: true })
    if (spooled.path === undefined) {
      await writeFile(`${target}.part`, spooled.bytes ?? new Uint8Array())
      await rename(`${target}.part`, target)
    } else await rename(spooled.path, target)
    this.#entries.set(key, entry)
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** The blob of a key; undefined when it is not there. */
  get(key: string): BlobReader | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    return { size: entry.size, md5: entry.md5, open: () => this.#open(key, entry) }
  }

  /** The whole blob as bytes: for small ones, and for tests. */
  async bytes(key: string): Promise<Uint8Array | undefined> {
    const entry = this.#entries.get(key)
    return entry === undefined ? undefined : (entry.bytes ?? readFile(await this.#path(key)))
  }

  #open(key: string, entry: BlobEntry): ReadableStream<Uint8Array> {
    const { bytes } = entry
    if (bytes !== undefined)
      return new ReadableStream({
        start(controller) {
          if (bytes.length > 0) controller.enqueue(bytes)
          controller.close()
        },
      })
    const opened = this.#path(key).then((file) => open(file, 'r'))
    opened.catch(() => {})
    return new ReadableStream(
      {
        async pull(controller) {
          const file = await opened
          const { bytesRead, buffer } = await file.read(new Uint8Array(READ_SIZE), 0, READ_SIZE)
          if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead))
          else {
            await file.close()
            controller.close()
          }
        },
        cancel: () =>
          opened.then(
            (file) => file.close(),
            () => {},
          ),
      },
      { highWaterMark: 0 },
    )
  }

  /** Removes a blob; removing what is not there is no error. */
  async remove(key: string): Promise<void> {
    const entry = this.#entries.get(key)
    this.#entries.delete(key)
    if (entry !== undefined && entry.bytes === undefined) await rm(await this.#path(key), { force: true })
  }

  /** Size and MD5 by key, for the state file. */
  index(): Record<string, { size: number; md5: string }> {
    return Object.fromEntries([...this.#entries].map(([key, { size, md5 }]) => [key, { size, md5 }]))
  }

  /** Takes over the index of a state file. */
  restore(index: Readonly<Record<string, { size: number; md5: string }>>): void {
    for (const [key, entry] of Object.entries(index)) this.#entries.set(key, entry)
  }

  /** Removes every blob. */
  async clear(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((key) => this.remove(key)))
  }

  /** Removes the temporary folder; blobs in a folder of the caller's stay. */
  async close(): Promise<void> {
    if (this.#temporary !== undefined) await rm(await this.#temporary, { recursive: true, force: true })
    this.#temporary = undefined
    if (this.#folder === undefined) this.#entries.clear()
  }
}
