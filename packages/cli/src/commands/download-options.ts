import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { DownloadItem } from '../batch/download.js'
import { CONFLICTS, type OnConflict } from '../batch/targets.js'
import type { Options } from '../command.js'
import type { CommandContext } from '../context.js'
import { CliError } from '../failure.js'
import { BATCH_OPTIONS } from './upload-options.js'

/** What every download into a folder takes. */
export const DOWNLOAD_OPTIONS = {
  ...BATCH_OPTIONS,
  nameTemplate: {
    kind: 'text',
    value: 'TEMPLATE',
    default: '{file}',
    about: 'Path of each file below the folder, such as {uid}/{file}.',
  },
  onConflict: {
    kind: 'text',
    value: 'WHAT',
    default: 'rename',
    choices: CONFLICTS,
    about: 'What to do when another file has the name; rename puts the uid into it. Names are compared without case.',
  },
  dryRun: { kind: 'flag', about: 'Say what would be downloaded, and write nothing.' },
} as const satisfies Options

/** The values of {@link DOWNLOAD_OPTIONS}, and where to. */
export interface DownloadInput {
  readonly to: string
  readonly nameTemplate: string
  readonly onConflict: string
  readonly concurrency: number
}

/** The words of a command line that say the same once more. */
export function downloadWords({ to, nameTemplate, onConflict, concurrency }: DownloadInput): string[] {
  return [
    ...['--to', to],
    ...(nameTemplate === '{file}' ? [] : ['--name-template', nameTemplate]),
    ...(onConflict === 'rename' ? [] : ['--on-conflict', onConflict]),
    ...(concurrency === BATCH_OPTIONS.concurrency.default ? [] : ['--concurrency', String(concurrency)]),
  ]
}

/** The value of `--on-conflict`, which the parser has checked. */
export function onConflictOf({ onConflict }: DownloadInput): OnConflict {
  return onConflict as OnConflict
}

/** Whether `--to` means one file: stdout, or a path that is no folder and does not end like one. */
async function isFileTarget({ io }: CommandContext, to: string): Promise<boolean> {
  if (to === '-') return true
  if (/[/\\]$/.test(to)) return false
  return !(await stat(resolve(io.cwd, to)).catch(() => undefined))?.isDirectory()
}

/**
 * Whether one thing is to become one file, without a manifest: one uid, and no folder named.
 * @throws CliError `usage` for options that only a folder has
 */
export async function isSingle(
  context: CommandContext,
  uids: readonly string[],
  { to, nameTemplate, onConflict }: Omit<DownloadInput, 'to' | 'concurrency'> & { readonly to: string | undefined },
): Promise<boolean> {
  if (uids.length !== 1 || (to !== undefined && !(await isFileTarget(context, to)))) return false
  const option = nameTemplate !== DOWNLOAD_OPTIONS.nameTemplate.default ? '--name-template' : undefined
  const folders = option ?? (onConflict === 'skip' || onConflict === 'fail' ? '--on-conflict' : undefined)
  if (folders === undefined) return true
  throw new CliError(`${folders} is for a folder.`, {
    hint: 'Name one with --to, with a slash at its end if it is new.',
  })
}

/** Refuses a choice of nothing, or of two kinds. @param what What is downloaded, in the singular. @throws CliError `usage` */
export function checkChoice(
  what: string,
  {
    uids,
    all,
    filter,
    to,
  }: {
    readonly uids: readonly string[]
    readonly all: boolean
    readonly filter: readonly string[]
    readonly to: string | undefined
  },
): void {
  const listed = all || filter.length > 0
  if (uids.length === 0 && !listed)
    throw new CliError(`No ${what} is named.`, { hint: 'Pass uids, --filter or --all.' })
  if (uids.length > 0 && listed) throw new CliError('Pass uids, or --filter or --all, not both.')
  if (listed && to === undefined)
    throw new CliError('--to is needed: where are the files to go?', { hint: 'Pass --to FOLDER.' })
}

/** What is named and is not there: it fails in its turn, and the others go on. */
export function missing(uid: string, why: string): DownloadItem {
  const error = new CliError(why, { exit: 'not-found' })
  return { key: uid, uid, name: uid, filename: uid, values: {}, facts: {}, open: () => Promise.reject(error), error }
}
