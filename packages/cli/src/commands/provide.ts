import type { ByteSource, Progress } from '@dhis2-files/client'
import { localSource } from '../batch/local-source.js'
import type { ArgumentSpec, Options } from '../command.js'
import type { CommandContext } from '../context.js'
import { createProgress } from '../output/progress.js'
import { orPlanned } from '../planned.js'
import { checkUids } from './uids.js'

/** The argument that names a file to upload. */
export const FILE_ARGUMENT = {
  name: 'file',
  about: 'Path of the file, or - for stdin.',
  complete: 'path',
} as const satisfies ArgumentSpec

/** What an upload of one file to an object takes. */
export const PROVIDE_OPTIONS = {
  filename: { kind: 'text', value: 'NAME', about: 'Name of the file in DHIS2; needed for stdin.' },
  contentType: { kind: 'text', value: 'TYPE', about: 'MIME type. Default: by the extension.' },
  fileResource: { kind: 'text', value: 'UID', about: 'Uid of the file resource, as a failed call has named it.' },
} as const satisfies Options

/** The values of {@link PROVIDE_OPTIONS}, and the file. */
export interface ProvideInput {
  readonly file: string
  readonly filename: string | undefined
  readonly contentType: string | undefined
  readonly fileResource: string | undefined
}

/** What the client takes beside the bytes. */
export interface Provided {
  readonly filename: string | undefined
  readonly contentType: string | undefined
  readonly fileResource: string | undefined
  readonly onProgress: (progress: Progress) => void
  readonly signal: AbortSignal
}

/**
 * Uploads one file by `send`, and shows how far it is. With `--dry-run` up to the first request that would change something.
 * @returns What `send` gives; `undefined` with `--dry-run`.
 */
export async function provide<T>(
  context: CommandContext,
  { file, filename, contentType, fileResource }: ProvideInput,
  send: (source: ByteSource, options: Provided) => Promise<T>,
): Promise<T | undefined> {
  const { out, io, signal } = context
  checkUids('a file resource', fileResource)
  const { source, dispose } = await localSource(context, file, filename)
  const progress = await createProgress(out, io, { files: 1, bytes: source.size, concurrency: 1 })
  try {
    const line = progress.begin(source.name, source.size)
    const onProgress = ({ loaded }: Progress): void => line.update(loaded)
    const options = { filename, contentType, fileResource, onProgress, signal }
    return await orPlanned(context, () => send(source, options))
  } finally {
    progress.stop()
    await dispose()
  }
}
