import type { Icon } from '@dhis2-files/client'
import { defineCommand } from '../../command.js'
import { printList } from '../../output/list.js'
import type { Column } from '../../output/table.js'
import { checkPage, LIST_OPTIONS } from '../list-options.js'

const COLUMNS: readonly Column<Icon>[] = [
  { title: 'KEY', show: (row) => row.key },
  { title: 'TYPE', show: (row) => (row.custom ? 'custom' : 'default') },
  { title: 'DESCRIPTION', show: (row) => row.description ?? '', cut: true },
  { title: 'KEYWORDS', show: (row) => row.keywords.join(', '), cut: true },
]

export const list = defineCommand({
  name: 'list',
  aliases: ['ls'],
  summary: 'Lists icons: those that came with DHIS2, and your own.',
  examples: ['icons list --custom', 'icons list --search ambulance --all'],
  arguments: [],
  options: {
    ...LIST_OPTIONS,
    custom: { kind: 'flag', about: 'Only those that somebody added.' },
    default: { kind: 'flag', about: 'Only those that came with DHIS2.' },
    search: { kind: 'text', short: 's', value: 'TEXT', about: 'Those with this in a key or keyword.' },
    keyword: { kind: 'list', short: 'k', value: 'WORD', about: 'Those with this keyword. Repeated: with all of them.' },
    key: { kind: 'list', value: 'KEY', about: 'Those with this key. Repeated: with one of them.' },
    order: {
      kind: 'text',
      short: 'o',
      value: 'PROPERTY:asc|desc',
      about: 'Order: key, created or lastUpdated, such as created:desc.',
    },
    page: { kind: 'count', value: 'N', about: 'Which page, from 1. Default 1. Not with --all or --limit.' },
    pageSize: { kind: 'count', value: 'N', about: 'Rows of a page. Default 50.' },
  },
  async run(context, input) {
    const { keyword, key, search, order, page, pageSize, custom, default: builtin } = input
    checkPage(input)
    const { files } = await context.client()
    const icons = files.icons.list({
      type: custom === builtin ? undefined : custom ? 'CUSTOM' : 'DEFAULT',
      keys: key.length > 0 ? key : undefined,
      keywords: keyword.length > 0 ? keyword : undefined,
      search,
      order,
      page,
      pageSize,
      signal: context.signal,
    })
    await printList(context.out, icons, input, { columns: COLUMNS, name: 'icons' })
  },
})
