import { describe, expect, it } from 'vitest'
import { DOCUMENTS, FILE_RESOURCES, type ListQuery, listObjects } from '../../src/files/list.js'
import { json, refusal } from '../doubles/answers.js'
import { failure, rejection } from '../doubles/failure.js'
import { FakeServer } from '../doubles/fake-server.js'
import { filesContext } from '../doubles/files-context.js'

const LIST = 'GET /hmis/api/documents'

/** A list of so many documents, answered as DHIS2 does: past the end the pager says the last page. */
function listOf(total: number, pager: (real: object) => object = (real) => real): FakeServer {
  const rows = Array.from({ length: total }, (_, i) => ({ id: `D${String(i).padStart(10, '0')}` }))
  return new FakeServer().on(LIST, ({ url }) => {
    const page = Number(url.searchParams.get('page'))
    const pageSize = Number(url.searchParams.get('pageSize'))
    const pageCount = Math.ceil(total / pageSize)
    const documents = rows.slice((page - 1) * pageSize, page * pageSize)
    const nextPage = 'http://inside/api/documents?page=7'
    return json({
      pager: pager({ page: Math.max(1, Math.min(page, pageCount)), pageSize, total, pageCount, nextPage }),
      documents,
    })
  })
}

const list = (server: FakeServer, query: ListQuery = {}, version = '2.43.1') =>
  listObjects(filesContext(server, { version }), DOCUMENTS, query)

async function ids(rows: AsyncIterable<{ readonly id: string }>): Promise<string[]> {
  const found: string[] = []
  for await (const { id } of rows) found.push(id)
  return found
}

const queries = (server: FakeServer): Record<string, string[]>[] =>
  server.received.map(({ url }) =>
    Object.fromEntries([...url.searchParams.keys()].map((key) => [key, url.searchParams.getAll(key)])),
  )

describe('one page', () => {
  it('is asked for when it is awaited, once, and not before', async () => {
    const server = listOf(120)
    const documents = list(server)
    expect(server.received).toEqual([])
    const [one, two] = [await documents, await documents]
    expect(one).toBe(two)
    expect(one.items).toHaveLength(50)
    expect(one.pager).toEqual({ page: 1, pageSize: 50, total: 120, pageCount: 3 })
    expect(queries(server)).toEqual([{ fields: ['*'], page: ['1'], pageSize: ['50'] }])
  })

  it('is the one that is asked for, with filters, order and fields', async () => {
    const server = listOf(120)
    await list(server, {
      ...{ filter: ['name:ilike:a', 'external:eq:false'], rootJunction: 'OR', order: 'name:asc' },
      ...{ fields: ['id', 'name'], page: 3, pageSize: 20 },
    })
    expect(queries(server)).toEqual([
      {
        fields: ['id,name'],
        filter: ['name:ilike:a', 'external:eq:false'],
        rootJunction: ['OR'],
        order: ['name:asc'],
        page: ['3'],
        pageSize: ['20'],
      },
    ])
  })

  it('of file resources is read as such', async () => {
    const server = new FakeServer().on(
      'GET /hmis/api/fileResources',
      json({ pager: { page: 1, pageSize: 50 }, fileResources: [{ id: 'a' }] }),
    )
    expect((await listObjects(filesContext(server), FILE_RESOURCES)).items).toEqual([{ id: 'a' }])
  })

  it.each([
    ['2.41.9', undefined],
    ['2.43.1', undefined],
    ['2.44-SNAPSHOT', ['false']],
  ])('on %s pins gist=%s', async (version, expected) => {
    const server = listOf(1)
    await list(server, {}, version)
    expect(queries(server)[0]?.['gist']).toEqual(expected)
  })

  it.each<[string | string[] | undefined, string]>([
    [undefined, '*'],
    ['', '*'],
    ['name', 'id,name'],
    [['name', 'url'], 'id,name,url'],
    ['id,name', 'id,name'],
    [':owner', ':owner'],
    ['*,!access', '*,!access'],
    ['name,createdBy[name,id,code]', 'id,name,createdBy[name,id,code]'],
    ['sharing[users[id,access],id],name', 'id,sharing[users[id,access],id],name'],
    ['name, id', 'name, id'],
  ])('of fields %j asks for %s: rows are told apart by their uid', async (fields, expected) => {
    const server = listOf(1)
    await list(server, { fields })
    expect(queries(server)[0]?.['fields']).toEqual([expected])
  })

  it('that is refused is an error', async () => {
    const server = new FakeServer().on(LIST, () => refusal(400, 'Unknown path property: x', 'E1003'))
    const error = await failure(list(server))
    expect(error).toMatchObject({ code: 'protocol', errorCode: 'E1003' })
    expect(error.message).toMatch(/^Cannot list documents: GET \/hmis\/api\/documents/)
  })

  it.each<[string, unknown]>([
    ['no pager', { documents: [] }],
    ['no rows', { pager: { page: 1, pageSize: 50 } }],
    ['rows of a wrong type', { pager: { page: 1, pageSize: 50 }, documents: {} }],
    ['a row without a uid', { pager: { page: 1, pageSize: 50 }, documents: [{ name: 'a' }] }],
    ['a row that is none', { pager: { page: 1, pageSize: 50 }, documents: [null] }],
    ['a pager of wrong types', { pager: { page: 'one', pageSize: 50 }, documents: [] }],
    ['an array', []],
  ])('with %s is a protocol error', async (_, body) => {
    expect(await failure(list(new FakeServer().on(LIST, () => json(body))))).toMatchObject({ code: 'protocol' })
  })

  it.each([0, -1, 1.5, Number.NaN, '2' as never])('%j is none', (page) => {
    expect(() => list(listOf(1), { page })).toThrow(TypeError)
    expect(() => list(listOf(1), { pageSize: page })).toThrow(TypeError)
  })
})

describe('iterating', () => {
  it('gives all rows, page by page by a counter of our own, in a stable order', async () => {
    const server = listOf(1200)
    expect(new Set(await ids(list(server)))).toHaveProperty('size', 1200)
    expect(queries(server).map(({ page, pageSize, order }) => [page, pageSize, order])).toEqual([
      [['1'], ['500'], ['id:asc']],
      [['2'], ['500'], ['id:asc']],
      [['3'], ['500'], ['id:asc']],
    ])
  })

  it('adds a stable order to the caller’s, unless it is one', async () => {
    const server = listOf(1)
    await ids(list(server, { order: 'name:asc' }))
    await ids(list(server, { order: ['id:desc'] }))
    expect(queries(server).map(({ order }) => order)).toEqual([['name:asc', 'id:asc'], ['id:desc']])
  })

  it('begins at the page that is asked for', async () => {
    const server = listOf(10)
    expect(await ids(list(server, { page: 3, pageSize: 4 }))).toEqual(['D0000000008', 'D0000000009'])
  })

  it('stops past the end, although the pager is clamped', async () => {
    const server = listOf(10)
    expect(await ids(list(server, { page: 9, pageSize: 4 }))).toEqual([])
    expect(server.received).toHaveLength(1)
  })

  it('stops at an empty list', async () => {
    const server = listOf(0)
    expect(await ids(list(server))).toEqual([])
    expect(server.received).toHaveLength(1)
  })

  it('stops at an empty page where the server does not count', async () => {
    const server = listOf(10, ({ page, pageSize }: { page?: number; pageSize?: number }) => ({ page, pageSize }))
    expect(await ids(list(server, { pageSize: 5 }))).toHaveLength(10)
    expect(server.received).toHaveLength(3)
  })

  it('asks for no page before its rows are wanted, and begins anew each time', async () => {
    const server = listOf(10)
    const documents = list(server, { pageSize: 5 })
    for await (const { id } of documents) {
      expect(id).toBe('D0000000000')
      break
    }
    expect(server.received).toHaveLength(1)
    expect(await ids(documents)).toHaveLength(10)
    expect(server.received).toHaveLength(3)
  })

  it('ends with the reason of an abort', async () => {
    const controller = new AbortController()
    const query = { pageSize: 5, signal: controller.signal }
    const rows = listObjects(filesContext(listOf(10)), DOCUMENTS, query)[Symbol.asyncIterator]()
    await rows.next()
    controller.abort('enough')
    for (let i = 0; i < 4; i++) await rows.next()
    expect(await rejection(rows.next())).toBe('enough')
  })
})
