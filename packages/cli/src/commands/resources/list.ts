import type { FileResource } from '@dhis2-files/client'
import { defineCommand } from '../../command.js'
import { CliError } from '../../failure.js'
import { humanDate, humanSize } from '../../output/human.js'
import { printList } from '../../output/list.js'
import type { Column } from '../../output/table.js'
import { DOMAINS } from '../domains.js'
import { QUERY_OPTIONS, queryOf } from '../list-options.js'

const COLUMNS: readonly Column<FileResource>[] = [
  { title: 'UID', show: (row) => row.id },
  { title: 'DOMAIN', show: (row) => row.domain },
  { title: 'NAME', show: (row) => row.name, cut: true },
  { title: 'CONTENT TYPE', show: (row) => row.contentType, cut: true },
  {
    title: 'SIZE',
    show: (row) => humanSize(row.contentLength),
    raw: (row) => String(row.contentLength),
    right: true,
  },
  { title: 'CREATED', show: (row) => humanDate(row.created), raw: (row) => row.created ?? '' },
]

const FIELDS = 'id,name,domain,contentType,contentLength,created'

export const list = defineCommand({
  name: 'list',
  aliases: ['ls'],
  summary: 'Lists file resources, of all domains but icons.',
  details:
    'Every signed-in user sees all of them. Those of domain ICON are left out, as most of them came with DHIS2: --icons or --domain ICON lists them. Whether the bytes are stored is not in a list: "resources get" tells it.',
  examples: ['resources list --domain DATA_VALUE --order created:desc', 'resources list --all --ndjson'],
  arguments: [],
  options: {
    ...QUERY_OPTIONS,
    domain: { kind: 'list', value: 'DOMAIN', choices: DOMAINS, about: 'Those of this domain. May be repeated.' },
    icons: { kind: 'flag', about: 'Icons too.' },
  },
  async run(context, input) {
    const filter = domainFilter(input.domain, input.icons)
    if (filter !== undefined && input.anyFilter && input.filter.length > 0) {
      throw new CliError('With --any-filter the choice of domains would be one of the filters that need not fit.', {
        hint: 'Pass --icons and no --domain, and filter by domain yourself.',
      })
    }
    const client = await context.client()
    const asJson = context.out.json || input.ndjson
    const filters = filter === undefined ? input.filter : [...input.filter, filter]
    const query = queryOf({ ...input, filter: filters }, asJson ? undefined : FIELDS)
    const files = client.files.listFileResources({ ...query, signal: context.signal })
    await printList(context.out, files, input, { columns: COLUMNS, name: 'file resources', fields: input.fields })
  },
})

function domainFilter(domains: readonly string[], icons: boolean): string | undefined {
  if (domains.length > 0) return `domain:in:[${domains.join(',')}]`
  return icons ? undefined : 'domain:!eq:ICON'
}
