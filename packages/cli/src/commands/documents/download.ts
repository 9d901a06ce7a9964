import { type Dhis2Client, type Document, type FileResource, type ListQuery } from '@dhis2-files/client'
import { commandLine, downloadFiles, type DownloadItem } from '../../batch/download.js'
import { readTemplate } from '../../batch/name-template.js'
import { defineCommand } from '../../command.js'
import type { CommandContext } from '../../context.js'
import { CliError } from '../../failure.js'
import { byUid } from '../by-uid.js'
import { checkChoice, DOWNLOAD_OPTIONS, downloadWords, isSingle, missing, onConflictOf } from '../download-options.js'
import { printable } from '../../output/text.js'
import { checkTarget, receive } from '../receive.js'
import { checkUids } from '../uids.js'
import { withDetails } from './details.js'

const FIELDS = 'id,name,code,external,url,sharing,created,lastUpdated'
const VALUES = ['file', 'uid', 'name', 'code', 'created'] as const

export const download = defineCommand({
  name: 'download',
  summary: 'Downloads documents, verified, into a folder, a file or stdout.',
  details:
    'Into a folder also goes manifest.ndjson: what is there, with MD5 and sharing. A second run fetches only what has changed. Links are named, and not followed. Of one document --to may also be a file, or - for stdout.',
  examples: [
    'documents download a2345678901 --to copy.pdf',
    'documents download --all --to backup --name-template "{uid}/{file}"',
    'documents download --filter name:ilike:malaria --to reports',
  ],
  arguments: [{ name: 'uids', many: true, required: false, about: 'Uids of documents.' }],
  options: {
    ...DOWNLOAD_OPTIONS,
    to: {
      kind: 'text',
      short: 't',
      value: 'PATH',
      about: 'The folder. Default: this one, without a manifest, for documents that are named.',
    },
    all: { kind: 'flag', short: 'a', about: 'All documents that may be read.' },
    filter: {
      kind: 'list',
      short: 'f',
      value: 'PROPERTY:OPERATOR:VALUE',
      about: 'Documents that fit, such as name:ilike:report. May be repeated.',
    },
    overwrite: { kind: 'flag', about: 'Replace files that are there: --on-conflict overwrite.' },
  },
  async run(context, { uids, all, filter, overwrite, ...input }) {
    checkUids('a document', ...uids)
    checkChoice('document', { uids, all, filter, to: input.to })
    const onConflict = overwrite ? 'overwrite' : input.onConflict
    const to = input.to ?? '.'
    const client = await context.client()
    const [uid] = uids
    if (uid !== undefined && (await isSingle(context, uids, { ...input, onConflict }))) {
      return downloadOne(context, client, uid, { to, overwrite: onConflict === 'overwrite', dryRun: input.dryRun })
    }
    if (to === '-') throw new CliError('Only one document can go to stdout.', { hint: 'Name a folder with --to.' })
    const items =
      uids.length > 0 ? namedItems(client, uids, context.signal) : listedItems(client, { filter }, context.signal)
    const words = [...downloadWords({ ...input, to, onConflict })]
    return downloadFiles(context, items, {
      folder: to,
      template: readTemplate(input.nameTemplate, VALUES),
      onConflict: onConflictOf({ ...input, to, onConflict }),
      concurrency: input.concurrency,
      again: commandLine(
        'documents',
        'download',
        ...uids,
        all && '--all',
        ...filter.flatMap((one) => ['--filter', one]),
        ...words,
      ),
    })
  },
})

async function downloadOne(
  context: CommandContext,
  client: Dhis2Client,
  uid: string,
  target: { readonly to: string; readonly overwrite: boolean; readonly dryRun: boolean },
): Promise<void> {
  checkTarget(context, target)
  const found = await client.files.downloadDocument(uid, { signal: context.signal })
  if (found.kind === 'external') {
    throw new CliError(`Document ${uid} is a link to ${found.url}: DHIS2 has no file of it.`, {
      exit: 'unsupported',
      hint: 'Fetch it from there.',
    })
  }
  if (target.dryRun) {
    const { name, size } = found
    const planned = { status: 'planned', dryRun: true, uid, name, size, to: target.to }
    return context.out.result(planned, () => printable(`would download ${uid}  ${name}`))
  }
  return receive(context, found, target)
}

async function* listedItems(client: Dhis2Client, query: ListQuery, signal: AbortSignal): AsyncGenerator<DownloadItem> {
  const list = client.files.listDocuments({ ...query, fields: FIELDS, signal })
  for await (const document of withDetails(client, list, signal)) yield itemOf(client, document, signal)
}

async function* namedItems(
  client: Dhis2Client,
  uids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<DownloadItem> {
  const documents = byUid(uids, async (query) => {
    const list = client.files.listDocuments({ ...query, fields: FIELDS, signal })
    return (await withDetails(client, list, signal)).items
  })
  for await (const document of documents) {
    yield typeof document === 'string'
      ? missing(document, `There is no document ${document}, or you may not read it.`)
      : itemOf(client, document, signal)
  }
}

function itemOf(client: Dhis2Client, document: Document, signal: AbortSignal): DownloadItem {
  const { id, name, code, external, url, sharing, created } = document
  const file = document['fileResource'] as FileResource | undefined
  return {
    key: id,
    uid: id,
    name,
    filename: file?.name ?? name,
    size: file?.contentLength,
    md5: file?.contentMd5,
    fileResource: external ? undefined : url,
    values: { uid: id, name, code, created: created?.slice(0, 10) },
    facts: {
      ...(code !== undefined && { code }),
      ...(external && { url }),
      ...(file && { contentType: file.contentType }),
      sharing,
    },
    open: external ? undefined : () => openDocument(client, id, signal),
  }
}

async function openDocument(
  client: Dhis2Client,
  uid: string,
  signal: AbortSignal,
): ReturnType<NonNullable<DownloadItem['open']>> {
  const found = await client.files.downloadDocument(uid, { signal })
  if (found.kind === 'file') return found
  throw new CliError(`Document ${uid} has become a link meanwhile.`, { exit: 'conflict' })
}
