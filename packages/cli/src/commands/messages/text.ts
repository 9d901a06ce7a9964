import type { Options } from '../../command.js'
import type { CommandContext } from '../../context.js'
import { CliError } from '../../failure.js'
import { readStdin } from '../../read-stdin.js'
import { resolve } from 'node:path'
import { checkUids } from '../uids.js'
import { fileSource, type Uploadable } from '@dhis2-files/client'

/** What every message takes. */
export const TEXT_OPTIONS = {
  text: { kind: 'text', value: 'TEXT', about: 'What is written, or - for stdin.', required: true },
  attach: {
    kind: 'list',
    short: 'a',
    value: 'PATH',
    about: 'A file to go with it. May be repeated.',
    complete: 'path',
  },
  fileResource: {
    kind: 'list',
    value: 'UID',
    about: 'An attachment that is on the server already, left by an earlier run. May be repeated.',
  },
} as const satisfies Options

/** The values of {@link TEXT_OPTIONS}. */
export interface TextInput {
  readonly text: string
  readonly attach: readonly string[]
  readonly fileResource: readonly string[]
}

/** The text and attachments of a message, those that are on the server first. */
export async function messageOf(
  context: CommandContext,
  { text, attach, fileResource }: TextInput,
): Promise<{ readonly text: string; readonly attachments: readonly (Uploadable | string)[] }> {
  checkUids('a file resource', ...fileResource)
  if (attach.includes('-')) {
    throw new CliError('An attachment needs a name, so it cannot come from stdin.', { hint: 'Write it to a file.' })
  }
  const words = text === '-' ? (await readStdin(context)).replace(/\r?\n$/, '') : text
  if (words.trim() === '') throw new CliError('The message is empty.', { hint: 'Pass its text with --text.' })
  const sources = await Promise.all(attach.map((path) => fileSource(resolve(context.io.cwd, path))))
  return { text: words, attachments: [...fileResource, ...sources] }
}
