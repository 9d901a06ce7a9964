import type { ListQuery } from '@dhis2-files/client'
import type { Options } from '../command.js'
import { CliError } from '../failure.js'
import type { ListInput } from '../output/list.js'

/** What a list takes that is short enough to be shown whole. */
export const NDJSON_OPTIONS = {
  ndjson: { kind: 'flag', about: 'A JSON object a line, each as soon as it is there.' },
} as const satisfies Options

/** What every list takes. */
export const LIST_OPTIONS = {
  all: { kind: 'flag', short: 'a', about: 'All rows, not only one page.' },
  limit: { kind: 'count', value: 'N', about: 'At most so many rows, of all.' },
  ...NDJSON_OPTIONS,
} as const satisfies Options

/** Refuses a page of all rows. @throws CliError `usage` */
export function checkPage({ all, limit, page }: ListInput & { readonly page: number | undefined }): void {
  if (page === undefined || (!all && limit === undefined)) return
  const other = all ? '--all' : '--limit'
  throw new CliError(`--page and ${other} exclude each other: ${other} begins with the first row.`, {
    hint: 'Leave out one of them; --page-size says how many rows a page has.',
  })
}

/** What a list of metadata objects takes besides: it is the server that filters and orders. */
export const QUERY_OPTIONS = {
  ...LIST_OPTIONS,
  filter: {
    kind: 'list',
    short: 'f',
    value: 'PROPERTY:OPERATOR:VALUE',
    about: 'Rows that fit, such as name:ilike:report. May be repeated.',
  },
  anyFilter: { kind: 'flag', about: 'Rows that fit one of the filters. Default: all of them.' },
  order: {
    kind: 'list',
    short: 'o',
    value: 'PROPERTY:asc|desc',
    about: 'Order, such as created:desc. May be repeated.',
  },
  fields: { kind: 'text', value: 'A,B', about: 'Members of a row to ask for; the table shows them as columns.' },
  page: { kind: 'count', value: 'N', about: 'Which page, from 1. Default 1. Not with --all or --limit.' },
  pageSize: { kind: 'count', value: 'N', about: 'Rows of a page. Default 50.' },
} as const satisfies Options

/** The values of {@link QUERY_OPTIONS}. */
export interface QueryInput extends ListInput {
  readonly filter: readonly string[]
  readonly anyFilter: boolean
  readonly order: readonly string[]
  readonly fields: string | undefined
  readonly page: number | undefined
  readonly pageSize: number | undefined
}

/** The query of the client that these options mean. `fields`: what a table needs, where the user asked for none. @throws CliError `usage` */
export function queryOf(input: QueryInput, fields: string | undefined): ListQuery {
  checkPage(input)
  return {
    filter: input.filter.length > 0 ? input.filter : undefined,
    rootJunction: input.anyFilter ? 'OR' : undefined,
    order: input.order.length > 0 ? input.order : undefined,
    fields: input.fields ?? fields,
    page: input.page,
    pageSize: input.pageSize,
  }
}
