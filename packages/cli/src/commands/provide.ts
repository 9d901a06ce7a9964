import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { fileSource, type Uploadable } from '@dhis2-files/client'
import type { ArgumentSpec, Options } from '../command.js'
import type { CommandContext } from '../context.js'

/** The argument that names a file to upload. */
export const FILE_ARGUMENT = {
  name: 'file',
  about: 'Path of the file, or - for stdin, which is kept until it has arrived.',
  complete: 'path',
} as const satisfies ArgumentSpec

/** What an upload of one file to an object takes. */
export const PROVIDE_OPTIONS = {
  filename: { kind: 'text', value: 'NAME', about: 'Name of the file in DHIS2. Default: its own.' },
  contentType: { kind: 'text', value: 'TYPE', about: 'MIME type. Default: by the name.' },
  fileResource: {
    kind: 'text',
    value: 'UID',
    about: 'The file is on the server already, left by an earlier run: it is compared, and not sent again.',
  },
} as const satisfies Options

/** The values of {@link PROVIDE_OPTIONS}. */
export interface ProvideInput {
  readonly filename: string | undefined
  readonly contentType: string | undefined
  readonly fileResource: string | undefined
}

/** The bytes that a path or `-` names. Stdin can be read once: pass `spool: true` with it. @throws Dhis2Error for a file that cannot be read */
export async function sourceOf({ io }: CommandContext, path: string): Promise<Uploadable> {
  return path === '-' ? (Readable.toWeb(io.stdin) as ReadableStream<Uint8Array>) : fileSource(resolve(io.cwd, path))
}

/** The options of the client that {@link PROVIDE_OPTIONS} mean. */
export function provideOptionsOf(
  context: CommandContext,
  { filename, contentType, fileResource }: ProvideInput,
): ProvideInput & { readonly spool: true; readonly signal: AbortSignal } {
  return { filename, contentType, fileResource, spool: true, signal: context.signal }
}
