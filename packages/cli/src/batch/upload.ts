import { rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import {
  type ByteSource,
  createUid,
  type Dhis2Client,
  type FileResource,
  fileSource,
  type Progress,
} from '@dhis2-files/client'
import type { CommandContext } from '../context.js'
import { CliError, errnoOf, exitOf, type Failure, failureOf } from '../failure.js'
import { createProgress } from '../output/progress.js'
import { shellWord } from '../output/shell.js'
import { digestOf } from './digest.js'
import { Journal, type JournalHeader, type PlannedFile, type UploadSettings } from './journal.js'
import { spoolStdin } from './local-source.js'
import { lock } from './lock.js'
import { filesOf, STDIN } from './paths.js'
import { runPool } from './pool.js'
import { stateFolder } from './state-folder.js'
import { type BatchSummary, endBatch, endsBatch } from './summary.js'

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
  readonly status: 'uploaded' | 'failed' | 'skipped' | 'left'
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
  input: UploadInput,
  settings: UploadSettings,
): Promise<number> {
  checkInput(input)
  const paths = await filesOf(input.paths, context.io.cwd)
  const { client, profile } = await context.opened()
  const header: JournalHeader = {
    journal: 'dhis2-files',
    version: 1,
    command: kind.command,
    baseUrl: client.baseUrl.href,
    profile: profile.name,
    created: new Date().toISOString(),
    settings,
  }
  if (context.dryRun) return plan(context, kind, { ...input, paths }, header)
  // who may not sign in is told before anything is planned, and once: not by every file
  await client.system.version({ signal: context.signal })
  const path = input.resume ?? input.journal ?? join(await stateFolder(), `${createUid()}.ndjson`)
  const unlock = await lock(path, 'the journal')
  try {
    const journal =
      input.resume === undefined
        ? await begin(context, kind, { ...input, paths }, header, path)
        : await goOn(path, header)
    return await new Batch(context, kind, client, journal, input).run()
  } finally {
    await unlock()
  }
}

function checkInput({ paths, resume, name, code, uid, filename }: UploadInput): void {
  if (resume !== undefined && paths.length > 0)
    throw new CliError('--resume goes on with the files of its journal: name no others.')
  if (resume === undefined && paths.length === 0)
    throw new CliError('No file is named.', { hint: 'Name files, patterns, or - for stdin.' })
  const single = Object.entries({ name, code, uid, filename }).find(([, value]) => value !== undefined)
  if (single !== undefined && paths.length > 1)
    throw new CliError(`--${single[0]} is for one file, and ${paths.length} are named.`)
  if (paths.includes(STDIN) && filename === undefined) {
    throw new CliError('stdin has no name.', { hint: 'Pass --filename, such as --filename report.pdf.' })
  }
}

async function plan(
  context: CommandContext,
  kind: UploadKind,
  input: UploadInput,
  header: JournalHeader,
): Promise<number> {
  if (input.resume !== undefined) {
    const journal = await goOn(input.resume, header)
    await journal.close({ remove: false })
    return tellPlan(context, journal.open)
  }
  const failures: Failure[] = []
  const files: PlannedFile[] = []
  for (const path of input.paths) {
    const size =
      path === STDIN ? undefined : await sizeOf(path).catch((error: unknown) => void failures.push(failureOf(error)))
    files.push({ ...planned(kind, input, path, files.length + 1), size })
  }
  for (const failure of failures) if (!context.out.json) context.out.failure(failure)
  return tellPlan(context, files, failures)
}

function tellPlan(context: CommandContext, files: readonly PlannedFile[], failures: readonly Failure[] = []): number {
  const rows = files.map(({ path, name, filename, size }) => ({
    path,
    status: 'planned',
    dryRun: true,
    name: name ?? filename,
    size,
  }))
  context.out.result({ files: rows, failed: failures.map(({ code, message }) => ({ code, message })) }, () =>
    rows.map(({ path, name }) => `would upload ${path}  ${name}`).join('\n'),
  )
  return exitOf(failures, files.length - failures.length)
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await fileSource(path)).size
}

/** Chooses the uids of every file, reads each once for its MD5, and writes all of it down. */
async function begin(
  context: CommandContext,
  kind: UploadKind,
  input: UploadInput,
  header: JournalHeader,
  path: string,
): Promise<Journal> {
  if (await exists(path)) {
    throw new CliError(`There is a file ${path}.`, {
      exit: 'conflict',
      hint: 'Go on with it by --resume, or choose another --journal.',
    })
  }
  const { paths } = input
  const { signal } = context
  const files: PlannedFile[] = []
  for (const [index, word] of paths.entries()) {
    const spooled = word === STDIN
    const file = planned(kind, input, spooled ? `${path}.stdin` : word, index + 1)
    // it cannot be read twice: it is kept until it has been sent
    if (spooled) await spoolStdin(context, file.path)
    files.push(
      await inspected({ ...file, spooled: spooled || undefined }, signal).catch(async (error: unknown) => {
        // of one file the failure is that of the command; of several the others go on
        if (paths.length > 1 && !signal.aborted) return file
        if (spooled) await rm(file.path, { force: true })
        throw error
      }),
    )
  }
  return Journal.create(path, header, files)
}

function planned(kind: UploadKind, input: UploadInput, path: string, file: number): PlannedFile {
  const filename = input.filename ?? basename(path)
  const chosen = input.uid ?? createUid()
  return {
    file,
    path,
    filename,
    ...(kind.documents ? { name: input.name ?? filename, code: input.code, document: chosen } : {}),
    fileResource: kind.documents ? createUid() : chosen,
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** What is known of a file before it is sent. @throws Dhis2Error where it cannot be read */
async function inspected(file: PlannedFile, signal: AbortSignal): Promise<PlannedFile> {
  const source = await fileSource(file.path)
  const { mtimeMs } = await stat(file.path)
  const { md5, size } = await digestOf(source, signal)
  return { ...file, size, mtime: mtimeMs, md5 }
}

/** What an earlier run has left, if it is for this command and server. */
async function goOn(path: string, header: JournalHeader): Promise<Journal> {
  const journal = await Journal.open(path)
  const { command, baseUrl } = journal.header
  if (command !== header.command)
    throw new CliError(`${path} is a journal of “${command}”.`, {
      hint: `Go on with: dhis2-files ${command} --resume ${shellWord(path)}`,
    })
  if (baseUrl === header.baseUrl) return journal
  throw new CliError(`${path} is for ${baseUrl}, and this profile is of ${header.baseUrl}.`, {
    hint:
      journal.header.profile === undefined
        ? 'Choose the profile of that server with --profile.'
        : `Pass --profile ${journal.header.profile}.`,
  })
}

/** The files of one journal on their way. */
class Batch {
  readonly #context: CommandContext
  readonly #kind: UploadKind
  readonly #client: Dhis2Client
  readonly #journal: Journal
  readonly #input: UploadInput
  readonly #results = new Map<number, Uploaded>()
  readonly #failures: Failure[] = []
  #bytes = 0

  constructor(context: CommandContext, kind: UploadKind, client: Dhis2Client, journal: Journal, input: UploadInput) {
    this.#context = context
    this.#kind = kind
    this.#client = client
    this.#journal = journal
    this.#input = input
  }

  async run(): Promise<number> {
    const { out, io, interrupts } = this.#context
    const files = this.#journal.open
    const started = performance.now()
    const known = files.every(({ size }) => size !== undefined)
    const bytes = known ? files.reduce((sum, { size = 0 }) => sum + size, 0) : undefined
    const { concurrency } = this.#input
    if (files.length > 1) out.note(`Journal: ${this.#journal.path}`)
    const progress = createProgress(out, io, { files: files.length, bytes, concurrency })
    const stop = new AbortController()
    const stopping = AbortSignal.any([interrupts.stopping, stop.signal])
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
            if (await this.#failed(file, error, files.length)) stop.abort()
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
      throw new CliError(
        `${file.path} was changed after the journal was written: what was uploaded as ${fileResource.id} is not what was planned.`,
        { exit: 'integrity' },
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
        {
          exit: 'integrity',
          hint: 'Upload it as a new file.',
        },
      )
    }
    return now
  }

  async #done(file: PlannedFile, fileResource: FileResource): Promise<void> {
    const { name, document, spooled } = file
    await this.#journal.settle(file, { state: 'done' })
    if (spooled) await rm(file.path, { force: true })
    this.#bytes += file.size ?? fileResource.contentLength
    const uid = document ?? fileResource.id
    this.#results.set(file.file, {
      path: spooled ? STDIN : file.path,
      status: 'uploaded',
      uid,
      ...(document && { name }),
      fileResource,
    })
    const { out } = this.#context
    if (!out.json) out.print(`uploaded ${uid}  ${name ?? file.filename}`)
  }

  /** @returns whether the others would fail alike */
  async #failed(file: PlannedFile, error: unknown, files: number): Promise<boolean> {
    const { out, signal } = this.#context
    // Ctrl-C: it is not known how far it came, which the next run finds out
    if (signal.aborted) return true
    const failure = failureOf(error)
    const { code, message, hint } = failure
    this.#failures.push(failure)
    this.#results.set(file.file, { path: file.path, status: 'failed', error: { code, message, hint } })
    await this.#journal.settle(file, { state: 'failed', error: { code, message } })
    const named = files === 1 || message.includes(file.path) ? message : `${file.path}: ${message}`
    if (!out.json) out.failure({ ...failure, message: named }, error)
    return endsBatch(failure, errnoOf(error))
  }

  async #end(started: number): Promise<number> {
    const left = this.#journal.open.length
    await this.#journal.close({ remove: left === 0 && this.#input.journal === undefined })
    const done = [...this.#results.values()].filter(({ status }) => status === 'uploaded').length
    const summary: BatchSummary = {
      done,
      skipped: this.#journal.files.length - left - done,
      failed: this.#failures.length,
      left: left - this.#failures.length,
      bytes: this.#bytes,
      seconds: (performance.now() - started) / 1000,
    }
    const resume = `dhis2-files ${this.#kind.command} --resume ${shellWord(this.#journal.path)}${this.#profileWords()}`
    return endBatch(this.#context, {
      verb: 'uploaded',
      summary,
      failures: this.#failures,
      report: {
        files: this.#journal.files.map((file) => this.#resultOf(file)),
        ...(left > 0 && { journal: this.#journal.path }),
      },
      next: left === 0 ? undefined : resume,
      single: this.#journal.files.length === 1,
    })
  }

  #resultOf(file: PlannedFile): Uploaded {
    const { path, document, fileResource } = file
    const uid = document ?? fileResource
    const done = this.#journal.outcomeOf(file)?.state === 'done'
    return this.#results.get(file.file) ?? { path, status: done ? 'skipped' : 'left', uid }
  }

  #profileWords(): string {
    const { profile } = this.#journal.header
    return profile === undefined ? '' : ` --profile ${profile}`
  }
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
