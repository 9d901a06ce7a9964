import type { Call } from '../../http/call.js'
import { badRequest } from '../../http/web-message.js'
import { PAGE_SIZE, slice } from '../../metadata/pager.js'

/** The answer to a tracker list: rows of a page, and the pager as the version shapes it. */
export function pageOf<T>(call: Call, key: string, rows: readonly T[], show: (row: T) => unknown): object {
  const { traits } = call
  const off =
    /^false$/i.test(call.parameter('paging') ?? '') ||
    (traits.legacyTracker && /^true$/i.test(call.parameter('skipPaging') ?? ''))
  if (off) return { [key]: rows.map(show) }
  const page = positive(call, 'page', 1)
  const pageSize = positive(call, 'pageSize', PAGE_SIZE)
  const shown = slice(rows, { page, pageSize }).map(show)
  const totals = /^true$/i.test(call.parameter('totalPages') ?? '')
    ? { total: rows.length, pageCount: Math.ceil(rows.length / pageSize) }
    : {}
  const pager = { page, pageSize, ...totals }
  if (traits.trackerPager === 'repeated') return { pager, ...pager, [key]: shown }
  const links = {
    ...(page > 1 && { prevPage: link(call, page - 1) }),
    ...(rows.length > page * pageSize && { nextPage: link(call, page + 1) }),
  }
  return { pager: { ...pager, ...links }, [key]: shown }
}

/** The address of this list with another page, which goes to the end of the query. */
function link(call: Call, page: number): string {
  const rest = call.url.search
    .slice(1)
    .split('&')
    .filter((part) => part !== '' && !/^page(=|$)/.test(part))
  return `${call.apiBase}${call.path.slice('/api'.length)}?${[...rest, `page=${page}`].join('&')}`
}

function positive(call: Call, name: string, standard: number): number {
  const given = call.parameter(name)
  if (given === undefined) return standard
  const value = Number(given)
  if (!Number.isInteger(value) || value < 1) throw badRequest(`${name} must be greater than or equal to 1 if specified`)
  return value
}
