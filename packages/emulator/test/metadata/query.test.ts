import { describe, expect, it } from 'vitest'
import { parseFields } from '../../src/metadata/fields.js'
import { parseFilter, passes } from '../../src/metadata/filter.js'
import { parseOrders, sorted } from '../../src/metadata/order.js'
import { classicPager, gistPager } from '../../src/metadata/pager.js'
import type { PropertyType } from '../../src/metadata/schemas.js'

describe('a filter', () => {
  it.each<[string, unknown, PropertyType | undefined, boolean]>([
    ['name:eq:Report', 'Report', 'text', true],
    ['name:eq:report', 'Report', 'text', false],
    ['name:ieq:report', 'Report', 'text', true],
    ['name:!eq:Report', 'Report', 'text', false],
    ['name:neq:Other', 'Report', 'text', true],
    ['name:ne:Other', 'Report', 'text', true],
    ['size:gt:5', 6, 'integer', true],
    ['size:gt:5', 10, 'integer', true],
    ['size:gte:6', 6, 'integer', true],
    ['size:ge:7', 6, 'integer', false],
    ['size:lt:7', 6, 'integer', true],
    ['size:lte:5', 6, 'integer', false],
    ['size:le:6', 6, 'integer', true],
    ['created:gt:2026-01-01', '2026-01-01T00:00:00.001', 'date', true],
    ['created:gt:2026-01-02', '2026-01-01T23:59:59.999', 'date', false],
    ['name:like:epo', 'Report', 'text', true],
    ['name:like:EPO', 'Report', 'text', false],
    ['name:!like:EPO', 'Report', 'text', true],
    ['name:$like:Rep', 'Report', 'text', true],
    ['name:$like:ort', 'Report', 'text', false],
    ['name:!$like:Rep', 'Report', 'text', false],
    ['name:like$:ort', 'Report', 'text', true],
    ['name:!like$:ort', 'Report', 'text', false],
    ['name:ilike:EPO', 'Report', 'text', true],
    ['name:!ilike:EPO', 'Report', 'text', false],
    ['name:$ilike:rEP', 'Report', 'text', true],
    ['name:startsWith:rEP', 'Report', 'text', true],
    ['name:!$ilike:rEP', 'Report', 'text', false],
    ['name:ilike$:ORT', 'Report', 'text', true],
    ['name:endsWith:ORT', 'Report', 'text', true],
    ['name:!ilike$:ORT', 'Report', 'text', false],
    ['name:token:final report', 'Report, final', 'text', true],
    ['name:!token:final report', 'Report, final', 'text', false],
    ['name:in:[A,Report]', 'Report', 'text', true],
    ['name:!in:[A,Report]', 'Report', 'text', false],
    ['code:null', undefined, 'text', true],
    ['code:!null', undefined, 'text', false],
    ['keys:empty', [], 'collection', true],
    ['keys:!empty', [1], 'collection', true],
    ['flag:eq:true', true, 'boolean', true],
    ['flag:eq:TRUE', false, 'boolean', false],
    ['url:eq:https://a:8080/b', 'https://a:8080/b', 'text', true],
  ])('%s on %j is %s: %s', (filter, value, type, expected) => {
    expect(passes(parseFilter(filter), value, type)).toBe(expected)
  })

  it('with an operator that does not exist is 400 with the text of the server', () => {
    expect(() => parseFilter('name:resembles:x')).toThrow('`resembles` is not a valid operator.')
  })

  it('whose value cannot be read as the type of its property is refused', () => {
    expect(() => passes(parseFilter('flag:eq:maybe'), true, 'boolean')).toThrow('Unable to parse `maybe` to `Boolean`.')
  })
})

describe('fields', () => {
  const names = (text: string): unknown =>
    parseFields(text).map(({ name, kind, children }) => [
      kind[0],
      name,
      ...(children ? [children.map((child) => child.name)] : []),
    ])

  it.each([
    [
      'id,name',
      [
        ['p', 'id'],
        ['p', 'name'],
      ],
    ],
    ['*', [['p', 'all']]],
    [
      ':owner,!sharing',
      [
        ['p', 'owner'],
        ['e', 'sharing'],
      ],
    ],
    [
      'createdBy[id,name],url',
      [
        ['p', 'createdBy', ['id', 'name']],
        ['p', 'url'],
      ],
    ],
    ['createdBy(id)', [['p', 'createdBy', ['id']]]],
    ['createdBy.id', [['p', 'createdBy', ['id']]]],
    [
      'a[b[c],d],e',
      [
        ['p', 'a', ['b', 'd']],
        ['p', 'e'],
      ],
    ],
    ['', []],
    ['a[', [['p', 'a', []]]],
    [']],,', []],
  ])('%s are read', (text, expected) => {
    expect(names(text)).toEqual(expected)
  })

  it('may be renamed', () => {
    expect(parseFields('name~rename(title)')).toMatchObject([{ name: 'name', rename: 'title' }])
  })
})

describe('an order', () => {
  const rows = [
    { n: 'b', s: 2 },
    { n: 'A', s: 10 },
    { n: 'a', s: 2 },
  ]
  const by = (...orders: string[]) =>
    sorted(rows, parseOrders(orders), (row, path) => row[path as 'n' | 's'])
      .map(({ n }) => n)
      .join('')

  it.each([
    [['n:asc'], 'Aab'],
    [['n:iasc'], 'Aab'],
    [['n:desc'], 'baA'],
    [['s:asc', 'n:desc'], 'baA'],
    [['s:desc,n:asc'], 'Aab'],
    [['s:up'], 'bAa'],
  ])('by %s sorts', (orders, expected) => {
    expect(by(...orders)).toBe(expected)
  })
})

describe('a pager', () => {
  const url = 'http://h/api/documents'
  const pages = (query: string, total: number, page: number, pageSize: number) =>
    classicPager(url, new URLSearchParams(query), total, { page, pageSize })

  it('has no links on a single page', () => {
    expect(pages('', 3, 1, 50)).toEqual({ page: 1, total: 3, pageSize: 50, pageCount: 1 })
  })

  it('leaves the usual page size and the first page out of its links, and encodes the rest', () => {
    expect(pages('fields=id,name&page=2', 120, 2, 50)).toMatchObject({
      nextPage: `${url}?page=3&fields=id%2Cname`,
      prevPage: `${url}?fields=id%2Cname`,
    })
  })

  it('reads a page past the end as the last one', () => {
    expect(pages('page=9&pageSize=2', 3, 9, 2)).toMatchObject({ page: 2, pageCount: 2, prevPage: `${url}?pageSize=2` })
    expect(pages('', 0, 4, 50)).toMatchObject({ page: 1, pageCount: 0 })
  })

  it('of the gist engine echoes the page and appends it to the query as it was sent', () => {
    expect(gistPager(url, 'order=name%3Aasc&page=9&pageSize=2', 3, { page: 9, pageSize: 2 })).toEqual({
      page: 9,
      total: 3,
      pageSize: 2,
      prevPage: `${url}?order=name:asc&pageSize=2&page=8`,
      pageCount: 2,
    })
  })
})
