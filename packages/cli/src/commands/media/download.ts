import type { Dhis2Client, FileDownload } from '@dhis2-files/client'
import { commandLine, downloadFiles, type DownloadItem } from '../../batch/download.js'
import { readTemplate } from '../../batch/name-template.js'
import { defineCommand, flagOf } from '../../command.js'
import { CliError } from '../../failure.js'
import { DOWNLOAD_OPTIONS, downloadWords, onConflictOf } from '../download-options.js'
import { type MediaRow, SELECTION_OPTIONS, type Selection, selectMedia } from './selection.js'

const VALUES = [
  'file',
  'uid',
  'event',
  'dataElement',
  'orgUnit',
  'period',
  'date',
  'trackedEntity',
  'attribute',
  'program',
  'programStage',
] as const

export const download = defineCommand({
  name: 'download',
  summary: 'Downloads captured files into a folder, verified.',
  details:
    'Into the folder also goes manifest.ndjson: which file belongs to which value, with its MD5. A second run fetches only what has changed. A value whose file is gone is a failure: it says which.',
  examples: ['media download --program eBAyeGv0exc --to photos --name-template "{orgUnit}/{event}-{file}"'],
  arguments: [],
  options: {
    ...SELECTION_OPTIONS,
    ...DOWNLOAD_OPTIONS,
    overwrite: { kind: 'flag', about: 'Replace files that are there: --on-conflict overwrite.' },
    to: { kind: 'text', short: 't', value: 'FOLDER', required: true, about: 'The folder.' },
  },
  async run(context, { overwrite, ...given }) {
    const input = overwrite ? { ...given, onConflict: 'overwrite' } : given
    const template = readTemplate(input.nameTemplate, VALUES)
    const client = await context.client()
    const rows = selectMedia(client, input, context.signal)
    return downloadFiles(context, items(client, rows, input, context.signal), {
      folder: input.to,
      template,
      onConflict: onConflictOf(input),
      concurrency: input.concurrency,
      again: commandLine('media', 'download', ...selectionWords(input), ...downloadWords(input)),
    })
  },
})

async function* items(
  client: Dhis2Client,
  rows: AsyncIterable<MediaRow>,
  selection: Selection,
  signal: AbortSignal,
): AsyncGenerator<DownloadItem> {
  for await (const row of rows) {
    const { kind, of, value, fileResource: file, keys } = row
    yield {
      key: of,
      uid: value,
      name: file?.name ?? of,
      filename: file?.name ?? value,
      size: file?.contentLength,
      md5: file?.contentMd5,
      fileResource: value,
      values: { ...keys, uid: value },
      facts: { kind, ...keys, ...(file && { contentType: file.contentType }) },
      open: () => openMedia(client, row, selection, signal),
      error:
        file === undefined
          ? new CliError(`The file ${value} of ${kind} ${of} is gone.`, {
              exit: 'not-stored',
              hint: 'Restore it from a backup.',
            })
          : undefined,
    }
  }
}

async function openMedia(
  { files }: Dhis2Client,
  { kind, of, key }: MediaRow,
  { program }: Selection,
  signal: AbortSignal,
): Promise<FileDownload> {
  const [owner = '', member = ''] = of.split('/')
  if (key !== undefined) return files.dataValues.download(key, { signal })
  const found =
    kind === 'event'
      ? await files.tracker.downloadEventFile(owner, member, { signal })
      : await files.tracker.downloadAttributeFile(owner, member, { program, signal })
  if (found.kind === 'file') return found
  throw new CliError(`${of} was not asked for with an ETag, and the server says that it has not changed.`, {
    exit: 'server',
  })
}

/** The words of a command line that select the same once more. */
function selectionWords(selection: Selection): string[] {
  return Object.keys(SELECTION_OPTIONS).flatMap((name) => {
    const value = selection[name as keyof Selection]
    if (value === true) return [flagOf(name)]
    return (typeof value === 'string' ? [value] : Array.isArray(value) ? (value as string[]) : []).flatMap((one) => [
      flagOf(name),
      one,
    ])
  })
}
