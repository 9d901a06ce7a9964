import { rm } from 'node:fs/promises'
import { CliError } from '../failure.js'
import { explained } from '../file-failure.js'
import { GrowingFile, readLines, writeLines } from './lines-file.js'

/** How the files of a batch are uploaded. Written into its journal, so that a later run does the same. */
export interface UploadSettings {
  readonly domain?: string | undefined
  readonly contentType?: string | undefined
  readonly until?: 'stored' | 'accepted' | undefined
  /** What everybody may do with the documents, as eight characters. */
  readonly public?: string | undefined
}

/** The first line of a journal. */
export interface JournalHeader {
  readonly journal: 'dhis2-files'
  readonly version: 1
  /** The command that goes on with it: `documents upload`. */
  readonly command: string
  /** Where the files go. They are not sent anywhere else. */
  readonly baseUrl: string
  /** The profile that was used, where it has a name. */
  readonly profile?: string | undefined
  readonly created: string
  /** Whether the user chose its place: then it stays when all is uploaded. */
  readonly keep?: boolean | undefined
  readonly settings: UploadSettings
}

/** One file of a batch. Its uids are chosen before anything is sent, so that it can be sent again and is there once. */
export interface PlannedFile {
  /** Its number in the batch, from 1. */
  readonly file: number
  readonly path: string
  /** Name of the file in DHIS2. */
  readonly filename: string
  /** Bytes; `undefined` while it could not be read. */
  readonly size?: number | undefined
  /** When it was changed last, in milliseconds since 1970. */
  readonly mtime?: number | undefined
  /** Lower-case hex. */
  readonly md5?: string | undefined
  /** Name of the document. */
  readonly name?: string | undefined
  readonly code?: string | undefined
  /** Uid of the document. */
  readonly document?: string | undefined
  /** Uid of the file resource. */
  readonly fileResource: string
  /** Whether `path` is a copy of stdin, which is removed when it has been sent. */
  readonly spooled?: boolean | undefined
}

/** What became of a file. */
export interface FileOutcome {
  readonly state: 'done' | 'failed'
  readonly error?: { readonly code: string; readonly message: string } | undefined
}

/** What stands in a journal. */
export interface JournalContent {
  readonly header: JournalHeader
  readonly files: readonly PlannedFile[]
  /** By the numbers of the files; none for those of which nothing is known. */
  readonly outcomes: ReadonlyMap<number, FileOutcome>
}

interface PlannedRow extends PlannedFile {
  readonly state: 'planned'
}

interface StateRow extends FileOutcome {
  readonly file: number
  readonly at: string
}

/**
 * What is remembered of a batch of uploads, on disk: the plan first, whole, then a line for each file that is done or has
 * failed. Whatever ends the process, the next one goes on with the same uids.
 */
export class Journal {
  readonly path: string
  readonly header: JournalHeader
  readonly files: readonly PlannedFile[]
  readonly #outcomes: Map<number, FileOutcome>
  readonly #rows: GrowingFile

  private constructor(
    path: string,
    header: JournalHeader,
    files: readonly PlannedFile[],
    rows: GrowingFile,
    outcomes: Map<number, FileOutcome>,
  ) {
    this.path = path
    this.header = header
    this.files = files
    this.#rows = rows
    this.#outcomes = outcomes
  }

  /** Writes the plan. @throws an error of the file system */
  static async create(path: string, header: JournalHeader, files: readonly PlannedFile[]): Promise<Journal> {
    try {
      await writeLines(path, [header, ...files.map((file) => ({ ...file, state: 'planned' }))])
      return new Journal(path, header, files, await GrowingFile.open(path), new Map())
    } catch (error) {
      throw explained(error, `Cannot write the journal ${path}`)
    }
  }

  /** Reads what an earlier run has left, to go on with it. @throws CliError for what is no journal */
  static async open(path: string): Promise<Journal> {
    const { header, files, outcomes } = await Journal.read(path)
    const rows = await GrowingFile.open(path).catch((error: unknown) => {
      throw explained(error, `Cannot go on with the journal ${path}`)
    })
    return new Journal(path, header, files, rows, new Map(outcomes))
  }

  /** Reads what an earlier run has left, and leaves it as it is. @throws CliError for what is no journal */
  static async read(path: string): Promise<JournalContent> {
    const [first, ...rows] = await readLines(path).catch((error: unknown) => {
      throw notAJournal(path, error)
    })
    const header = first as JournalHeader | undefined
    if (header?.journal !== 'dhis2-files') throw notAJournal(path)
    if (header.version !== 1) {
      throw new CliError(`${path} was written by another version of dhis2-files.`, { hint: 'Go on with that version.' })
    }
    const files = new Map<number, PlannedFile>()
    const outcomes = new Map<number, FileOutcome>()
    for (const row of rows as (PlannedRow | StateRow)[]) {
      if (row.state === 'planned') {
        const { state: _, ...file } = row
        files.set(file.file, file)
      } else outcomes.set(row.file, { state: row.state, error: row.error })
    }
    return { header, files: [...files.values()], outcomes }
  }

  /** What became of a file, as far as it is known. */
  outcomeOf({ file }: PlannedFile): FileOutcome | undefined {
    return this.#outcomes.get(file)
  }

  /** Files that are not done. */
  get open(): readonly PlannedFile[] {
    return this.files.filter((file) => this.outcomeOf(file)?.state !== 'done')
  }

  /** Writes down what became of a file. */
  async settle({ file }: PlannedFile, outcome: FileOutcome): Promise<void> {
    this.#outcomes.set(file, outcome)
    await this.#rows.add({ file, ...outcome, at: new Date().toISOString() } satisfies StateRow)
  }

  /** Writes down what is known now of a file that could not be read before. */
  async complete(file: PlannedFile): Promise<void> {
    await this.#rows.add({ ...file, state: 'planned' })
  }

  /** Lets go of the file, and removes it when nothing is left to do. */
  async close(options: { readonly remove: boolean }): Promise<void> {
    await this.#rows.close()
    if (options.remove) await rm(this.path, { force: true })
  }
}

function notAJournal(path: string, cause?: unknown): CliError {
  const errno = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (errno === 'ENOENT')
    return new CliError(`There is no journal ${path}.`, {
      exit: 'local-file',
      cause,
      hint: 'A journal is removed when all of its files are uploaded.',
    })
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new CliError(`${path} is no journal of dhis2-files${why}.`, { exit: 'local-file', cause })
}
