import { type Dhis2Client, type FileDownload, type FileResource } from '@dhis2-files/client'
import { commandLine, downloadFiles, type DownloadItem } from '../../batch/download.js'
import { readTemplate } from '../../batch/name-template.js'
import { defineCommand } from '../../command.js'
import { CliError } from '../../failure.js'
import { byUid } from '../by-uid.js'
import { checkChoice, DOWNLOAD_OPTIONS, downloadWords, isSingle, missing, onConflictOf } from '../download-options.js'
import { printable } from '../../output/text.js'
import { checkTarget, DIMENSION_OPTIONS, dimensionOf, receive } from '../receive.js'

const VALUES = ['file', 'uid', 'domain', 'created'] as const

export const download = defineCommand({
  name: 'download',
  summary: 'Downloads file resources, verified, into a folder, a file or stdout.',
  details:
    'Into a folder also goes manifest.ndjson; a second run fetches only what is new. --all leaves out icons. The sharing of documents and the membership of messages are not looked at by the server here. Of one file --to may also be a file, or - for stdout.',
  examples: [
    'resources download f2345678901 --to copy.pdf',
    'resources download --filter domain:eq:DOCUMENT --to documents',
  ],
  arguments: [{ name: 'uids', many: true, required: false, about: 'Uids of file resources.' }],
  options: {
    ...DOWNLOAD_OPTIONS,
    ...DIMENSION_OPTIONS,
    to: {
      kind: 'text',
      short: 't',
      value: 'PATH',
      about: 'The folder. Default: this one, without a manifest, for one file that is named.',
    },
    all: { kind: 'flag', short: 'a', about: 'All files but icons.' },
    filter: {
      kind: 'list',
      short: 'f',
      value: 'PROPERTY:OPERATOR:VALUE',
      about: 'Files that fit, such as domain:eq:DOCUMENT. May be repeated.',
    },
    overwrite: { kind: 'flag', about: 'Replace files that are there: --on-conflict overwrite.' },
  },
  async run(context, { uids, all, filter, overwrite, dimension: size, ...input }) {
    const { signal } = context
    checkChoice('file', { uids, all, filter, to: input.to })
    const onConflict = overwrite ? 'overwrite' : input.onConflict
    const to = input.to ?? '.'
    const dimension = dimensionOf(size)
    const client = await context.client()
    const [uid] = uids
    if (uid !== undefined && (await isSingle(context, uids, { ...input, onConflict }))) {
      const target = { to, overwrite: onConflict === 'overwrite' }
      checkTarget(context, target)
      const file = await client.files.getFileResource(uid, { signal })
      const found = await open(client, file, { dimension, signal })
      if (input.dryRun) {
        const { name, size } = found
        const planned = { status: 'planned', dryRun: true, uid, name, size, to }
        return context.out.result(planned, () => printable(`would download ${uid}  ${name}`))
      }
      return receive(context, found, target)
    }
    if (to === '-') throw new CliError('Only one file can go to stdout.', { hint: 'Name a folder with --to.' })
    if (dimension !== undefined)
      throw new CliError('--dimension is for one file.', { hint: 'A folder holds files as they are stored.' })
    const itemOf = (file: FileResource): DownloadItem => ({
      key: file.id,
      uid: file.id,
      name: file.name,
      filename: file.name,
      size: file.contentLength,
      md5: file.contentMd5,
      fileResource: file.id,
      values: { uid: file.id, domain: file.domain, created: file.created.slice(0, 10) },
      facts: { domain: file.domain, contentType: file.contentType },
      open: () => open(client, file, { signal }),
    })
    const files =
      uids.length > 0
        ? byUid(uids, async (query) => (await client.files.listFileResources({ ...query, signal })).items)
        : listed(client, filter, signal)
    return downloadFiles(context, mapped(files, itemOf), {
      folder: to,
      template: readTemplate(input.nameTemplate, VALUES),
      onConflict: onConflictOf({ ...input, to, onConflict }),
      concurrency: input.concurrency,
      again: commandLine(
        'resources',
        'download',
        ...uids,
        all && '--all',
        ...filter.flatMap((one) => ['--filter', one]),
        ...downloadWords({ ...input, to, onConflict }),
      ),
    })
  },
})

/** The files of values have a route of their own: the general one refuses them. */
async function open(
  { files }: Dhis2Client,
  { id, domain }: FileResource,
  options: Parameters<Dhis2Client['files']['downloadFileResource']>[1],
): Promise<FileDownload> {
  return domain === 'DATA_VALUE'
    ? files.dataValues.downloadByFile(id, { signal: options?.signal })
    : files.downloadFileResource(id, options)
}

function listed({ files }: Dhis2Client, filter: readonly string[], signal: AbortSignal): AsyncIterable<FileResource> {
  const own = filter.some((one) => one.startsWith('domain:')) ? filter : [...filter, 'domain:!eq:ICON']
  return files.listFileResources({ filter: own, signal })
}

async function* mapped(
  files: AsyncIterable<FileResource | string>,
  itemOf: (file: FileResource) => DownloadItem,
): AsyncGenerator<DownloadItem> {
  for await (const file of files)
    yield typeof file === 'string' ? missing(file, `There is no file resource ${file}.`) : itemOf(file)
}
