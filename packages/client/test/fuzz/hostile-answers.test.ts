import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Dhis2Client, isDhis2Error, type Transport } from '../../src/node.js'

const ANSWERS = 20_000

/** What real answers look like, to be cut, mixed and bent. */
const TEMPLATES: readonly unknown[] = [
  { version: '2.43.1', serverDate: '2026-01-01T00:00:00.000' },
  { id: 'M5zQapPyTZI', username: 'admin', authorities: ['ALL'] },
  {
    httpStatus: 'Accepted',
    httpStatusCode: 202,
    status: 'OK',
    response: {
      responseType: 'FileResource',
      fileResource: {
        id: 'aBcDeFgHiJk',
        name: 'a.txt',
        contentType: 'text/plain',
        contentLength: 4,
        contentMd5: '098f6bcd4621d373cade4e832627b4f6',
        domain: 'DOCUMENT',
        storageStatus: 'STORED',
        assigned: false,
        created: '2026-01-01T00:00:00.000',
      },
    },
  },
  {
    id: 'aBcDeFgHiJk',
    name: 'a.txt',
    url: 'https://example.org',
    external: true,
    contentType: 'text/plain',
    contentLength: 4,
    storageStatus: 'STORED',
    access: { manage: true, update: true },
    sharing: {
      owner: 'M5zQapPyTZI',
      public: '--------',
      users: { aBcDeFgHiJk: { access: 'r-------' } },
      userGroups: {},
    },
  },
  { pager: { page: 1, pageSize: 50, total: 1, pageCount: 1 }, documents: [{ id: 'aBcDeFgHiJk' }], fileResources: [] },
  ['aBcDeFgHiJk'],
  {
    pager: { page: 1, pageSize: 50 },
    dataValues: [
      { dataElement: 'DeFile00001', attribute: 'AtPhoto0001', orgUnit: 'OuFiles0001', value: 'aBcDeFgHiJk' },
    ],
    dataElements: [{ id: 'DeFile00001', valueType: 'IMAGE' }],
    trackedEntityAttributes: [{ id: 'AtPhoto0001', valueType: 'IMAGE' }],
    categoryCombo: {
      id: 'CcFunding01',
      name: 'x',
      categoryOptionCombos: [{ id: 'a', categoryOptions: [{ id: 'b' }] }],
    },
  },
  {
    id: 'aBcDeFgHiJk',
    key: 'tent',
    event: 'aBcDeFgHiJk',
    trackedEntity: 'aBcDeFgHiJk',
    trackedEntityType: 'TetPerson01',
    attributes: [{ attribute: 'AtPhoto0001', value: 'aBcDeFgHiJk' }],
    dataValues: [{ dataElement: 'DeFile00001', value: 'aBcDeFgHiJk' }],
    trackedEntityTypeAttributes: [{ trackedEntityAttribute: { id: 'AtPhoto0001' } }],
    avatar: { id: 'aBcDeFgHiJk' },
    image: { id: 'aBcDeFgHiJk' },
    fileResource: { id: 'aBcDeFgHiJk' },
    keywords: ['a'],
    subject: 'a',
    messages: [{ id: 'aBcDeFgHiJk', text: 'a', attachments: [{ id: 'aBcDeFgHiJk' }] }],
  },
  {
    pager: { page: 1, pageSize: 50 },
    events: [{ event: 'aBcDeFgHiJk', dataValues: [{ dataElement: 'DeFile00001', value: 'aBcDeFgHiJk' }] }],
    trackedEntities: [
      { trackedEntity: 'aBcDeFgHiJk', attributes: [{ attribute: 'AtPhoto0001', value: 'aBcDeFgHiJk' }] },
    ],
    icons: [{ key: 'tent', keywords: [] }],
    messageConversations: [{ id: 'aBcDeFgHiJk', subject: 'a', messages: [] }],
  },
  {
    httpStatus: 'Conflict',
    httpStatusCode: 409,
    status: 'ERROR',
    errorCode: 'E1119',
    message: 'FileResource already exists: `aBcDeFgHiJk`',
    response: {
      responseType: 'ObjectReport',
      errorReports: [{ message: 'no', errorCode: 'E4016', args: ['url', null] }],
    },
  },
]

/** One answer to nearly every question, so that what asks several gets far. */
const EVERYTHING: unknown = Object.assign({}, ...TEMPLATES.filter((one) => !Array.isArray(one)))

const template = fc.oneof(fc.constantFrom(...TEMPLATES), fc.constant(EVERYTHING))
const place = fc.oneof(fc.nat(40), fc.nat(150))

const bent: fc.Arbitrary<unknown> = fc
  .tuple(template, fc.array(fc.tuple(place, fc.jsonValue({ maxDepth: 2 })), { maxLength: 3 }))
  .map(([template, changes]) => {
    let at = 0
    return JSON.parse(JSON.stringify(template), (_, value: unknown) => {
      const change = changes.find(([n]) => n === at)
      at++
      return change ? change[1] : value
    }) as unknown
  })

const body: fc.Arbitrary<Uint8Array | string | null> = fc.oneof(
  { weight: 6, arbitrary: bent.map((value) => JSON.stringify(value)) },
  { weight: 3, arbitrary: fc.tuple(bent, fc.nat(300)).map(([value, n]) => JSON.stringify(value).slice(0, n)) },
  { weight: 2, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '<html><title>502 Bad Gateway</title>',
      '<!doctype html><body>Sign in',
      'null',
      '[]',
    ),
  },
  { weight: 1, arbitrary: fc.constant(null) },
)

const headers: fc.Arbitrary<[string, string][]> = fc.array(
  fc.oneof(
    fc.tuple(
      fc.constant('content-type'),
      fc.constantFrom('application/json', 'text/html', 'image/png;charset=UTF-8', ';;', 'x'),
    ),
    fc.tuple(fc.constant('content-length'), fc.constantFrom('0', '5', '999999999999', '-1', 'many')),
    fc.tuple(
      fc.constant('retry-after'),
      fc.constantFrom('0', '-5', 'soon', '99999999999', 'Wed, 21 Oct 2015 07:28:00 GMT'),
    ),
    fc.tuple(fc.constant('location'), fc.constantFrom('/login/', 'https://evil.example/x', '::', 'http://u:p@h/')),
    fc.tuple(
      fc.constant('set-cookie'),
      fc.constantFrom(
        'JSESSIONID=a; Path=/',
        '=',
        'a',
        'XSRF-TOKEN=x; Max-Age=-1',
        'b=c; Expires=never; Domain=evil.example',
      ),
    ),
    fc.tuple(fc.constant('www-authenticate'), fc.constantFrom('ApiToken', 'Basic realm="x"')),
    fc.tuple(
      fc.constant('content-disposition'),
      fc.constantFrom('filename=a b.pdf', 'attachment; filename="../../etc/passwd"', "filename*=UTF-8''%ff", '"'),
    ),
  ),
  { maxLength: 4 },
)

const STATUSES = [
  200, 200, 200, 200, 201, 202, 204, 206, 301, 302, 304, 400, 401, 403, 404, 405, 406, 407, 408, 409, 409, 410, 413,
  415,
]
const status = fc.oneof(
  fc.constantFrom(...STATUSES, 418, 429, 451, 500, 500, 502, 503, 504),
  fc.integer({ min: 200, max: 599 }),
)
const answer = fc.record({ status, headers, body })

const KEY = { de: 'DeFile00001', ou: 'OuFiles0001', pe: '202601' }
const PNG = new File([Buffer.from('89504e470d0a1a0a00', 'hex')], 'tent.png', { type: 'image/png' })

async function some(rows: AsyncIterable<unknown>): Promise<void> {
  let count = 0
  for await (const row of rows) if (typeof row !== 'object' || ++count > 100) break
}

const CALLS: readonly ((client: Dhis2Client) => Promise<unknown>)[] = [
  (c) => c.system.info(),
  (c) => c.system.ping(),
  (c) => c.system.version(),
  (c) => c.system.me(),
  (c) => c.request('api/anything').then((r) => r.text()),
  (c) => c.files.getDocument('aBcDeFgHiJk'),
  async (c) => await c.files.listDocuments(),
  async (c) => {
    let rows = 0
    for await (const row of c.files.listFileResources()) if (typeof row.id !== 'string' || ++rows > 100) break
  },
  (c) => c.files.uploadDocument(new Blob(['test']), { name: 'a', filename: 'a.txt' }),
  (c) => c.files.uploadFileResource(new Blob(['test']), { filename: 'a.txt', uid: 'aBcDeFgHiJk', deadline: 5 }),
  (c) => c.files.replaceDocument('aBcDeFgHiJk', new Blob(['test']), { filename: 'a.txt' }),
  (c) => c.files.renameDocument('aBcDeFgHiJk', 'other'),
  (c) => c.files.createExternalDocument({ name: 'a', url: 'https://example.org' }),
  (c) => c.files.updateExternalDocument('aBcDeFgHiJk', { name: 'b' }),
  (c) => c.files.deleteDocument('aBcDeFgHiJk'),
  (c) => c.files.getDocumentSharing('aBcDeFgHiJk'),
  (c) => c.files.shareDocument('aBcDeFgHiJk', { public: '--------' }),
  (c) => c.files.getFileResource('aBcDeFgHiJk'),
  (c) => c.files.waitUntilStored('aBcDeFgHiJk', { deadline: 5 }),
  (c) => c.files.fileResourceOwners('document/x'),
  async (c) => {
    const download = await c.files.downloadDocument('aBcDeFgHiJk')
    if (download.kind === 'file') await download.bytes()
  },
  async (c) => (await c.files.downloadFileResource('aBcDeFgHiJk')).bytes(),
  (c) => c.files.dataValues.upload(new Blob(['test']), KEY, { deadline: 5 }),
  (c) => c.files.dataValues.get(KEY),
  async (c) => (await c.files.dataValues.download(KEY)).bytes(),
  (c) => c.files.dataValues.remove(KEY),
  (c) => some(c.files.dataValues.list({ dataSet: 'DsFiles0001', orgUnit: 'OuFiles0001', period: '202601' })),
  async (c) => {
    const file = await c.files.tracker.downloadEventFile('aBcDeFgHiJk', 'DeFile00001')
    if (file.kind === 'file') await file.bytes()
  },
  (c) => c.files.tracker.downloadAttributeFile('aBcDeFgHiJk', 'AtPhoto0001', { etag: 'aBcDeFgHiJk' }),
  (c) => c.files.tracker.attachToEvent('aBcDeFgHiJk', 'DeFile00001', new Blob(['test']), { deadline: 5 }),
  (c) => c.files.tracker.attachToTrackedEntity('aBcDeFgHiJk', 'AtPhoto0001', new Blob(['test']), { deadline: 5 }),
  (c) => some(c.files.tracker.listEventFiles({ program: 'PrEvents001' })),
  (c) => some(c.files.tracker.listTrackedEntityFiles({ trackedEntityType: 'TetPerson01' })),
  (c) => c.files.messages.send({ subject: 'a', text: 'a', users: ['aBcDeFgHiJk'], attachments: [new Blob(['test'])] }),
  (c) => c.files.messages.reply('aBcDeFgHiJk', { text: 'a', attachments: ['aBcDeFgHiJk'] }, { deadline: 5 }),
  (c) => c.files.messages.listAttachments('aBcDeFgHiJk'),
  async (c) => (await c.files.messages.downloadAttachment('aBcDeFgHiJk', 'aBcDeFgHiJk', 'aBcDeFgHiJk')).bytes(),
  (c) => some(c.files.icons.list()),
  (c) => c.files.icons.create(PNG, { key: 'tent', deadline: 5 }),
  (c) => c.files.icons.update('tent', { description: 'b' }),
  (c) => c.files.icons.remove('tent'),
  async (c) => (await c.files.icons.download('tent')).bytes(),
  (c) => c.files.avatars.set(PNG, { deadline: 5 }),
  (c) => c.files.avatars.remove({ user: 'aBcDeFgHiJk' }),
  async (c) => (await c.files.avatars.download()).bytes(),
  (c) => c.files.orgUnitImages.get('aBcDeFgHiJk'),
  (c) => c.files.orgUnitImages.set('aBcDeFgHiJk', PNG, { deadline: 5 }),
  (c) => c.files.orgUnitImages.remove('aBcDeFgHiJk'),
]

test(`whatever a server answers ends in a result or a typed error: ${ANSWERS} hostile answers`, async () => {
  let answered = 0
  const clock = { now: () => Date.now(), random: () => 0, sleep: () => Promise.resolve() }
  const run = fc.asyncProperty(
    fc.nat(CALLS.length - 1),
    fc.array(answer, { minLength: 1, maxLength: 6 }),
    fc.boolean(),
    async (call, answers, known) => {
      let next = 0
      const transport: Transport = async (request) => {
        if (request.body) for await (const chunk of await request.body.open()) void chunk
        const one = answers[next++ % answers.length]
        if (one === undefined) throw new Error('no answer')
        answered++
        const bodiless = one.status === 204 || one.status === 205 || one.status === 304
        return new Response(bodiless ? null : (one.body as BodyInit | null), {
          status: one.status,
          headers: one.headers,
        })
      }
      const client = new Dhis2Client({
        baseUrl: 'http://dhis2.test',
        auth: { username: 'admin', password: 'a-secret-word' },
        transport,
        clock,
        retry: { attempts: 2 },
        timeouts: { total: 60_000 },
        ...(known ? { version: '2.43' } : {}),
      })
      const error: unknown = await (CALLS[call] as (c: Dhis2Client) => Promise<unknown>)(client).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      if (error === undefined) return
      if (!isDhis2Error(error)) throw error
      expect(error.message).not.toContain('a-secret-word')
      expect(error.message.length).toBeLessThan(4000)
    },
  )
  const runs = 1500
  for (let seed = 1; answered < ANSWERS; seed++)
    await fc.assert(run, { numRuns: runs, seed: 4711 + seed, endOnFailure: false })
  expect(answered).toBeGreaterThanOrEqual(ANSWERS)
}, 300_000)
