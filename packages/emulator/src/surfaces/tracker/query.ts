import type { Call } from '../../http/call.js'
import { badRequest, forbidden, uncoded } from '../../http/web-message.js'
import { type Filter, compare, parseFilter, passes } from '../../metadata/filter.js'
import { type Order, parseOrders } from '../../metadata/order.js'
import { UID_RULE, isUid } from '../../metadata/validation.js'
import type { Row } from '../../storage/collection.js'
import { enumParameter } from '../file-resources.js'
import type { TrackerAccess } from './access.js'
import { readDate, readDuration, readLastMoment } from './dates.js'
import type { TrackerMetadata } from './metadata.js'

const ORG_UNIT_MODES = ['SELECTED', 'CHILDREN', 'DESCENDANTS', 'ACCESSIBLE', 'CAPTURE', 'ALL']

/** Reads the parameters of a tracker list. */
export class TrackerQuery {
  readonly #call: Call
  readonly #metadata: TrackerMetadata
  readonly #access: TrackerAccess

  constructor(call: Call, metadata: TrackerMetadata, access: TrackerAccess) {
    this.#call = call
    this.#metadata = metadata
    this.#access = access
  }

  /** A uid. @throws ApiError 400 unless it looks like one */
  uid(name: string): string | undefined {
    const value = this.#call.parameter(name)
    if (value !== undefined && !isUid(value))
      throw uncoded(400, `Value '${value}' is not valid for parameter ${name}. ${UID_RULE}${value}`)
    return value
  }

  /** Uids with commas; `old` is a parameter of earlier days, with semicolons. Undefined when there are none. */
  uids(name: string, old?: string): string[] | undefined {
    const legacy =
      old !== undefined && this.#call.traits.legacyTracker ? this.#call.parameter(old)?.split(';') : undefined
    const list = (this.#call.parameter(name)?.split(',') ?? legacy ?? []).map((uid) => uid.trim())
    for (const uid of list)
      if (!isUid(uid)) throw uncoded(400, `Value '${uid}' is not valid for parameter ${name}. ${UID_RULE}${uid}`)
    return list.length === 0 ? undefined : list
  }

  flag(name: string): boolean | undefined {
    const value = this.#call.parameter(name)
    return value === undefined ? undefined : /^true$/i.test(value)
  }

  text(name: string): string | undefined {
    return this.#call.parameter(name)
  }

  /** An object that a parameter names. @throws ApiError 400 when it is not there, 403 when its data are closed */
  object(name: string, type: string, words: string): Row | undefined {
    const uid = this.uid(name)
    if (uid === undefined) return undefined
    const row = this.#metadata.find(type, uid)
    if (row === undefined) throw badRequest(`${words} is specified but does not exist: ${uid}`)
    if (!this.#access.grants(this.#call.user, row, 'data-read'))
      throw forbidden(`User has no access to ${words.toLowerCase()}: ${uid}`)
    return row
  }

  /** Whether an object lies where the request looks. `orgUnits`: what the parameter of org units gave. */
  place(orgUnits: readonly string[] | undefined): (orgUnit: string) => boolean {
    const { user, traits } = this.#call
    const old = traits.legacyTracker ? enumParameter(this.#call, 'ouMode', ORG_UNIT_MODES) : undefined
    const given = enumParameter(this.#call, 'orgUnitMode', ORG_UNIT_MODES) ?? old
    const mode = given ?? (orgUnits === undefined ? 'ACCESSIBLE' : 'SELECTED')
    const metadata = this.#metadata
    for (const uid of orgUnits ?? [])
      if (metadata.orgUnit(uid) === undefined) throw badRequest(`Organisation unit does not exist: ${uid}`)
    if (orgUnits !== undefined && (mode === 'ACCESSIBLE' || mode === 'CAPTURE'))
      throw badRequest(
        `orgUnitMode ${mode} cannot be used with orgUnits. Please remove the orgUnit parameter and try again.`,
      )
    if (orgUnits === undefined && ['SELECTED', 'CHILDREN', 'DESCENDANTS'].includes(mode))
      throw badRequest(
        `At least one org unit is required for orgUnitMode: ${mode}. Please add an orgUnit or use a different orgUnitMode.`,
      )
    const roots = orgUnits ?? []
    switch (mode) {
      case 'SELECTED':
        return (orgUnit) => roots.includes(orgUnit)
      case 'CHILDREN':
        return (orgUnit) => roots.includes(orgUnit) || roots.includes(metadata.parentOf(orgUnit) ?? '')
      case 'DESCENDANTS':
        return (orgUnit) => metadata.isWithin(orgUnit, roots)
      case 'CAPTURE':
        return (orgUnit) => this.#access.canCapture(user, orgUnit)
      case 'ALL':
        if (!this.#access.canSearchEverywhere(user))
          throw forbidden('User is not authorized to query across all organisation units')
        return () => true
      default:
        return (orgUnit) => this.#access.canSearch(user, orgUnit)
    }
  }

  /** Whether a date lies between `<name>After` and `<name>Before`, both included. */
  between(name: string): (date: string | undefined) => boolean {
    const limit = (suffix: string, read: (value: string) => string | undefined) => {
      const value = this.#call.parameter(name + suffix)
      const date = value === undefined ? undefined : read(value)
      if (value !== undefined && date === undefined)
        throw uncoded(400, `Value '${value}' is not valid for parameter ${name}${suffix}. `)
      return date
    }
    const after = limit('After', readDate)
    const before = limit('Before', readLastMoment)
    if (after === undefined && before === undefined) return () => true
    return (date) =>
      date !== undefined && (after === undefined || date >= after) && (before === undefined || date <= before)
  }

  /** Whether something changed within `updatedWithin`, and between `updatedAfter` and `updatedBefore`. */
  updated(now: Date): (date: string) => boolean {
    const within = this.#call.parameter('updatedWithin')
    const between = this.between('updated')
    if (within === undefined) return between
    if (['updatedAfter', 'updatedBefore'].some((name) => this.#call.parameter(name) !== undefined))
      throw badRequest('Last updated from and/or to and last updated duration cannot be specified simultaneously')
    const duration = readDuration(within)
    if (duration === undefined) throw badRequest(`Duration is not valid: ${within}`)
    const since = new Date(now.getTime() - duration).toISOString().slice(0, -1)
    return (date) => date >= since
  }

  /** `filter=<uid>:<operator>:<value>`, several with commas. `read` gives the value of a uid. */
  filters(): (read: (uid: string) => string | undefined) => boolean {
    const filters: Filter[] = this.#call.query
      .getAll('filter')
      .flatMap((parameter) => parameter.split(/,(?=[A-Za-z]\w{10}:)/))
      .filter((filter) => filter.includes(':'))
      .map((filter) => parseFilter(filter))
    return (read) => filters.every((filter) => passes(filter, read(filter.path), 'text'))
  }

  /** The orders that were asked for. @throws ApiError 400 for what nothing is ordered by */
  orders(fields: readonly string[], words: string): Order[] {
    const orders = parseOrders(this.#call.query.getAll('order'))
    const suffix = `Supported are ${words} UIDs and fields '${[...fields].sort().join(', ')}'. All of which can at most be specified once.`
    const wrong = orders.map(({ path }) => path).filter((path) => !fields.includes(path) && !isUid(path))
    if (wrong.length > 0)
      throw badRequest(`order parameter is invalid. Cannot order by '${wrong.join(', ')}'. ${suffix}`)
    const repeated = orders.map(({ path }) => path).filter((path, at, all) => all.indexOf(path) !== at)
    if (repeated.length > 0)
      throw badRequest(`order parameter is invalid. '${[...new Set(repeated)].join(', ')}' are repeated. ${suffix}`)
    return orders
  }
}

/** Members that hold when something was written: equal ones are told apart by which was made first. */
const MOMENTS = new Set(['createdAt', 'updatedAt'])

/** Sorts rows that come in the order in which they were made. Without an order the newest come first. */
export function ordered<T>(rows: readonly T[], orders: readonly Order[], read: (row: T, path: string) => unknown): T[] {
  const moment = orders.find(({ path }) => MOMENTS.has(path))
  const ties = moment !== undefined && !moment.descending ? 1 : -1
  return rows
    .map((row, at) => ({ row, at }))
    .sort((a, b) => {
      for (const { path, descending } of orders) {
        const difference = compare(read(a.row, path), read(b.row, path))
        if (difference !== 0) return descending ? -difference : difference
      }
      return ties * (a.at - b.at)
    })
    .map(({ row }) => row)
}
