import {
  BEFORE_44,
  type Expected,
  KEEPER,
  type Scene,
  type Variation,
  asFile,
  get,
  makeLink,
  storedText,
  text,
  upload,
} from './variation.js'

const rows = (...names: string[]): Expected => ({ status: 200, rows: names })
const PARK: readonly Scene[] = [
  makeLink('DocApple001', 'Apple', { code: 'FRUIT-1', contentType: 'text/html' }),
  makeLink('DocBanana01', 'banana', { code: 'fruit-2' }),
  makeLink('DocCherry01', 'Cherry pie'),
  ...storedText('fr'),
  {
    request: {
      method: 'POST',
      path: '/api/documents',
      json: { id: 'DocDate0001', name: 'Date', url: '{{fr}}', external: false, attachment: true },
    },
  },
]
const GIST = { 'cache-control': 'no-cache, no-store, max-age=0, must-revalidate' }
const CLASSIC = { 'cache-control': 'no-cache, private' }

/** One row an operator: the filter, and which of the park it leaves, by name. */
const FILTERS: readonly (readonly [string, ...string[]])[] = [
  ['name:eq:Apple', 'Apple'],
  ['name:eq:apple'],
  ['name:ieq:apple', 'Apple'],
  ['name:!eq:Apple', 'Cherry pie', 'Date', 'banana'],
  ['name:neq:Apple', 'Cherry pie', 'Date', 'banana'],
  ['name:ne:Apple', 'Cherry pie', 'Date', 'banana'],
  ['name:like:an', 'banana'],
  ['name:like:AN'],
  ['name:ilike:AN', 'banana'],
  ['name:!like:an', 'Apple', 'Cherry pie', 'Date'],
  ['name:!ilike:A', 'Cherry pie'],
  ['name:$like:Ch', 'Cherry pie'],
  ['name:$like:ch'],
  ['name:!$like:Ch', 'Apple', 'Date', 'banana'],
  ['name:like$:e', 'Apple', 'Cherry pie', 'Date'],
  ['name:!like$:e', 'banana'],
  ['name:$ilike:ch', 'Cherry pie'],
  ['name:startsWith:ch', 'Cherry pie'],
  ['name:!$ilike:CH', 'Apple', 'Date', 'banana'],
  ['name:ilike$:E', 'Apple', 'Cherry pie', 'Date'],
  ['name:endsWith:E', 'Apple', 'Cherry pie', 'Date'],
  ['name:!ilike$:E', 'banana'],
  ['name:in:[Apple,Date]', 'Apple', 'Date'],
  ['name:!in:[Apple,Date]', 'Cherry pie', 'banana'],
  ['name:token:pie', 'Cherry pie'],
  ['name:!token:pie', 'Apple', 'Date', 'banana'],
  ['code:null', 'Cherry pie', 'Date'],
  ['code:!null', 'Apple', 'banana'],
  ['code:ilike:FRUIT', 'Apple', 'banana'],
  ['contentType:eq:text/html', 'Apple'],
  ['external:eq:true', 'Apple', 'Cherry pie', 'banana'],
  ['external:eq:false', 'Date'],
  ['external:!eq:true', 'Date'],
  ['attachment:eq:true', 'Date'],
  ['id:in:[DocApple001,DocDate0001,UnknownUid1]', 'Apple', 'Date'],
  ['id:eq:DocBanana01', 'banana'],
  ['url:eq:https://files.example.net/x', 'Apple', 'Cherry pie', 'banana'],
  ['url:in:[{{fr}}]', 'Date'],
  ['created:gt:2001-01-01', 'Apple', 'Cherry pie', 'Date', 'banana'],
  ['created:lt:2001-01-01'],
  ['lastUpdated:ge:2001-01-01', 'Apple', 'Cherry pie', 'Date', 'banana'],
  ['created:le:2001-01-01'],
]

/** Five documents of one name's beginning, in alphabetical and in order of creation. */
const FIVE: readonly Scene[] = [1, 2, 3, 4, 5].map((n) => makeLink(`DocNumber0${n}`, `Number ${n}`))
const pager = (page: number, more: object) => ({ page, total: 5, pageSize: 2, pageCount: 3, ...more })

export const LISTS: readonly Variation[] = [
  ...FILTERS.map(
    ([filter, ...names]): Variation => ({
      title: `documents with filter=${filter}`,
      rule: 'list.filters',
      wire: '1.8',
      story: [
        ...PARK,
        get(`/api/documents?filter=${filter}&fields=id,name`, (version) => ({
          status: 200,
          rows: names,
          unordered: true,
          json: { pager: { total: names.length }, gist: version === '2.44' ? true : undefined },
        })),
      ],
    }),
  ),
  {
    title: 'filters together, one of them enough with OR',
    rule: 'list.filters',
    wire: '1.8',
    story: [
      ...PARK,
      get(
        '/api/documents?filter=name:ilike:a&filter=external:eq:true&order=name:iasc&fields=name',
        rows('Apple', 'banana'),
      ),
      get(
        '/api/documents?filter=name:eq:Date&filter=code:eq:FRUIT-1&rootJunction=OR&order=name:asc&fields=name',
        rows('Apple', 'Date'),
      ),
      get('/api/documents?filter=name:eq:Date&filter=code:eq:FRUIT-1&rootJunction=AND&fields=name', rows()),
      get(
        '/api/documents?filter=name:eq:Date&filter=code:eq:FRUIT-1&rootJunction=or&order=name:asc&fields=name',
        rows('Apple', 'Date'),
      ),
    ],
  },
  {
    title: 'query: id or code as a whole, name by a part',
    rule: 'list.filters',
    wire: '1.8',
    story: [
      ...PARK,
      get('/api/documents?query=herr&fields=name', rows('Cherry pie')),
      get('/api/documents?query=FRUIT-1&fields=name', rows('Apple')),
      get('/api/documents?query=DocBanana01&fields=name', rows('banana')),
    ],
  },
  {
    title: 'filters of file resources',
    rule: 'list.filters',
    wire: '1.8',
    story: [
      asFile('a', upload('domain=MESSAGE_ATTACHMENT', text('a.txt', 'one'))),
      asFile('b', upload('domain=JOB_DATA', { filename: 'b.csv', type: 'text/csv', text: 'two two' })),
      get('/api/fileResources?filter=domain:eq:MESSAGE_ATTACHMENT&fields=name', rows('a.txt')),
      get(
        '/api/fileResources?filter=domain:in:[MESSAGE_ATTACHMENT,JOB_DATA]&order=name:desc&fields=name',
        rows('b.csv', 'a.txt'),
      ),
      get('/api/fileResources?filter=contentType:like:csv&fields=name', rows('b.csv')),
      get('/api/fileResources?filter=contentMd5:eq:f97c5d29941bfb1b2fdab0874906ab82&fields=name', rows('a.txt')),
      get(
        '/api/fileResources?filter=assigned:eq:false&filter=domain:!eq:ICON&order=name:asc&fields=name',
        rows('a.txt', 'b.csv'),
      ),
      get('/api/fileResources?filter=hasMultipleStorageFiles:eq:true&fields=name', rows()),
      get('/api/fileResources?filter=id:in:[{{a}},{{b}}]&order=contentLength:desc&fields=name', rows('b.csv', 'a.txt')),
    ],
  },
  {
    title: 'contentLength cannot be filtered before 2.44',
    rule: 'list.filters',
    wire: '1.8',
    versions: BEFORE_44,
    story: ['eq', 'gt', 'lt', 'ge', 'le', '!eq'].map((operator) =>
      get(`/api/fileResources?filter=contentLength:${operator}:100&fields=id,name`, {
        status: 400,
        errorCode: 'E1003',
        message: 'Unable to parse `100` to `Long`.',
      }),
    ),
  },
  {
    title: 'contentLength can be filtered in 2.44',
    rule: 'list.filters',
    wire: '1.8',
    versions: ['2.44'],
    story: [
      upload('', text('small.txt', 'x')),
      upload('', text('large.txt', 'x'.repeat(500))),
      get('/api/fileResources?filter=contentLength:gt:100&fields=id,name', {
        ...rows('large.txt'),
        json: { gist: true },
      }),
      get(
        '/api/fileResources?filter=contentLength:le:100&filter=domain:eq:DATA_VALUE&fields=id,name',
        rows('small.txt'),
      ),
    ],
  },
  {
    title: 'unknown properties and operators',
    rule: 'list.filters',
    wire: '1.8',
    story: ['documents', 'fileResources'].flatMap((type) => [
      get(`/api/${type}?filter=fileResourceOwner:eq:x`, bad('Unknown path property: fileResourceOwner')),
      get(`/api/${type}?filter=weight:null`, bad('Unknown path property: weight')),
      get(`/api/${type}?filter=name:similar:x`, bad('`similar` is not a valid operator.')),
      get(`/api/${type}?filter=name:LIKES:x`, bad('`LIKES` is not a valid operator.')),
    ]),
  },
  {
    title: 'orders, one after the other',
    rule: 'list.order',
    wire: '1.8',
    story: [
      ...PARK,
      get(
        '/api/documents?order=name:desc&fields=name&filter=external:eq:true&filter=name:!eq:banana',
        rows('Cherry pie', 'Apple'),
      ),
      get('/api/documents?order=name:iasc&fields=name', rows('Apple', 'banana', 'Cherry pie', 'Date')),
      get('/api/documents?order=name:idesc&fields=name', rows('Date', 'Cherry pie', 'banana', 'Apple')),
      get(
        '/api/documents?order=external:desc&order=id:desc&fields=name',
        rows('Cherry pie', 'banana', 'Apple', 'Date'),
      ),
      get('/api/documents?order=external:asc&order=id:asc&fields=name', rows('Date', 'Apple', 'banana', 'Cherry pie')),
      get('/api/documents?order=created:asc&fields=name', rows('Apple', 'banana', 'Cherry pie', 'Date')),
    ],
  },
  {
    title: 'the order that nobody asked for is by name until 2.43',
    rule: 'list.order',
    wire: '1.8',
    versions: BEFORE_44,
    story: [
      makeLink('DocSecond01', 'second'),
      makeLink('DocFirst001', 'First'),
      makeLink('DocSecond02', 'Second'),
      get('/api/documents?fields=id', rows('DocFirst001', 'DocSecond01', 'DocSecond02')),
    ],
  },
  {
    title: 'the order that nobody asked for is of creation by gist',
    rule: 'list.order',
    wire: '1.8',
    versions: ['2.44'],
    story: [
      makeLink('DocSecond01', 'second'),
      makeLink('DocFirst001', 'First'),
      get('/api/documents', { ...rows('second', 'First'), json: { gist: true } }),
      get('/api/documents?gist=false', rows('First', 'second')),
    ],
  },
  {
    title: 'fields by name, nesting, preset, exclusion',
    rule: 'list.fields',
    wire: '1.8',
    story: [
      makeLink('DocFields01', 'Fields', { code: 'F-1' }),
      get('/api/documents/DocFields01?fields=name,code', {
        status: 200,
        json: { name: 'Fields', code: 'F-1' },
        onlyMembers: ['name', 'code'],
      }),
      get('/api/documents/DocFields01?fields=id,createdBy[id,username]', {
        status: 200,
        json: { createdBy: { id: 'M5zQapPyTZI', username: 'admin', name: undefined } },
        onlyMembers: ['id', 'createdBy'],
      }),
      get('/api/documents/DocFields01?fields=id,sharing[public],access[read,delete]', {
        status: 200,
        json: {
          sharing: { public: 'rw------', owner: undefined, users: undefined },
          access: { read: true, delete: true, write: undefined },
        },
      }),
      get('/api/documents/DocFields01?fields=*,!access,!sharing', {
        status: 200,
        json: { id: 'DocFields01', access: undefined, sharing: undefined, external: true },
      }),
      get('/api/documents/DocFields01?fields=:all,!createdBy', {
        status: 200,
        json: { name: 'Fields', createdBy: undefined, href: '{{base}}/api/documents/DocFields01' },
      }),
      get('/api/documents/DocFields01?fields=:identifiable', {
        status: 200,
        json: { id: 'DocFields01', name: 'Fields', code: 'F-1', url: undefined, sharing: undefined },
      }),
      get('/api/documents/DocFields01?fields=:simple', {
        status: 200,
        json: { id: 'DocFields01', external: true, sharing: undefined, createdBy: undefined },
      }),
      get('/api/documents/DocFields01?fields=:owner,!sharing', {
        status: 200,
        json: { url: 'https://files.example.net/x', sharing: undefined, href: undefined, access: undefined },
      }),
      get('/api/documents/DocFields01?fields=:persisted', {
        status: 200,
        json: { name: 'Fields', displayName: undefined, href: undefined, access: undefined },
      }),
      get('/api/documents?fields=name&fields=code', {
        status: 200,
        json: { documents: [{ name: 'Fields', code: 'F-1', id: undefined }] },
      }),
      get('/api/documents?fields=:owner', {
        status: 200,
        json: { documents: [{ external: true, code: 'F-1', href: undefined }] },
      }),
    ],
  },
  {
    title: 'pages by the classic engine, with links',
    rule: 'list.pager',
    wire: '1.8',
    versions: BEFORE_44,
    story: [
      ...FIVE,
      page(
        'order=name:asc&fields=name&pageSize=2',
        pager(1, { nextPage: to('page=2&pageSize=2'), prevPage: undefined }),
        'Number 1',
        'Number 2',
      ),
      page(
        'order=name:asc&fields=name&pageSize=2&page=2',
        pager(2, { nextPage: to('page=3&pageSize=2'), prevPage: to('pageSize=2') }),
        'Number 3',
        'Number 4',
      ),
      page(
        'order=name:asc&fields=name&pageSize=2&page=3',
        pager(3, { nextPage: undefined, prevPage: to('page=2&pageSize=2') }),
        'Number 5',
      ),
      page(
        'order=name:asc&fields=name&pageSize=2&page=7',
        pager(3, { nextPage: undefined, prevPage: to('page=2&pageSize=2') }),
      ),
      page('order=name:asc&fields=name&page=2', { page: 1, total: 5, pageSize: 50, pageCount: 1 }),
      get('/api/documents?order=name:asc&fields=name&paging=false', {
        ...rows('Number 1', 'Number 2', 'Number 3', 'Number 4', 'Number 5'),
        onlyMembers: ['documents'],
        headers: CLASSIC,
      }),
    ],
  },
  {
    title: 'pages by gist, with links as they were asked',
    rule: 'list.gist',
    wire: '1.8',
    versions: ['2.44'],
    story: [
      ...FIVE,
      get('/api/documents?pageSize=2&order=name:asc&fields=name', {
        ...rows('Number 1', 'Number 2'),
        headers: { ...GIST, etag: null },
        onlyMembers: ['pager', 'gist', 'documents'],
        json: {
          gist: true,
          pager: pager(1, {
            nextPage: '{{base}}/api/documents?pageSize=2&order=name:asc&fields=name&page=2',
            prevPage: undefined,
          }),
        },
      }),
      get('/api/documents?page=2&pageSize=2&order=name:asc&fields=name', {
        ...rows('Number 3', 'Number 4'),
        json: {
          pager: pager(2, {
            prevPage: '{{base}}/api/documents?pageSize=2&order=name:asc&fields=name&page=1',
            nextPage: '{{base}}/api/documents?pageSize=2&order=name:asc&fields=name&page=3',
          }),
        },
      }),
      get('/api/documents?pageSize=2&order=name:asc&fields=name&page=9', {
        ...rows(),
        json: {
          gist: true,
          pager: pager(9, {
            prevPage: '{{base}}/api/documents?pageSize=2&order=name:asc&fields=name&page=8',
            nextPage: undefined,
          }),
        },
      }),
    ],
  },
  {
    title: 'what gist does not answer',
    rule: 'list.gist',
    wire: '1.8',
    versions: ['2.44'],
    story: [
      ...FIVE,
      ...[
        'fields=*',
        'fields=:all',
        'fields=:owner',
        'order=name:iasc',
        'paging=false',
        'gist=false',
        'query=Number',
        'fields=id,access',
      ].map((query) => get(`/api/documents?${query}`, { status: 200, headers: CLASSIC, json: { gist: undefined } })),
      get('/api/fileResources?fields=id,storageStatus', { status: 200, headers: CLASSIC, json: { gist: undefined } }),
    ],
  },
  {
    title: 'what gist answers',
    rule: 'list.gist',
    wire: '1.8',
    versions: ['2.44'],
    story: [
      ...FIVE,
      ...[
        '',
        '?gist=true',
        '?fields=id,name,url',
        '?filter=name:ilike:number&rootJunction=OR',
        '?order=created:desc',
        '?page=1&pageSize=3',
        '?locale=fr',
      ].map((query) => get(`/api/documents${query}`, { status: 200, headers: GIST, json: { gist: true } })),
      get('/api/fileResources?fields=id,name', { status: 200, headers: GIST, json: { gist: true } }),
    ],
  },
  {
    title: 'a narrow Accept: 406 by the classic engine, JSON by gist',
    rule: 'list.gist',
    wire: '8.2',
    story: [
      get(
        '/api/documents?fields=*',
        { status: 406, htmlTitle: 'HTTP Status 406 – Not Acceptable' },
        { headers: { Accept: 'image/png' } },
      ),
      get(
        '/api/documents',
        (version) =>
          version === '2.44'
            ? { status: 200, json: { gist: true } }
            : { status: 406, htmlTitle: 'HTTP Status 406 – Not Acceptable' },
        {
          headers: { Accept: 'image/png' },
        },
      ),
    ],
  },
  {
    title: 'a list of nothing',
    rule: 'list.pager',
    wire: '1.8',
    story: [
      get('/api/documents?fields=*', {
        ...rows(),
        json: { pager: { page: 1, total: 0, pageSize: 50, pageCount: 0, nextPage: undefined, prevPage: undefined } },
      }),
      get('/api/documents?paging=false', { ...rows(), onlyMembers: ['documents'] }),
    ],
  },
  {
    title: 'links of the address that the proxy names',
    rule: 'list.pager',
    wire: '1.8',
    versions: BEFORE_44,
    story: [
      ...FIVE,
      get(
        '/api/documents?pageSize=2&fields=id,href',
        {
          status: 200,
          json: { pager: { nextPage: 'https://files.example.org/api/documents?page=2&pageSize=2&fields=id%2Chref' } },
        },
        { headers: { Host: 'files.example.org', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Port': '443' } },
      ),
      get(
        '/api/documents?pageSize=2&fields=id',
        {
          status: 200,
          json: { pager: { nextPage: 'http://files.example.org:8443/api/documents?page=2&pageSize=2&fields=id' } },
        },
        { headers: { Host: 'files.example.org:8443' } },
      ),
    ],
  },
  {
    title: 'a document that one may not read is not listed',
    rule: 'document.access',
    wire: '2.2',
    story: [
      makeLink('DocPrivat01', 'Private'),
      makeLink('DocPublic01', 'Public'),
      {
        request: {
          method: 'PUT',
          path: '/api/documents/DocPrivat01/sharing',
          json: { owner: 'M5zQapPyTZI', public: '--------', users: {}, userGroups: {} },
        },
      },
      get('/api/documents?fields=name', { ...rows('Public'), json: { pager: { total: 1 } } }, { auth: KEEPER }),
      get('/api/documents?fields=name&order=name:asc', rows('Private', 'Public')),
    ],
  },
]

function bad(message: string): Expected {
  return {
    status: 400,
    errorCode: 'E1003',
    message,
    headers: CLASSIC,
    json: { httpStatus: 'Bad Request', status: 'ERROR' },
  }
}

function to(query: string): string {
  return `{{base}}/api/documents?${query}&fields=name&order=name%3Aasc`
}

function page(query: string, expected: object, ...names: string[]): Scene {
  return get(`/api/documents?${query}`, {
    ...rows(...names),
    headers: CLASSIC,
    json: { pager: expected, gist: undefined },
  })
}
