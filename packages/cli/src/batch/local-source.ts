import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type ByteSource, fileSource } from '@dhis2-files/client'
import type { CommandContext } from '../context.js'
import { CliError } from '../failure.js'
import { STDIN } from './paths.js'

/** One file to upload, and what takes its copy away where one was made. */
export interface LocalSource {
  readonly source: ByteSource
  readonly dispose: () => Promise<void>
}

/**
 * The file that a word of the command line means. stdin is kept in a temporary file, because it cannot be read twice.
 * @throws Dhis2Error where it cannot be read · CliError for stdin without a name
 */
export async function localSource(
  context: CommandContext,
  path: string,
  filename: string | undefined,
): Promise<LocalSource> {
  const named = filename === undefined ? {} : { name: filename }
  if (path !== STDIN) return { source: await fileSource(resolve(context.io.cwd, path), named), dispose: nothing }
  if (filename === undefined)
    throw new CliError('stdin has no name.', { hint: 'Pass --filename, such as --filename report.pdf.' })
  const folder = await mkdtemp(join(tmpdir(), 'dhis2-files-'))
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, 'stdin')
    await spoolStdin(context, copy)
    return { source: await fileSource(copy, named), dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Writes all of stdin to a file that only this user can read. */
export async function spoolStdin({ io, signal }: CommandContext, path: string): Promise<void> {
  try {
    await pipeline(io.stdin, createWriteStream(path, { mode: 0o600, flags: 'wx' }), { signal })
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

async function nothing(): Promise<void> {}
