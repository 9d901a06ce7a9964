import { defineCommand } from '../../command.js'
import { humanDate, humanSize } from '../../output/human.js'
import { printList } from '../../output/list.js'
import type { Column } from '../../output/table.js'
import { LIST_OPTIONS } from '../list-options.js'
import { type MediaRow, SELECTION_OPTIONS, selectMedia } from './selection.js'

const COLUMNS: readonly Column<MediaRow>[] = [
  { title: 'FILE RESOURCE', show: (row) => row.value },
  { title: 'VALUE OF', show: (row) => row.of, cut: true },
  {
    title: 'NAME',
    show: (row) => row.fileResource?.name ?? 'the file is gone',
    raw: (row) => row.fileResource?.name ?? '',
    cut: true,
  },
  { title: 'TYPE', show: (row) => row.fileResource?.contentType ?? '', cut: true },
  {
    title: 'SIZE',
    show: (row) => humanSize(row.fileResource?.contentLength),
    raw: (row) => String(row.fileResource?.contentLength ?? ''),
    right: true,
  },
  {
    title: 'WHEN',
    show: (row) => (row.kind === 'event' ? humanDate(row.when) : (row.when ?? '')),
    raw: (row) => row.when ?? '',
  },
]

export const list = defineCommand({
  name: 'list',
  aliases: ['ls'],
  summary: 'Lists captured files: of data values, events or tracked entities.',
  details: 'All rows, unless --limit is given. A value whose file is gone is listed too.',
  examples: [
    'media list --program eBAyeGv0exc --org-unit DiszpKrYNg8',
    'media list --data-set BfMAe6Itzgt --org-unit DiszpKrYNg8 --period 202601',
  ],
  arguments: [],
  options: { ...SELECTION_OPTIONS, limit: LIST_OPTIONS.limit, ndjson: LIST_OPTIONS.ndjson },
  async run(context, { limit, ndjson, ...selection }) {
    const rows = selectMedia(await context.client(), selection, context.signal)
    await printList(context.out, rows, { all: true, limit, ndjson }, { columns: COLUMNS, name: 'captured files' })
  },
})
