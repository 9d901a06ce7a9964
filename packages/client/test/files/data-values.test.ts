import { describe, expect, test } from 'vitest'
import {
  all,
  type Answer,
  failure,
  fileStore,
  recorded,
  type Routes,
  type Scripted,
  scripted,
  storedFile,
  type Trouble,
  VERSIONS,
} from './scripted.js'

const KEY = { de: 'DeFile00001', ou: 'OuFiles0001', pe: '202601' }
const AT = 'de=DeFile00001&ou=OuFiles0001&pe=202601'
const OLD = 'FrOldFile01'

type Recorded = (typeof VERSIONS)[number][1]

/** Data values by the key of their request, with the recorded answers of a version. */
function server(recording: Recorded): Scripted & { values: Map<string, string>; files: Map<string, unknown> } {
  const { files, routes } = fileStore()
  const values = new Map<string, string>()
  const keyOf = (query: URLSearchParams): string => ['de', 'ou', 'pe', 'co'].map((name) => query.get(name)).join()
  const absent = (): Answer =>
    recording.traits.line < '2.43'
      ? recorded(recording, 'value.file.no-value')
      : recorded(recording, 'value.get.after-blocked')
  const values43: Routes = {
    ...routes,
    'GET /api/dataValues': ({ query }) => {
      const value = values.get(keyOf(query))
      return value === undefined ? absent() : { json: [value] }
    },
    'POST /api/dataValues': ({ query }) => {
      const value = query.get('value') ?? ''
      const taken = [...values].some(([key, other]) => other === value && key !== keyOf(query))
      if (taken && recording.traits.line < '2.43') return recorded(recording, 'value.set.taken-uid')
      values.set(keyOf(query), value)
      return recorded(recording, 'value.set.by-uid')
    },
    'DELETE /api/dataValues': ({ query }) => {
      if (!values.delete(keyOf(query))) return absent()
      return recorded(recording, 'value.delete')
    },
    'GET /api/dataValues/files': ({ query }) => {
      const value = values.get(keyOf(query))
      if (value === undefined) return recorded(recording, 'value.file.no-value')
      return { bytes: files.get(value)?.content ?? '' }
    },
    'GET /api/audits/files/*': (_, uid = '') => ({ bytes: files.get(uid)?.content ?? '' }),
  }
  files.set(OLD, storedFile(OLD, 'DATA_VALUE', 'old.csv', 'text/csv', 'old'))
  return Object.assign(scripted(recording.dhis2, values43), { values, files })
}

const DATA = new File(['item,qty\nors,4\n'], 'stock.csv', { type: 'text/csv' })
const at = (key: typeof KEY): string => [key.de, key.ou, key.pe, null].join()

describe.each(VERSIONS)('data values of %s', (_, recording) => {
  test('an upload sends the file, waits, sets the value by uid and reads it back', async () => {
    const { client, lines, values } = server(recording)
    const { fileResource, leftBehind } = await client.files.dataValues.upload(DATA, KEY, { filename: 'my stock.csv' })
    const { id } = fileResource
    expect(fileResource).toMatchObject({ name: 'my stock.csv', storageStatus: 'STORED', domain: 'DATA_VALUE' })
    expect(leftBehind).toBeUndefined()
    expect(values.get(at(KEY))).toBe(id)
    expect(lines()).toEqual([
      `GET /api/dataValues?${AT}`,
      `POST /api/fileResources?domain=DATA_VALUE&uid=${id}`,
      `GET /api/fileResources/${id}`,
      `POST /api/dataValues?${AT}&value=${id}`,
      `GET /api/dataValues?${AT}`,
    ])
  })

  test('replaces a value and says which file it had', async () => {
    const { client, values } = server(recording)
    values.set(at(KEY), OLD)
    const { leftBehind } = await client.files.dataValues.upload(DATA, KEY)
    expect(leftBehind).toBe(OLD)
    const download = await client.files.dataValues.downloadByFile(OLD)
    expect(Buffer.from(await download.bytes()).toString()).toBe('old')
  })

  test('an absent value is undefined, and its download not-found', async () => {
    const { client } = server(recording)
    expect(await client.files.dataValues.get(KEY)).toBeUndefined()
    expect(await failure(client.files.dataValues.download(KEY))).toMatchObject({ code: 'not-found' })
  })

  test('a value that goes away before its bytes are read is not-found', async () => {
    const { client, values } = server(recording)
    values.set(at(KEY), OLD)
    const download = await client.files.dataValues.download(KEY)
    values.clear()
    expect(await failure(download.bytes())).toMatchObject({ code: 'not-found', status: 409 })
  })

  test('a key that the server does not know is told before a byte is sent', async () => {
    const server_ = server(recording)
    server_.trouble = ({ method }) => (method === 'GET' ? recorded(recording, 'value.file.bad-period') : undefined)
    const error = await failure(server_.client.files.dataValues.upload(DATA, { ...KEY, pe: 'nonsense' }))
    expect(error['fileResource']).toBeUndefined()
    expect(server_.received.map((r) => r.method)).toEqual(['GET'])
  })

  test('reads a value with its file, and one with the uid of none', async () => {
    const { client, values } = server(recording)
    values.set(at(KEY), OLD)
    expect(await client.files.dataValues.get(KEY)).toMatchObject({ value: OLD, fileResource: { name: 'old.csv' } })
    values.set(at(KEY), 'Unknown0001')
    expect(await client.files.dataValues.get(KEY)).toEqual({ key: KEY, value: 'Unknown0001', fileResource: undefined })
  })

  test('removes a value, also when the first answer is lost', async () => {
    const server_ = server(recording)
    server_.values.set(at(KEY), OLD)
    server_.trouble = ({ method }, index) => (method === 'DELETE' && index === 0 ? 'answer-lost' : undefined)
    await server_.client.files.dataValues.remove(KEY)
    expect(server_.values.size).toBe(0)
  })

  test('the removal of a value that is not there is not-found or nothing, never forbidden', async () => {
    const error = await failure(server(recording).client.files.dataValues.remove(KEY))
    expect(error).toMatchObject({ code: 'not-found' })
  })

  test('all parts of a key are sent', async () => {
    const { client, lines } = server(recording)
    const key = { ...KEY, co: 'CoDefault01', cc: 'CcFunding01', cp: ['OpOne000001', 'OpTwo000001'], ds: 'DsFiles0001' }
    await client.files.dataValues.upload(DATA, key)
    const more = `${AT}&co=CoDefault01&cc=CcFunding01&cp=OpOne000001;OpTwo000001`
    expect(lines()[0]).toBe(`GET /api/dataValues?${more}`)
    expect(lines()[3]).toMatch(new RegExp(`^POST /api/dataValues\\?${more}&ds=DsFiles0001&value=`))
  })

  test('lists the values that have a file, each with it, from the recorded export', async () => {
    const { files, routes } = fileStore()
    for (const [id, name] of [
      ['FrTwo000001', 'two.csv'],
      ['FrVal200001', 'stock2.csv'],
      ['FrValImg001', 'site.jpg'],
      ['FrTxt000001', 'a.txt'],
    ] as const) {
      files.set(id, storedFile(id, 'DATA_VALUE', name, 'text/csv', name))
    }
    const types: Record<string, string> = { DeFile00001: 'FILE_RESOURCE', DeImage0001: 'IMAGE', DeText00001: 'TEXT' }
    const uids = { frTwo: 'FrTwo000001', frVal2: 'FrVal200001', frValImg: 'FrValImg001', frTxt: 'FrTxt000001' }
    const { client, lines } = scripted(recording.dhis2, {
      ...routes,
      'GET /api/dataValueSets': () => recorded(recording, 'value.export', { ...uids, coc: 'CocDefault1' }),
      'GET /api/dataElements': ({ query }) => {
        const wanted = query.get('filter')?.slice('id:in:['.length, -1).split(',') ?? []
        const dataElements = wanted.map((id) => ({ id, valueType: types[id] }))
        return { json: { pager: { page: 1, pageSize: 50 }, dataElements } }
      },
      'GET /api/dataSets/DsFiles0001': () => ({ json: { categoryCombo: { id: 'CcDefault01', name: 'default' } } }),
    })
    const query = { dataSet: 'DsFiles0001', orgUnit: 'OuFiles0001', startDate: '2026-01-01', endDate: '2026-12-31' }
    const found = await all(client.files.dataValues.list(query))
    const shown = found.map(({ key, fileResource }) => `${key.de} ${key.ou} ${key.pe} ${fileResource?.name}`)
    expect(shown.sort()).toEqual(
      recording.traits.line < '2.43'
        ? [
            'DeFile00001 OuFiles0001 202601 stock2.csv',
            'DeFile00001 OuFiles0001 202603 two.csv',
            'DeImage0001 OuFiles0001 202601 site.jpg',
          ]
        : [
            'DeFile00001 OuFiles0001 202603 two.csv',
            'DeFile00001 OuFiles0001 202604 undefined',
            'DeFile00001 OuFiles0001 202605 two.csv',
            'DeFile00001 OuFiles0001 202606 undefined',
          ],
    )
    expect(found[0]).toMatchObject({ attributeOptionCombo: 'CocDefault1', key: { co: 'CocDefault1' } })
    expect(found[0]?.key.cc).toBeUndefined()
    expect(lines().filter((line) => line.startsWith('GET /api/fileResources'))).toHaveLength(1)
  })
})

test('a list gives the attribute options of a value in its key, and asks for files fifty at a time', async () => {
  const { files, routes } = fileStore()
  const dataValues = Array.from({ length: 120 }, (_, index) => {
    const value = `FrMany${String(index).padStart(5, '0')}`
    files.set(value, storedFile(value, 'DATA_VALUE', `${index}.csv`, 'text/csv', 'x'))
    return { dataElement: 'DeFile00001', period: '202601', value }
  })
  const { client, lines } = scripted('2.43.1', {
    ...routes,
    'GET /api/dataValueSets': () => ({
      json: { orgUnit: 'OuFiles0001', attributeOptionCombo: 'AocFunding1', dataValues },
    }),
    'GET /api/dataElements': () => ({ json: { pager: { page: 1, pageSize: 50 }, dataElements: [] } }),
    'GET /api/dataSets/DsFiles0001': () => ({
      json: {
        categoryCombo: {
          id: 'CcFunding01',
          name: 'Funding',
          categoryOptionCombos: [{ id: 'AocFunding1', categoryOptions: [{ id: 'OpOne000001' }] }],
        },
      },
    }),
  })
  const query = { dataSet: 'DsFiles0001', orgUnit: ['OuFiles0001'], period: ['202601', '202602'], children: true }
  const found = await all(client.files.dataValues.list(query))
  expect(found).toHaveLength(120)
  expect(found[119]).toMatchObject({
    key: { ou: 'OuFiles0001', cc: 'CcFunding01', cp: ['OpOne000001'], ds: 'DsFiles0001' },
    fileResource: { name: '119.csv' },
  })
  expect(lines()[0]).toBe(
    'GET /api/dataValueSets?dataSet=DsFiles0001&period=202601&period=202602&orgUnit=OuFiles0001&children=true',
  )
  expect(lines().filter((line) => line.startsWith('GET /api/fileResources?'))).toHaveLength(3)
})

test.each<[string, unknown]>([
  ['nothing', null],
  ['no combinations', { categoryCombo: { id: 'CcFunding01', categoryOptionCombos: 'none' } }],
  ['a combination that is none', { categoryCombo: { id: 'CcFunding01', categoryOptionCombos: [null] } }],
  ['options that are none', { categoryCombo: { id: 'a', categoryOptionCombos: [{ id: 'b', categoryOptions: [5] }] } }],
])('a list whose data set is %s is a protocol error', async (_, json) => {
  const { client } = scripted('2.43.1', {
    ...fileStore().routes,
    'GET /api/dataValueSets': () => ({ json: { dataValues: [{ dataElement: 'DeFile00001', value: 'FrVal200001' }] } }),
    'GET /api/dataElements': () => ({ json: { pager: { page: 1, pageSize: 50 }, dataElements: [] } }),
    'GET /api/dataSets/DsFiles0001': () => ({ json }),
  })
  const list = client.files.dataValues.list({ dataSet: 'DsFiles0001', orgUnit: 'OuFiles0001', period: '202601' })
  expect(await failure(all(list))).toMatchObject({ name: 'Dhis2Error', code: 'protocol' })
})

test('a value that is no uid is no file', async () => {
  const { client } = scripted('2.43.1', { 'GET /api/dataValues': () => ({ json: ['12.5'] }) })
  const error = await failure(client.files.dataValues.download(KEY))
  expect(error).toMatchObject({ name: 'Dhis2Error', code: 'not-found' })
  expect(error.message).toContain('“12.5”')
})

test('a list without a period or dates is misuse', async () => {
  const { client } = scripted('2.43.1', {})
  const list = client.files.dataValues.list({ dataSet: 'DsFiles0001', orgUnit: 'OuFiles0001' })
  expect(await failure(all(list))).toBeInstanceOf(TypeError)
})

/** Everything that can happen to one request of an upload. */
const TROUBLES: readonly (readonly [string, Trouble])[] = [
  ['is lost', 'request-lost'],
  ['is answered, but the answer is lost', 'answer-lost'],
  ['meets a proxy error', { status: 502, bytes: '<html>', headers: { 'content-type': 'text/html' } }],
  ['fails in the server', { status: 500, json: { status: 'ERROR', httpStatus: 'Internal Server Error' } }],
  [
    'is refused',
    {
      status: 409,
      json: { status: 'ERROR', httpStatus: 'Conflict', errorCode: 'E6101', message: 'File type not allowed' },
    },
  ],
]

describe.each(VERSIONS)('an upload over an existing value of %s', (_, recording) => {
  describe.each(TROUBLES)('whose request %s', (_name, trouble) => {
    test.each([0, 1, 2, 3, 4])(
      'at step %i leaves the old value or sets the new one, and can be finished',
      async (step) => {
        const server_ = server(recording)
        server_.values.set(at(KEY), OLD)
        server_.trouble = (_request, index) => (index === step ? trouble : undefined)
        const upload = (options = {}) => server_.client.files.dataValues.upload(DATA, KEY, { ...options, retry: false })
        const { made, error } = await upload().then(
          ({ fileResource: { id } }) => ({ made: id, error: undefined }),
          (failed: Record<string, unknown>) => ({ made: undefined, error: failed }),
        )
        const carried = error?.['fileResource']
        const isSet = step === 4 || (step === 3 && trouble === 'answer-lost')
        expect(server_.values.get(at(KEY))).toBe(made ?? (isSet ? carried : OLD))
        expect(server_.lines().filter((line) => line.includes('dataValues/file'))).toEqual([])
        expect(carried !== undefined).toBe(made === undefined && step >= 2)
        if (made !== undefined) return
        const sent = server_.files.size
        const second = await upload(carried === undefined ? {} : { fileResource: carried })
        expect(server_.values.get(at(KEY))).toBe(second.fileResource.id)
        expect(server_.files.size).toBe(carried === undefined ? sent + 1 : sent)
        const uploads = server_.lines().filter((line) => line.startsWith('POST /api/fileResources'))
        expect(uploads).toHaveLength(step === 1 ? 2 : 1)
      },
    )
  })

  test('is made again after trouble at every step, by itself, and sets the value once', async () => {
    for (const step of [0, 1, 2, 3, 4]) {
      const server_ = server(recording)
      server_.values.set(at(KEY), OLD)
      server_.trouble = (_request, index) => (index === step ? 'answer-lost' : undefined)
      const { fileResource } = await server_.client.files.dataValues.upload(DATA, KEY)
      expect(server_.values.get(at(KEY))).toBe(fileResource.id)
      expect(server_.files.size).toBe(2)
    }
  })
})

test('other bytes than those of the given file resource are a conflict and change nothing', async () => {
  const server_ = server(VERSIONS[0]?.[1] as Recorded)
  const error = await failure(server_.client.files.dataValues.upload(DATA, KEY, { fileResource: OLD }))
  expect(error).toMatchObject({ code: 'conflict', fileResource: OLD })
  expect(server_.values.size).toBe(0)
})

test('a file resource of another domain is a conflict', async () => {
  const server_ = server(VERSIONS[0]?.[1] as Recorded)
  server_.files.set('FrDocument1', storedFile('FrDocument1', 'DOCUMENT', 'a', 'text/csv', 'same'))
  const upload = server_.client.files.dataValues.upload(new Blob(['same']), KEY, { fileResource: 'FrDocument1' })
  expect(await failure(upload)).toMatchObject({ code: 'conflict', message: expect.stringContaining('DATA_VALUE') })
})
