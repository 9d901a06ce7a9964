import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError } from '../failure.js'
import { GrowingFile, readLines, writeLines } from './lines-file.js'

/** What a folder of downloads says of itself. */
export const MANIFEST = 'manifest.ndjson'

/** One file of a download, or one link, which has no path. */
export interface ManifestRow {
  /** What it is called by in DHIS2: the uid of a document or file resource, or that of a value and what it is of. */
  readonly key: string
  /** Uid of the document, or of the file resource of a value. */
  readonly uid: string
  /** The DHIS2 that it is of. */
  readonly server: string
  /** Name in DHIS2. */
  readonly name: string
  /** Where it is, below the folder, with slashes. */
  readonly path?: string | undefined
  /** Bytes. */
  readonly size?: number | undefined
  /** Lower-case hex. */
  readonly md5?: string | undefined
  /** Uid of the file resource: when it is another one, the file has changed. */
  readonly fileResource?: string | undefined
  /** When the file on disk was written, in milliseconds since 1970. */
  readonly mtime?: number | undefined
  /** What else is known: sharing, code, the keys of a value, the URL of a link. */
  readonly [member: string]: unknown
}

/** The manifest of one folder: a line a file, readable only for this user. It grows while files come, and is written anew at the end. */
export class Manifest {
  readonly #path: string
  readonly #rows: Map<string, ManifestRow>
  #growing: Promise<GrowingFile> | undefined

  private constructor(path: string, rows: Map<string, ManifestRow>) {
    this.#path = path
    this.#rows = rows
  }

  /** Reads what an earlier run has left. @throws CliError for one that cannot be read, or is of another DHIS2 */
  static async open(folder: string, server: string): Promise<Manifest> {
    const path = join(folder, MANIFEST)
    const rows = new Map<string, ManifestRow>()
    const lines = await readLines(path).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      const why = error instanceof Error ? error.message : String(error)
      throw new CliError(`The manifest ${path} cannot be read: ${why}.`, {
        exit: 'local-file',
        cause: error,
        hint: 'Put it right, or move it away: then everything is fetched again.',
      })
    })
    for (const line of lines as ManifestRow[]) if (typeof line.key === 'string') rows.set(line.key, line)
    // a copy of that DHIS2 has the same uids, and other files
    const other = [...rows.values()].find((row) => row.server !== server)
    if (other !== undefined) {
      throw new CliError(`The folder ${folder} holds files of ${other.server}, and this profile is of ${server}.`, {
        exit: 'conflict',
        hint: 'Choose another folder, or the profile of that server with --profile.',
      })
    }
    return new Manifest(path, rows)
  }

  /** The path of the manifest's own file. */
  get path(): string {
    return this.#path
  }

  get(key: string): ManifestRow | undefined {
    return this.#rows.get(key)
  }

  rows(): IterableIterator<ManifestRow> {
    return this.#rows.values()
  }

  /** Takes a row up, on disk at once. */
  async set(row: ManifestRow): Promise<void> {
    const before = this.#rows.get(row.key)
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(row)) return
    this.#growing ??= GrowingFile.open(this.#path)
    await (await this.#growing).add(row)
    this.#rows.set(row.key, row)
  }

  /** Writes it whole, in the order of the keys, if anything has changed. */
  async close(): Promise<void> {
    if (this.#growing === undefined) return
    await (await this.#growing).close()
    const rows = [...this.#rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
    await writeLines(this.#path, rows)
  }
}

/** Whether the file of a row is still on disk as it was written: same size and date, or else the same MD5. */
export async function isThere(
  folder: string,
  row: ManifestRow,
  md5Of: (path: string) => Promise<string>,
): Promise<boolean> {
  if (row.path === undefined) return false
  const path = join(folder, row.path)
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || !found.isFile() || found.size !== row.size) return false
  return found.mtimeMs === row.mtime || (await md5Of(path)) === row.md5
}
