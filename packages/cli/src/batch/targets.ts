import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CliError } from '../failure.js'
import { MANIFEST } from './manifest.js'
import { withUid } from './name-template.js'

/** What is done when the name of a file is taken. */
export const CONFLICTS = ['rename', 'skip', 'overwrite', 'fail'] as const

export type OnConflict = (typeof CONFLICTS)[number]

/** A file that wants a name. */
export interface Wanted {
  /** The name that it should have, below the folder. */
  readonly path: string
  readonly key: string
  /** What tells it from others of the same name. */
  readonly uid: string
  /** Path of an older copy of it, untouched since it was written: that may be replaced. */
  readonly own: string | undefined
}

/**
 * Who has which name in a folder. Names are compared without case and in one Unicode form, because many file systems know no
 * difference: two files that differ in case alone would overwrite each other there.
 */
export class Targets {
  readonly #folder: string
  readonly #onConflict: OnConflict
  /** Names that files of this download have, with their keys. */
  readonly #ours = new Map<string, string>()
  /** Names on disk, by folder. */
  readonly #onDisk = new Map<string, Promise<ReadonlySet<string>>>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(
    folder: string,
    onConflict: OnConflict,
    rows: Iterable<{ readonly key: string; readonly path?: string | undefined }>,
  ) {
    this.#folder = folder
    this.#onConflict = onConflict
    // the folder's own file
    this.#ours.set(MANIFEST, MANIFEST)
    for (const { key, path } of rows) if (path !== undefined) this.#ours.set(folded(path), key)
  }

  /**
   * The path that a file gets, below the folder; `undefined` when it is skipped.
   * @throws CliError `conflict` with `fail`
   */
  take(wanted: Wanted): Promise<string | undefined> {
    // one after the other: between a look and the taking of a name nobody else may take it
    const taken = this.#turn.then(() => this.#take(wanted))
    this.#turn = taken.catch(() => undefined)
    return taken
  }

  async #take(wanted: Wanted): Promise<string | undefined> {
    const { path, key } = wanted
    if (await this.#isFree(path, wanted)) return this.#give(path, key)
    const owner = this.#ours.get(folded(path))
    switch (this.#onConflict) {
      case 'skip':
        return undefined
      case 'fail':
        throw new CliError(`${path} is there already.`, {
          exit: 'conflict',
          hint: 'Choose another --name-template or --on-conflict.',
        })
      case 'overwrite':
        // a file of this very download is none to be overwritten
        return owner === undefined || owner === key ? this.#give(path, key) : this.#renamed(wanted)
      case 'rename':
        return this.#renamed(wanted)
    }
  }

  async #renamed(wanted: Wanted): Promise<string> {
    const { path, key, uid } = wanted
    for (let count = 1; ; count++) {
      const other = withUid(path, count === 1 ? uid : `${uid}, ${count}`)
      if (await this.#isFree(other, wanted)) return this.#give(other, key)
    }
  }

  /** Whether nobody has the name, on disk or in this download; what is there may be an older copy of the file itself. */
  async #isFree(path: string, { key, own }: Wanted): Promise<boolean> {
    const owner = this.#ours.get(folded(path))
    if (owner !== undefined && owner !== key) return false
    return path === own || !(await this.#isOnDisk(path))
  }

  /** Whether a file that is there under this name is nobody's of this download. */
  isUnowned(path: string): boolean {
    return !this.#ours.has(folded(path))
  }

  /** Takes a file that is there already as that of `key`. */
  adopt(path: string, key: string): void {
    this.#give(path, key)
  }

  #give(path: string, key: string): string {
    this.#ours.set(folded(path), key)
    return path
  }

  async #isOnDisk(path: string): Promise<boolean> {
    const folder = dirname(path)
    let names = this.#onDisk.get(folded(folder))
    if (names === undefined) {
      names = readdir(join(this.#folder, folder)).then(
        (found) => new Set(found.map(folded)),
        () => new Set<string>(),
      )
      this.#onDisk.set(folded(folder), names)
    }
    return (await names).has(folded(path.slice(path.lastIndexOf('/') + 1)))
  }
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase()
}
