import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Keeps a state as one JSON file, written beside it and renamed: whole, or as it was before. */
export class StateFile {
  readonly #path: string
  readonly #read: () => object
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  /** `read`: gives the state at the time of writing. */
  constructor(folder: string, read: () => object) {
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
    await mkdir(path.dirname(this.#path), { recursive: true })
    const part = `${this.#path}.part`
    await writeFile(part, JSON.stringify(this.#read()))
    await rename(part, this.#path)
  }
}
