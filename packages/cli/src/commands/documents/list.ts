import type { Document, FileResource } from '@dhis2-files/client'
import { defineCommand } from '../../command.js'
import { humanDate, humanSize } from '../../output/human.js'
import { printList } from '../../output/list.js'
import type { Column } from '../../output/table.js'
import { QUERY_OPTIONS, queryOf } from '../list-options.js'
import { withDetails } from './details.js'

const COLUMNS: readonly Column<Document>[] = [
  { title: 'UID', show: (row) => row.id },
  { title: 'TYPE', show: (row) => (row.external ? 'link' : 'file') },
  { title: 'NAME', show: (row) => row.name, cut: true },
  { title: 'UPDATED', show: (row) => humanDate(row.lastUpdated), raw: (row) => row.lastUpdated },
  { title: 'TARGET', show: (row) => row.url, cut: true },
]

const DETAILS: readonly Column<Document>[] = [
  ...COLUMNS.slice(0, 3),
  { title: 'CONTENT TYPE', show: (row) => fileOf(row)?.contentType ?? '', cut: true },
  {
    title: 'SIZE',
    show: (row) => humanSize(fileOf(row)?.contentLength),
    raw: (row) => String(fileOf(row)?.contentLength ?? ''),
    right: true,
  },
  ...COLUMNS.slice(3),
]

/** What a table needs, where the user asks for no fields. */
const FIELDS = 'id,name,external,url,lastUpdated'

export const list = defineCommand({
  name: 'list',
  aliases: ['ls'],
  summary: 'Lists documents.',
  details: 'A table on a terminal, tab-separated values in a pipe. One page of 50, unless --all or --limit is given.',
  examples: ['documents list --filter name:ilike:malaria --order created:desc', 'documents list --all --ndjson'],
  arguments: [],
  options: {
    ...QUERY_OPTIONS,
    details: {
      kind: 'flag',
      about: 'Also type and size of each file, which costs one more request for fifty documents.',
    },
  },
  async run(context, input) {
    const client = await context.client()
    const asJson = context.out.json || input.ndjson
    const query = { ...queryOf(input, asJson ? undefined : FIELDS), signal: context.signal }
    const documents = client.files.listDocuments(query)
    const rows = input.details ? withDetails(client, documents, context.signal) : documents
    const columns = input.details ? DETAILS : COLUMNS
    await printList(context.out, rows, input, { columns, name: 'documents', fields: input.fields })
  },
})

function fileOf(document: Document): FileResource | undefined {
  return document['fileResource'] as FileResource | undefined
}
