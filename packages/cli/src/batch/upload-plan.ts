import { readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createUid, fileSource } from '@dhis2-files/client'
import type { CommandContext } from '../context.js'
import { CliError } from '../failure.js'
import { humanSize } from '../output/human.js'
import { shellWord } from '../output/shell.js'
import { digestOf } from './digest.js'
import { Journal, type JournalHeader, type PlannedFile } from './journal.js'
import { spoolStdin } from './local-source.js'
import { STDIN } from './paths.js'
import type { UploadInput, UploadKind } from './upload.js'

/** From so many bytes on it is said that files are read before they are sent. */
const WORTH_TELLING = 200_000_000

/** Refuses what cannot be meant. `paths`: after patterns have become files. @throws CliError `usage` */
export function checkInput({ paths, filename, name, code, uid }: UploadInput): void {
  if (paths.length === 0) throw new CliError('No file is named.', { hint: 'Name files, patterns, or - for stdin.' })
  const single = Object.entries({ name, code, uid, filename }).find(([, value]) => value !== undefined)
  if (single !== undefined && paths.length > 1) {
    throw new CliError(`--${single[0]} is for one file, and ${paths.length} are meant.`)
  }
  if (paths.includes(STDIN) && filename === undefined) {
    throw new CliError('stdin has no name.', { hint: 'Pass --filename, such as --filename report.pdf.' })
  }
}

/** Chooses the uids of every file, reads each once for its MD5, and writes all of it down. @throws CliError · Dhis2Error */
export async function beginJournal(
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
  const files: PlannedFile[] = []
  await tellOfReading(context, input.paths)
  try {
    for (const [index, word] of input.paths.entries()) {
      files.push(await planOne(context, kind, input, { word, number: index + 1, path }))
    }
    if (!header.keep) await checkUnfinished(path, header, files)
    return await Journal.create(path, header, files)
  } catch (error) {
    // nothing was sent: the copy of stdin goes with the plan
    await rm(spoolOf(path), { force: true })
    throw error
  }
}

async function planOne(
  context: CommandContext,
  kind: UploadKind,
  input: UploadInput,
  { word, number, path }: { readonly word: string; readonly number: number; readonly path: string },
): Promise<PlannedFile> {
  const { signal } = context
  const spooled = word === STDIN
  const file = plannedFile(kind, input, spooled ? spoolOf(path) : word, number)
  // it cannot be read twice: it is kept until it has been sent
  if (spooled) await spoolStdin(context, file.path)
  try {
    return await inspected(spooled ? { ...file, spooled } : file, signal)
  } catch (error) {
    // of one file the failure is that of the command; of several the others go on
    if (input.paths.length > 1 && !signal.aborted && !spooled) return file
    throw error
  }
}

/** A file with the uids that it and its document are to have. What is known of its bytes comes later. */
export function plannedFile(kind: UploadKind, input: UploadInput, path: string, file: number): PlannedFile {
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

/** What is known of a file before it is sent. @throws Dhis2Error where it cannot be read */
export async function inspected(file: PlannedFile, signal: AbortSignal): Promise<PlannedFile> {
  const source = await fileSource(file.path)
  const { mtimeMs } = await stat(file.path)
  const { md5, size } = await digestOf(source, signal)
  return { ...file, size, mtime: mtimeMs, md5 }
}

/** Refuses a journal that is for another command or server. @throws CliError */
export function checkJournal(path: string, found: JournalHeader, header: JournalHeader): void {
  if (found.command !== header.command) {
    throw new CliError(`${path} is a journal of “${found.command}”.`, {
      hint: `Go on with: dhis2-files ${found.command} --resume ${shellWord(path)}`,
    })
  }
  if (found.baseUrl === header.baseUrl) return
  throw new CliError(`${path} is for ${found.baseUrl}, and this profile is of ${header.baseUrl}.`, {
    hint:
      found.profile === undefined
        ? 'Choose the profile of that server with --profile.'
        : `Pass --profile ${found.profile}.`,
  })
}

/**
 * An earlier run that was cut off may have sent a file that it could not write down: sent once more under other uids it would be
 * there twice.
 * @throws CliError `conflict` that names the journal to go on with
 */
async function checkUnfinished(path: string, header: JournalHeader, files: readonly PlannedFile[]): Promise<void> {
  const folder = dirname(path)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ndjson'))
  for (const name of names) {
    const other = await Journal.read(join(folder, name)).catch(() => undefined)
    if (other?.header.command !== header.command || other.header.baseUrl !== header.baseUrl) continue
    const open = other.files.filter((file) => !other.outcomes.has(file.file))
    const again = files.find(({ path: one, md5 }) => open.some((file) => file.path === one && file.md5 === md5))
    if (again === undefined) continue
    const resume = `dhis2-files ${header.command} --resume ${shellWord(join(folder, name))}`
    throw new CliError(`An earlier upload of ${again.path} was cut off: it may have arrived.`, {
      exit: 'conflict',
      hint: `Go on with: ${resume}. To upload it as a new file, remove that journal first.`,
    })
  }
}

async function tellOfReading({ out }: CommandContext, paths: readonly string[]): Promise<void> {
  let bytes = 0
  for (const path of paths) bytes += path === STDIN ? 0 : ((await stat(path).catch(() => undefined))?.size ?? 0)
  if (bytes >= WORTH_TELLING) out.note(`Reading ${humanSize(bytes)} for the MD5 of each file …`)
}

/** Where stdin is kept until it has been sent. */
function spoolOf(journal: string): string {
  return `${journal}.stdin`
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
