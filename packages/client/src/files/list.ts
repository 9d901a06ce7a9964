import type { QueryValue, RequestOptions } from '../http/call.js'
import { readArray, readObject } from '../models/decode.js'
import { type Document, readDocumentRow } from '../models/document.js'
import { type FileResource, readFileResourceRow } from '../models/file-resource.js'
import { type Pager, readPager } from '../models/pager.js'
import type { FilesContext } from './context.js'
import { requestOptions } from './context.js'

/** Which rows of a list, in which order, with which members. WIRE.md 1.8. */
export interface ListQuery {
  /** `property:operator:value`, such as `name:ilike:report`; values with commas in `[…]` for `in`. */
  readonly filter?: string | readonly string[] | undefined
  /** How several filters are joined. Default `AND`. */
  readonly rootJunction?: 'AND' | 'OR' | undefined
  /** `property:asc`, `desc`, `iasc` or `idesc`. */
  readonly order?: string | readonly string[] | undefined
  /** Members of a row, as `id,name,createdBy[id]` or a list of them. Default all. Members left out are absent from the rows. */
  readonly fields?: string | readonly string[] | undefined
  /** The page to get, or to begin with, from 1. Default 1. */
  readonly page?: number | undefined
  /** Rows of a page. Default 50 for one page, 500 when iterating. */
  readonly pageSize?: number | undefined
}

/** One page of a list. */
export interface Page<T> {
  /** Rows in the order of the server. */
  readonly items: readonly T[]
  /** Where the page stands in the list. */
  readonly pager: Pager
}

/** A list: `await` gives its first page, `for await` every row of it and of the pages after it. Nothing is asked before. */
export interface Paged<T> extends PromiseLike<Page<T>>, AsyncIterable<T> {}

/** What a list of one kind of object is. */
export interface ListSource<T> {
  readonly path: string
  /** Member of the answer that holds the rows. */
  readonly key: string
  /** What it lists, in the plural, for messages. */
  readonly name: string
  readonly read: (row: unknown) => T
}

export const DOCUMENTS: ListSource<Document> = {
  path: 'api/documents',
  key: 'documents',
  name: 'documents',
  read: readDocumentRow,
}

/** Any signed-in user sees all of them; `storageStatus` is `NONE` in lists. */
export const FILE_RESOURCES: ListSource<FileResource> = {
  path: 'api/fileResources',
  key: 'fileResources',
  name: 'file resources',
  read: readFileResourceRow,
}

/** A list of metadata objects: paged by a counter of our own, because the server's links and page numbers mislead (WIRE.md 9, 27). */
export function listObjects<T>(
  context: FilesContext,
  source: ListSource<T>,
  query: ListQuery & RequestOptions = {},
): Paged<T> {
  const fetchPage = async (page: number, pageSize: number, order: readonly string[]): Promise<Page<T>> => {
    const { traits } = await context.version(requestOptions(query))
    const json = await context.call.json('GET', source.path, {
      ...requestOptions(query),
      what: `list ${source.name}`,
      query: {
        fields: fieldsOf(query.fields),
        filter: manyOf(query.filter),
        rootJunction: query.rootJunction,
        order: order.length > 0 ? order : undefined,
        page,
        pageSize,
        gist: traits.gistLists ? false : undefined,
      } satisfies Record<string, QueryValue>,
    })
    const body = readObject<Record<string, unknown>>(json, `the list of ${source.name}`, { pager: 'object!' })
    const rows = readArray(body[source.key], source.key)
    return { items: rows.map(source.read), pager: readPager(body['pager']) }
  }
  const order = manyOf(query.order) ?? []
  // rows that share a value would come in any order, and some twice on the way from page to page
  const stable = order.some((o) => /^id(:|$)/.test(o)) ? order : [...order, 'id:asc']
  return pages(query, (page, pageSize, all) => fetchPage(page, pageSize, all ? stable : order))
}

/** Pages by a counter: the first one when it is awaited, all of them when it is iterated over. `fetchPage` is told which. */
export function pages<T>(
  query: Pick<ListQuery, 'page' | 'pageSize'>,
  fetchPage: (page: number, pageSize: number, all: boolean) => Promise<Page<T>>,
): Paged<T> {
  checkPaging(query)
  let first: Promise<Page<T>> | undefined
  return {
    then(resolve, reject) {
      first ??= fetchPage(query.page ?? 1, query.pageSize ?? 50, false)
      return first.then(resolve, reject)
    },
    async *[Symbol.asyncIterator]() {
      for (let page = query.page ?? 1; ; page++) {
        const { items, pager } = await fetchPage(page, query.pageSize ?? 500, true)
        yield* items
        if (items.length === 0 || (pager.pageCount !== undefined && page >= pager.pageCount)) return
      }
    },
  }
}

/** Rows whose code is loaded when they are asked for. */
export function listed<T>(load: () => Promise<AsyncIterable<T>>): AsyncIterable<T> {
  return {
    async *[Symbol.asyncIterator]() {
      yield* await load()
    },
  }
}

function manyOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof value === 'string' ? [value] : value
}

function fieldsOf(fields: ListQuery['fields']): string {
  const text = typeof fields === 'string' || fields === undefined ? (fields ?? '*') : fields.join(',')
  // rows are told apart by their uid
  if (text.trim() === '') return '*'
  // what stands in brackets is of another object
  let own = text
  for (let outer = ''; outer !== own; ) [outer, own] = [own, own.replace(/\[[^[\]]*\]/g, '')]
  return /(^|,)\s*(\*|:\w+|id)\s*(,|$)/.test(own) ? text : `id,${text}`
}

function checkPaging({ page, pageSize }: ListQuery): void {
  for (const [name, value] of Object.entries({ page, pageSize })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new TypeError(`${name} must be a whole number from 1, but is ${String(value)}.`)
    }
  }
}
