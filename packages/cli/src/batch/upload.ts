import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ByteSource,
  createUid,
  type Dhis2Client,
  type FileResource,
  fileSource,
  isDhis2Error,
  type Progress,
} from '@dhis2-files/client'
import type { CommandContext } from '../context.js'
import { CliError, errnoOf, type Failure, failureOf, isNews } from '../failure.js'
import { createProgress } from '../output/progress.js'
import { shellWord } from '../output/shell.js'
import { printable } from '../output/text.js'
import { Journal, type JournalHeader, type PlannedFile, type UploadSettings } from './journal.js'
import { lock } from './lock.js'
import { filesOf, STDIN } from './paths.js'
import { runPool } from './pool.js'
import { stateFolder } from './state-folder.js'
import { type BatchSummary, endBatch, endsBatch } from './summary.js'
import { beginJournal, checkInput, checkJournal, inspected, plannedFile } from './upload-plan.js'

/** What is uploaded: documents, or file resources alone. */
export interface UploadKind {
  /** The command, without the program's name: it stands in the journal, and goes on from there. */
  readonly command: string
  /** Whether each file becomes a document. */
  readonly documents: boolean
  readonly upload: (
    client: Dhis2Client,
    source: ByteSource,
    file: PlannedFile,
    options: UploadFileOptions,
  ) => Promise<FileResource>
}

/** What goes along with one file. */
export interface UploadFileOptions extends UploadSettings {
  readonly onProgress: (progress: Progress) => void
  readonly signal: AbortSignal
}

/** What the command line asked for. */
export interface UploadInput {
  readonly paths: readonly string[]
  readonly resume: string | undefined
  readonly journal: string | undefined
  readonly concurrency: number
  readonly filename: string | undefined
  readonly name?: string | undefined
  readonly code?: string | undefined
  readonly uid?: string | undefined
}

interface Uploaded {
  readonly path: string
  readonly status: 'uploaded' | 'failed' | 'skipped' | 'left' | 'planned'
  readonly uid?: string | undefined
  readonly [member: string]: unknown
}

/**
 * Uploads files, each exactly once. The plan is on disk before a byte is sent: after a crash, Ctrl-C or a failure the same
 * command with `--resume` goes on with the same uids. When everything is uploaded the journal is removed, unless the user
 * chose its place.
 * @returns the exit code
 */
export async function uploadFiles(
  context: CommandContext,
  kind: UploadKind,
  given: UploadInput,
  settings: UploadSettings,
): Promise<number> {
  checkResume(given, settings)
  const input = { ...given, paths: await filesOf(given.paths, context.io.cwd) }
  if (input.resume === undefined) checkInput(input)
  const { client, profile } = await context.opened()
  const header: JournalHeader = {
    journal: 'dhis2-files',
    version: 1,
    command: kind.command,
    baseUrl: client.baseUrl.href,
    profile: profile.name,
    created: new Date().toISOString(),
    keep: input.journal === undefined ? undefined : true,
    settings,
  }
  // who may not write or sign in is told before anything is planned, and once: not by every file
  if (profile.settings.readOnly) {
    throw new CliError(`The profile ${profile.name ?? ''} is for reading only: nothing was sent.`, {
      exit: 'forbidden',
      hint: `read_only in ${profile.source.settingsPath ?? 'dhis2-files.toml'} says so.`,
    })
  }
  await client.system.version({ signal: context.signal })
  if (context.dryRun) return tellPlan(context, kind, input, header)
  const path = input.resume ?? input.journal ?? join(await stateFolder(), `${createUid()}.ndjson`)
  const unlock = await lock(path, 'the journal')
  try {
    const journal =
      input.resume === undefined ? await beginJournal(context, kind, input, header, path) : await goOn(path, header)
    return await new Batch(context, kind, client, journal, input.concurrency).run()
  } finally {
    await unlock()
  }
}

/** What stands in the journal already cannot be chosen anew. @throws CliError `usage` */
function checkResume(
  { resume, paths, journal, filename, name, code, uid }: UploadInput,
  settings: UploadSettings,
): void {
  if (resume === undefined) return
  if (paths.length > 0) throw new CliError('--resume goes on with the files of its journal: name no others.')
  const { contentType, until, public: everybody, domain } = settings
  const chosen = { journal, filename, name, code, uid, 'content-type': contentType, until, public: everybody, domain }
  const also = Object.entries(chosen).find(([, value]) => value !== undefined)
  if (also !== undefined) {
    throw new CliError(`--${also[0]} is in the journal already, as it was at first: leave it out with --resume.`)
  }
}

/** What an earlier run has left, if it is for this command and server. */
async function goOn(path: string, header: JournalHeader): Promise<Journal> {
  checkJournal(path, (await Journal.read(path)).header, header)
  return Journal.open(path)
}

/** `--dry-run`: what would be uploaded, as far as this machine knows. */
async function tellPlan(
  context: CommandContext,
  kind: UploadKind,
  input: UploadInput,
  header: JournalHeader,
): Promise<number> {
  const { out } = context
  const results: Uploaded[] = []
  const failures: Failure[] = []
  const add = async (file: PlannedFile): Promise<void> => {
    const { path, name, filename } = file
    try {
      const size = path === STDIN ? undefined : (await fileSource(path)).size
      results.push({ path, status: 'planned', dryRun: true, name: name ?? filename, size })
      if (!out.json) out.print(printable(`would upload ${path}  ${name ?? filename}`))
    } catch (error) {
      const failure = failureOf(error)
      const { code, message, hint } = failure
      failures.push(failure)
      results.push({ path, status: 'failed', error: { code, message, hint } })
      if (!out.json) out.failure(failure, error)
    }
  }
  const started = performance.now()
  if (input.resume === undefined) {
    for (const [index, path] of input.paths.entries()) await add(plannedFile(kind, input, path, index + 1))
  } else {
    const { header: found, files, outcomes } = await Journal.read(input.resume)
    checkJournal(input.resume, found, header)
    for (const file of files) if (outcomes.get(file.file)?.state !== 'done') await add(file)
  }
  const done = results.length - failures.length
  const seconds = (performance.now() - started) / 1000
  return endBatch(context, {
    verb: 'would be uploaded',
    summary: { done, skipped: 0, failed: failures.length, left: 0, bytes: 0, seconds },
    failures,
    report: { files: results },
    next: undefined,
    single: results.length === 1,
  })
}

/** The files of one journal on their way. */
class Batch {
  readonly #context: CommandContext
  readonly #kind: UploadKind
  readonly #client: Dhis2Client
  readonly #journal: Journal
  readonly #concurrency: number
  readonly #results = new Map<number, Uploaded>()
  readonly #failures: Failure[] = []
  readonly #stop = new AbortController()
  #bytes = 0
  /** Files in a row that could not reach the server. */
  #unreached = 0

  constructor(context: CommandContext, kind: UploadKind, client: Dhis2Client, journal: Journal, concurrency: number) {
    this.#context = context
    this.#kind = kind
    this.#client = client
    this.#journal = journal
    this.#concurrency = concurrency
  }

  async run(): Promise<number> {
    const { out, io, interrupts } = this.#context
    const files = this.#journal.open
    const started = performance.now()
    const known = files.every(({ size }) => size !== undefined)
    const bytes = known ? files.reduce((sum, { size = 0 }) => sum + size, 0) : undefined
    const concurrency = this.#concurrency
    if (files.length > 1) out.note(`Journal: ${this.#journal.path}`)
    const progress = await createProgress(out, io, { files: files.length, bytes, concurrency })
    const stopping = AbortSignal.any([interrupts.stopping, this.#stop.signal])
    interrupts.finishing((again) =>
      out.note(again ? 'Aborting.' : 'Stopping when the files in flight are done; Ctrl-C once more aborts them.'),
    )
    try {
      await runPool(
        files,
        async (file) => {
          const line = progress.begin(file.filename, file.size)
          try {
            const fileResource = await this.#upload(file, (loaded) => line.update(loaded))
            await this.#done(file, fileResource)
            line.end('uploaded')
          } catch (error) {
            line.end('failed')
            await this.#failed(file, error)
          }
        },
        { concurrency, stopping },
      )
    } finally {
      progress.stop()
    }
    return this.#end(started)
  }

  async #upload(file: PlannedFile, onLoaded: (loaded: number) => void): Promise<FileResource> {
    const { signal } = this.#context
    const known = await this.#unchanged(file)
    const source = await fileSource(file.path, { name: file.filename })
    const { settings } = this.#journal.header
    const options = { ...settings, signal, onProgress: ({ loaded }: Progress) => onLoaded(loaded) }
    const fileResource = await this.#kind.upload(this.#client, source, known, options)
    if (known.md5 !== undefined && fileResource.contentMd5 !== known.md5 && !isReencoded(settings.domain)) {
      const what = file.document === undefined ? `file resource ${fileResource.id}` : `document ${file.document}`
      throw new CliError(
        `${file.path} was changed after the journal was written: ${what} has what it holds now, and not what was planned.`,
        {
          exit: 'integrity',
          hint:
            file.document === undefined
              ? 'Upload it as a new file.'
              : `Look at it, or delete it: dhis2-files documents delete ${file.document}`,
        },
      )
    }
    return fileResource
  }

  /** The file as it was planned. What could not be read then is read now. @throws CliError where it is another file now */
  async #unchanged(file: PlannedFile): Promise<PlannedFile> {
    const now = await inspectedIfNeeded(file, this.#context.signal)
    if (file.md5 === undefined) await this.#journal.complete(now)
    else if (now.md5 !== file.md5) {
      throw new CliError(
        `${file.path} is not the file that the journal is about: its MD5 was ${file.md5}, and is ${now.md5 ?? 'unknown'}.`,
        { exit: 'integrity', hint: 'Upload it as a new file.' },
      )
    }
    return now
  }

  async #done(file: PlannedFile, fileResource: FileResource): Promise<void> {
    const { name, document, spooled, filename } = file
    const uid = document ?? fileResource.id
    const path = spooled ? STDIN : file.path
    this.#unreached = 0
    this.#bytes += file.size ?? fileResource.contentLength
    this.#results.set(file.file, { path, status: 'uploaded', uid, ...(document && { name }), fileResource })
    const { out } = this.#context
    if (!out.json) out.print(printable(`uploaded ${uid}  ${name ?? filename}`))
    await this.#write(() => this.#journal.settle(file, { state: 'done' }))
    if (spooled) await rm(file.path, { force: true })
  }

  /** Tells a failure, and ends the batch where the others would fail alike. */
  async #failed(file: PlannedFile, error: unknown): Promise<void> {
    const { out, signal } = this.#context
    // Ctrl-C: it is not known how far it came, which the next run finds out
    if (signal.aborted && !isNews(error)) return this.#stop.abort()
    const failure = failureOf(error)
    const { code, message, hint } = failure
    const { spooled, document, fileResource } = file
    const path = spooled ? STDIN : file.path
    this.#failures.push(failure)
    this.#results.set(file.file, {
      path,
      status: 'failed',
      uid: document ?? fileResource,
      error: { code, message, hint },
    })
    const named = this.#journal.files.length === 1 || message.includes(path) ? message : `${path}: ${message}`
    if (!out.json) out.failure({ ...failure, message: named }, error)
    await this.#write(async () => {
      if (isBurnt(error, file)) await this.#journal.complete({ ...file, fileResource: createUid() })
      await this.#journal.settle(file, { state: 'failed', error: { code, message } })
    })
    this.#unreached = code === 'network' ? this.#unreached + 1 : 0
    if (endsBatch(failure, { errno: errnoOf(error), unreached: this.#unreached })) this.#stop.abort()
  }

  /** What cannot be written down ends the batch, which is told with the rest of it. */
  async #write(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#stop.abort()
      const failure = failureOf(error)
      this.#failures.push(failure)
      const { path } = this.#journal
      if (!this.#context.out.json)
        this.#context.out.failure(
          { ...failure, message: `The journal ${path} cannot be written: ${failure.message}` },
          error,
        )
    }
  }

  async #end(started: number): Promise<number> {
    const left = this.#journal.open.length
    const useless = left > 0 && this.#nothingToGoOnWith()
    await this.#write(() => this.#journal.close({ remove: (left === 0 || useless) && !this.#journal.header.keep }))
    const results = [...this.#results.values()]
    const done = results.filter(({ status }) => status === 'uploaded').length
    const failed = results.filter(({ status }) => status === 'failed').length
    const resume = `dhis2-files ${this.#kind.command} --resume ${shellWord(this.#journal.path)}${this.#profileWords()}`
    const goesOn = left > 0 && !useless
    const summary: BatchSummary = {
      done,
      skipped: Math.max(0, this.#journal.files.length - left - done),
      failed,
      left: Math.max(0, left - failed),
      bytes: this.#bytes,
      seconds: (performance.now() - started) / 1000,
    }
    return endBatch(this.#context, {
      verb: 'uploaded',
      summary,
      failures: this.#failures,
      report: {
        files: this.#journal.files.map((file) => this.#resultOf(file)),
        ...(goesOn && { journal: this.#journal.path }),
      },
      next: goesOn ? resume : undefined,
      single: this.#journal.files.length === 1,
    })
  }

  /** Whether every file that is left is one that DHIS2 does not take: nothing of it was sent, and nothing will be. */
  #nothingToGoOnWith(): boolean {
    return this.#journal.open.every((file) => {
      const code = this.#journal.outcomeOf(file)?.error?.code
      return code === 'rejected-file' || code === 'too-large'
    })
  }

  #resultOf(file: PlannedFile): Uploaded {
    const { document, fileResource, spooled } = file
    const path = spooled ? STDIN : file.path
    const uid = document ?? fileResource
    const done = this.#journal.outcomeOf(file)?.state === 'done'
    return this.#results.get(file.file) ?? { path, status: done ? 'skipped' : 'left', uid }
  }

  #profileWords(): string {
    const { profile } = this.#journal.header
    return profile === undefined ? '' : ` --profile ${profile}`
  }
}

/** A uid under which the server has lost or damaged bytes takes no others: the next try needs a fresh one. */
function isBurnt(error: unknown, { fileResource }: PlannedFile): boolean {
  if (!isDhis2Error(error)) return false
  if (error.code === 'lost-content' || error.code === 'integrity')
    return error.method !== undefined || error.fileResource !== undefined
  return error.code === 'conflict' && error.fileResource === fileResource && error.errorCode === undefined
}

/** Reads a file again when size or date are not what they were, or were not known. */
async function inspectedIfNeeded(file: PlannedFile, signal: AbortSignal): Promise<PlannedFile> {
  if (file.md5 !== undefined) {
    const { size, mtimeMs } = await stat(file.path).catch(() => ({ size: -1, mtimeMs: -1 }))
    if (size === file.size && mtimeMs === file.mtime) return file
  }
  return inspected(file, signal)
}

/** Of images that the server encodes anew the MD5 is another one. WIRE.md 1.4. */
function isReencoded(domain: string | undefined): boolean {
  return domain === 'ICON' || domain === 'USER_AVATAR' || domain === 'ORG_UNIT'
}
