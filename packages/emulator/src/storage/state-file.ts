import { randomUUID } from 'node:crypto'
import { accessSync, constants, mkdirSync, readFileSync, statSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Keeps a state as one JSON file, written beside it and renamed: whole, or as it was before. */
export class StateFile {
  readonly #path: string
  readonly #read: () => object
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  /**
   * `read`: gives the state at the time of writing.
   *
   * @throws Error when the folder cannot be made or written to
   */
  constructor(folder: string, read: () => object) {
    ensureFolder(path.resolve(folder))
    accessSync(folder, constants.W_OK)
    this.#path = path.join(folder, 'state.json')
    this.#read = read
  }

  /** What was saved last; undefined when there is nothing. */
  load(): unknown {
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new Error(`${this.#path} cannot be read: ${(error as Error).message}`, { cause: error })
    }
  }

  /** Resolves once a state is saved that is no older than this call. Calls that come meanwhile share one write. */
  save(): Promise<void> {
    this.#next ??= (this.#running ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        this.#running = this.#next
        this.#next = undefined
        return this.#write()
      })
    return this.#next
  }

  async #write(): Promise<void> {
    const part = `${this.#path}.${randomUUID()}.part`
    // it holds what signs in
    await writeFile(part, JSON.stringify(this.#read()), { mode: 0o600 })
    await rename(part, this.#path)
  }
}

/** Makes a folder and those above it. (`recursive` never returns where a parent can never be made, as under /proc.) */
function ensureFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return
    if (code !== 'ENOENT' || path.dirname(folder) === folder) throw error
    ensureFolder(path.dirname(folder))
    mkdirSync(folder)
  }
}
