import type { Call } from '../http/call.js'
import { badRequest, uncoded } from '../http/web-message.js'
import { type Order, parseOrders, sorted } from '../metadata/order.js'
import { parsePage, slice } from '../metadata/pager.js'
import { instantOf } from './data-entry/store.js'
import { enumParameter } from './file-resources.js'
import type { Icon } from './icons.js'

const ORDERS = ['created', 'lastUpdated', 'key']
const BY_KEY: readonly Order[] = [{ path: 'key', descending: false, ignoreCase: false }]

/** The part of a list of icons that a request asks for. */
export interface IconPage {
  readonly icons: readonly Icon[]
  /** Undefined: all of them are here. */
  readonly pager: object | undefined
}

/** Filters, sorts and pages icons (WIRE.md 5.2). @throws ApiError 400 for a parameter that makes no sense */
export function pageOfIcons(call: Call, all: readonly Icon[]): IconPage {
  const type = enumParameter(call, 'type', ['ALL', 'DEFAULT', 'CUSTOM']) ?? 'ALL'
  const keys = listOf(call, 'keys')
  const keywords = listOf(call, 'keywords')
  const words = call.parameter('search')?.toLowerCase()
  const has = (icon: Icon) =>
    words === undefined ||
    [icon.key, icon.description, ...icon.keywords].some((one) => one?.toLowerCase().includes(words))
  const inTime = [inSpan(call, 'created'), inSpan(call, 'lastUpdated')]
  const kept = all
    .filter(({ custom }) => type === 'ALL' || custom === (type === 'CUSTOM'))
    .filter(({ key }) => keys.length === 0 || keys.includes(key))
    .filter((icon) => keywords.every((keyword) => icon.keywords.includes(keyword)))
    .filter((icon) => has(icon) && inTime.every((holds) => holds(icon)))
  const orders = parseOrders(call.query.getAll('order'))
  for (const { path } of orders)
    if (!ORDERS.includes(path))
      throw badRequest(`Not a valid order property ${path}, valid are: [${ORDERS.join(', ')}]`)
  if (new Set(orders.map(({ path }) => path)).size < orders.length)
    throw badRequest('Cannot use same order more than once')
  const ordered = sorted(kept, orders.length === 0 ? BY_KEY : orders, (icon, path) => icon[path])
  if (/^false$/i.test(call.query.get('paging') ?? '')) return { icons: ordered, pager: undefined }
  const wanted = parsePage(call.query)
  const { pageSize } = wanted
  const total = ordered.length
  const pageCount = Math.ceil(total / pageSize)
  const pager = { page: Math.max(1, Math.min(wanted.page, pageCount)), total, pageSize, pageCount }
  return { icons: slice(ordered, wanted), pager }
}

const listOf = (call: Call, name: string) =>
  call.query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .filter((value) => value !== '')

function inSpan(call: Call, member: 'created' | 'lastUpdated'): (icon: Icon) => boolean {
  const limit = (name: string) => {
    const given = call.parameter(name)
    const time = instantOf(given)
    if (given !== undefined && time === undefined)
      throw uncoded(400, `Value '${given}' is not valid for parameter ${name}. Invalid date format`)
    return time
  }
  const start = limit(`${member}StartDate`) ?? Number.NEGATIVE_INFINITY
  const end = limit(`${member}EndDate`) ?? Number.POSITIVE_INFINITY
  return (icon) => {
    const time = instantOf(icon[member]) ?? 0
    return start <= time && time <= end
  }
}
