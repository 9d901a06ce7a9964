import { badRequest } from '../http/web-message.js'
import { NO_CACHE_PRIVATE, NO_STORE, type Reply, json } from '../http/reply.js'
import type { EmulatorState } from '../state.js'
import type { Row } from '../storage/collection.js'
import type { Traits } from '../versions.js'
import type { Access } from './access.js'
import { type Field, parseFields } from './fields.js'
import { type Filter, parseFilter, passes } from './filter.js'
import { type Order, parseOrders, sorted } from './order.js'
import { classicPager, gistPager, parsePage, slice } from './pager.js'
import { type Renderer, type View, idOf } from './render.js'
import { type Property, type PropertyType, type Schema, findSchema, referenceTarget } from './schemas.js'

/** A list request, taken apart. */
interface Query {
  readonly filters: readonly Filter[]
  readonly or: boolean
  readonly orders: readonly Order[]
  readonly fields: readonly Field[]
  readonly words: string | undefined
}

const DEFAULT_FIELDS = 'id,displayName'
const DEFAULT_ORDER: readonly Order[] = [
  { path: 'name', descending: false, ignoreCase: true },
  { path: 'id', descending: false, ignoreCase: false },
]
/** A query string with other parameters than these stays with the classic engine. */
const GIST_PARAMETERS = new Set([
  'fields',
  'filter',
  'order',
  'page',
  'pageSize',
  'paging',
  'locale',
  'rootJunction',
  'gist',
])

/** Answers `GET /api/<type>`: filters, sorts, pages, shows. */
export class Lists {
  readonly #state: EmulatorState
  readonly #traits: Traits
  readonly #access: Access
  readonly #renderer: Renderer

  constructor(state: EmulatorState, traits: Traits, access: Access, renderer: Renderer) {
    this.#state = state
    this.#traits = traits
    this.#access = access
    this.#renderer = renderer
  }

  /**
   * The answer to a list request.
   *
   * @throws ApiError 400 for an unknown property or operator
   */
  reply(schema: Schema, url: URL, view: View): Reply {
    const query = url.searchParams
    const request: Query = {
      filters: query.getAll('filter').map(parseFilter),
      or: query.get('rootJunction')?.toUpperCase() === 'OR',
      orders: parseOrders(query.getAll('order')),
      fields: parseFields(query.getAll('fields').join(',') || DEFAULT_FIELDS),
      words: query.get('query') ?? undefined,
    }
    for (const { path } of request.filters) this.#typeOf(schema, path)
    const gist = this.#isGist(schema, query, request)
    const rows = this.#rows(schema, request, view, gist)
    const show = (row: Row) => this.#renderer.object(schema, row, request.fields, view)
    const address = `${view.apiBase}/${schema.plural}`
    if (/^false$/i.test(query.get('paging') ?? ''))
      return json({ [schema.plural]: rows.map(show) }, { headers: { 'cache-control': NO_CACHE_PRIVATE } })
    const page = parsePage(query)
    const shown = slice(rows, page).map(show)
    if (!gist)
      return json(
        { pager: classicPager(address, query, rows.length, page), [schema.plural]: shown },
        { headers: { 'cache-control': NO_CACHE_PRIVATE } },
      )
    const answer = json(
      { pager: gistPager(address, url.search.slice(1), rows.length, page), gist: true, [schema.plural]: shown },
      { headers: { 'cache-control': NO_STORE } },
    )
    answer.kind = 'other'
    return answer
  }

  #rows(schema: Schema, query: Query, view: View, gist: boolean): Row[] {
    const readable = this.#state
      .collection(schema.plural)
      .filter((row) => this.#access.canRead(view.user, schema, row))
      .filter((row) => query.words === undefined || matchesWords(row, query.words))
    const tests = query.filters.map((filter) => {
      const type = this.#typeOf(schema, filter.path)
      if (type === 'long' && this.#traits.cannotFilterLongs && filter.value !== undefined)
        throw badRequest(`Unable to parse \`${filter.value}\` to \`Long\`.`)
      return (row: Row) => passes(filter, this.#read(schema, row, filter.path, view), type)
    })
    const kept =
      tests.length === 0
        ? readable
        : readable.filter((row) => (query.or ? tests.some((test) => test(row)) : tests.every((test) => test(row))))
    const usable = query.orders.filter(
      ({ path }) =>
        this.#knows(schema, path) &&
        !(this.#traits.orSortIgnoresLongs && query.or && schema.properties[path]?.type === 'long'),
    )
    if (query.orders.length > 0) return sorted(kept, usable, (row, path) => this.#read(schema, row, path, view))
    return gist ? kept : sorted(kept, DEFAULT_ORDER, (row, path) => this.#read(schema, row, path, view))
  }

  #knows(schema: Schema, path: string): boolean {
    try {
      this.#typeOf(schema, path)
      return true
    } catch {
      return false
    }
  }

  /** Type of what a path leads to; undefined when only the values tell. */
  #typeOf(schema: Schema, path: string): PropertyType | undefined {
    const [name = '', ...rest] = path.split('.')
    const property = schema.properties[name]
    if (schema.hidden.includes(name) || (property === undefined && !schema.open))
      throw badRequest(`Unknown path property: ${path}`)
    if (rest.length === 0) return property?.type
    const target = referenceTarget(schema, name)
    const next = target === undefined ? undefined : findSchema(target)
    return next === undefined ? undefined : this.#typeOf(next, rest.join('.'))
  }

  #read(schema: Schema, row: Row, path: string, view: View): unknown {
    const [name = '', ...rest] = path.split('.')
    const value = this.#renderer.value(schema, row, name, view)
    if (rest.length === 0) return value
    const target = referenceTarget(schema, name)
    const next = target === undefined ? undefined : findSchema(target)
    const step = (one: unknown) => {
      const id = idOf(one)
      const found = id === undefined || target === undefined ? undefined : this.#state.collection(target).get(id)
      if (found !== undefined && next !== undefined) return this.#read(next, found, rest.join('.'), view)
      return rest.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], one)
    }
    return Array.isArray(value) ? value.map(step) : step(value)
  }

  /** Whether the gist engine answers (WIRE.md 1.8, 2.44). */
  #isGist(schema: Schema, query: URLSearchParams, request: Query): boolean {
    if (!this.#traits.gist || query.get('gist') === 'false') return false
    if (/^false$/i.test(query.get('paging') ?? '')) return false
    if (query.get('gist') === 'true') return true
    if ([...query.keys()].some((name) => !GIST_PARAMETERS.has(name))) return false
    const simple = (path: string) => isPlainColumn(schema, path)
    return (
      request.fields.every(
        (field) =>
          field.kind === 'property' && field.children === undefined && field.rename === undefined && simple(field.name),
      ) &&
      request.filters.every(({ path }) => simple(path)) &&
      request.orders.every(({ path, ignoreCase }) => !ignoreCase && simple(path))
    )
  }
}

function isPlainColumn(schema: Schema, name: string): boolean {
  if (name === 'displayName') return schema.translatable
  if (name === 'sharing') return schema.shareable
  const property: Property | undefined = schema.properties[name]
  return property !== undefined && property.persisted && !['complex', 'collection', 'reference'].includes(property.type)
}

/** `query=`: the whole id or code, or a part of the name. */
function matchesWords(row: Row, words: string): boolean {
  return (
    row.id === words ||
    row['code'] === words ||
    String(row['name'] ?? '')
      .toLowerCase()
      .includes(words.toLowerCase())
  )
}
