import { mkdir } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import type { FileDownload, Progress } from '@dhis2-files/client'
import type { Options } from '../command.js'
import type { CommandContext } from '../context.js'
import { CliError } from '../failure.js'
import { humanSize } from '../output/human.js'
import { createProgress, type TransferLine } from '../output/progress.js'
import { printable } from '../output/text.js'

/** What a download of one file takes. */
export const RECEIVE_OPTIONS = {
  to: {
    kind: 'text',
    short: 't',
    value: 'PATH',
    about:
      'A folder, a file, or - for stdout; with / at its end it is a folder, and is made. Default: this folder, under the name that the file has in DHIS2.',
    default: '.',
    complete: 'path',
  },
  overwrite: { kind: 'flag', about: 'Replace a file that is there.' },
} as const satisfies Options

/** What the download of an image takes besides. */
export const DIMENSION_OPTIONS = {
  dimension: {
    kind: 'text',
    value: 'SIZE',
    about: 'A copy that is 256, 512 or 1024 pixels wide. Default: as it is stored.',
    choices: ['small', 'medium', 'large', 'original'],
  },
} as const satisfies Options

/** The value of `--dimension` as the client takes it. */
export function dimensionOf(text: string | undefined): 'SMALL' | 'MEDIUM' | 'LARGE' | 'ORIGINAL' | undefined {
  return text?.toUpperCase() as ReturnType<typeof dimensionOf>
}

/** The values of {@link RECEIVE_OPTIONS}. */
export interface ReceiveInput {
  readonly to: string
  readonly overwrite: boolean
}

/**
 * Refuses before anything is asked for what cannot work: bytes on a terminal, or mixed with JSON.
 * @throws CliError `usage`
 */
export function checkTarget(context: CommandContext, { to }: ReceiveInput): void {
  if (to !== '-') return
  if (context.out.json) {
    throw new CliError('The bytes and the JSON cannot both go to stdout.', {
      hint: 'Leave out --json, or name a file.',
    })
  }
  if (context.out.terminal) {
    throw new CliError('A terminal is no place for the bytes of a file.', { hint: 'Redirect stdout, or name a file.' })
  }
}

/** A download as it is told: where it is now, and what it is. */
export interface Received {
  readonly status: 'saved'
  readonly path: string
  readonly size: number
  readonly name: string
  readonly contentType: string
  readonly md5: string | undefined
  readonly fileResource: string | undefined
}

/** Writes a download where `--to` says, and tells where that is. */
export async function receive(context: CommandContext, download: FileDownload, input: ReceiveInput): Promise<void> {
  if (input.to === '-') {
    await toStdout(context, download)
    return
  }
  const received = await save(context, download, input.to, input.overwrite)
  context.out.result(received, () => receivedLine(received))
}

/** Whether a path ends like that of a folder. */
export function isFolderPath(path: string): boolean {
  return path.endsWith('/') || path.endsWith(sep)
}

/** Saves a download as a file. @param to A folder or a file. */
export async function save(
  context: CommandContext,
  download: FileDownload,
  to: string,
  overwrite: boolean,
): Promise<Received> {
  const target = isFolderPath(to) ? `${resolve(context.io.cwd, to)}/` : resolve(context.io.cwd, to)
  if (isFolderPath(to)) await mkdir(target, { recursive: true })
  const { path, size } = await shown(context, download, ({ update }) =>
    download.saveTo(target, {
      overwrite,
      signal: context.signal,
      onProgress: ({ loaded }: Progress) => update(loaded),
    }),
  )
  const { name, type: contentType, md5, fileResource } = download
  return { status: 'saved', path, size, name, contentType, md5, fileResource: fileResource?.id }
}

/** The line of a file that was saved. */
export function receivedLine({ path, size }: Received): string {
  return printable(`saved ${path}  ${humanSize(size)}`)
}

function toStdout(context: CommandContext, download: FileDownload): Promise<void> {
  const { out, signal } = context
  return shown(context, download, async ({ update }) => {
    const stream = await download.stream({ signal, onProgress: ({ loaded }: Progress) => update(loaded) })
    for await (const chunk of stream) await out.write(chunk)
  })
}

/** Shows how far a transfer is, on a terminal; elsewhere its result says all there is to say. */
async function shown<T>(
  { out, io }: CommandContext,
  { name, size }: FileDownload,
  transfer: (line: Pick<TransferLine, 'update'>) => Promise<T>,
): Promise<T> {
  const progress = await createProgress(out, io, { files: 1, bytes: size, concurrency: 1 })
  const line = progress.begin(name, size)
  try {
    return await transfer({ update: (loaded) => line.update(loaded) })
  } finally {
    progress.stop()
  }
}
