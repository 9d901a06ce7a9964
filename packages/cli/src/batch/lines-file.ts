import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Only for this user: names and uids of patients' files stand in it. */
const MODE = 0o600

/** Writes a file of JSON lines whole or not at all: beside it, flushed, then renamed. */
export async function writeLines(path: string, rows: Iterable<unknown>): Promise<void> {
  const part = `${path}.${process.pid}.part`
  try {
    const handle = await open(part, 'w', MODE)
    try {
      await handle.chmod(MODE)
      let block = ''
      for (const row of rows) {
        block += `${JSON.stringify(row)}\n`
        if (block.length < 262_144) continue
        await handle.writeFile(block)
        block = ''
      }
      await handle.writeFile(block)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, path)
  } finally {
    await rm(part, { force: true })
  }
  await flushFolder(dirname(path))
}

/** The rows of a file of JSON lines. A last line that a crash has cut is left out. @throws Error for a line that is no JSON, with its number */
export async function readLines(path: string): Promise<unknown[]> {
  const lines = (await readFile(path, 'utf8')).split('\n')
  // what follows the last line end is empty, or was not written to its end
  lines.pop()
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      return [JSON.parse(line) as unknown]
    } catch (cause) {
      throw new Error(`line ${index + 1} of ${path} is no JSON`, { cause })
    }
  })
}

/** A file that grows line by line. Each line is in the hands of the system when `add` resolves: it survives the end of this process. */
export class GrowingFile {
  readonly #handle: FileHandle
  /** Bytes of the lines that are whole. */
  #size: number
  #last: Promise<void> = Promise.resolve()

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle
    this.#size = size
  }

  /** Opens for adding; what is there stays. A line that was cut by a crash is taken away. */
  static async open(path: string): Promise<GrowingFile> {
    const handle = await open(path, 'a+', MODE)
    try {
      const { size } = await handle.stat()
      const kept = await endOfLastLine(handle, size)
      if (kept < size) await handle.truncate(kept)
      return new GrowingFile(handle, kept)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Adds one row. Rows come in the order of the calls. */
  add(row: unknown): Promise<void> {
    const added = this.#last.then(() => this.#append(Buffer.from(`${JSON.stringify(row)}\n`)))
    this.#last = added.catch(() => undefined)
    return added
  }

  async close(): Promise<void> {
    await this.#last
    await this.#handle.close()
  }

  async #append(line: Buffer): Promise<void> {
    try {
      await this.#handle.appendFile(line)
      this.#size += line.length
    } catch (error) {
      // a full disk takes a part of a line: the next one must not follow it
      await this.#handle.truncate(this.#size).catch(() => undefined)
      throw error
    }
  }
}

async function endOfLastLine(handle: FileHandle, size: number): Promise<number> {
  const chunk = Buffer.alloc(65_536)
  for (let end = size; end > 0; end -= chunk.length) {
    const start = Math.max(0, end - chunk.length)
    await handle.read(chunk, 0, end - start, start)
    const at = chunk.subarray(0, end - start).lastIndexOf(0x0a)
    if (at >= 0) return start + at + 1
  }
  return 0
}

/** Makes a new name survive a power cut, where folders can be flushed. */
async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    await handle.sync().finally(() => handle.close())
  } catch {
    // Windows and some network file systems cannot
  }
}
