import { afterEach, describe, expect, it } from 'vitest'
import type { Dhis2Version } from '../../src/index.js'
import { CLASSIC, MODERN, UIDS, VERSIONS, type World, codeOf, startWorld } from './values-world.js'

let world: World
const start = async (version: Dhis2Version) => {
  world = await startWorld(version)
  return world
}
afterEach(() => world.emulator.close())
const { file: FILE, text: TEXT, number: NUMBER, clinic: CLINIC, root: ROOT, dataSet: SET, other: OTHER } = UIDS
const one = (dataElement: string, value: string, more: object = {}) => ({
  dataElement,
  period: '202605',
  orgUnit: CLINIC,
  value,
  ...more,
})
const SETS = '/api/dataValueSets'

describe.each(VERSIONS)('an import of data values into %s', (version) => {
  it('says that it was successful, with what the set tells for all values', async () => {
    const { client, value } = await start(version)
    const { status, json } = await client.post(SETS, {
      dataSet: SET,
      period: '202605',
      orgUnit: CLINIC,
      dataValues: [
        { dataElement: TEXT, value: 'x', comment: 'c' },
        { dataElement: NUMBER, value: 3 },
      ],
    })
    expect([status, json.status, json.message, json.response.status, json.response.rejectedIndexes]).toEqual([
      200,
      'OK',
      'Import was successful.',
      'SUCCESS',
      [],
    ])
    const counts = version < '2.43' ? { imported: 2, updated: 0 } : { imported: 0, updated: 2 }
    expect(json.response.importCount).toEqual({ ...counts, ignored: 0, deleted: 0 })
    expect((await client.get(value(NUMBER))).json).toEqual(['3'])
  })

  it('finds objects by code, changes nothing in a dry run, deletes by strategy', async () => {
    const { client, value, state } = await start(version)
    Object.assign(state.collection('dataElements').get(TEXT) ?? {}, { code: 'NOTE' })
    const dataValues = [one('NOTE', 'x')]
    await client.post(`${SETS}?dataElementIdScheme=CODE&dryRun=true`, { dataValues })
    expect((await client.get(value(TEXT))).status).not.toBe(200)
    await client.post(`${SETS}?dataElementIdScheme=CODE`, { dataValues })
    expect((await client.get(value(TEXT))).json).toEqual(['x'])
    const { json } = await client.post(`${SETS}?importStrategy=DELETE`, { dataValues: [one(TEXT, 'x')] })
    expect(json.response.importCount.deleted).toBe(1)
    expect((await client.get(value(TEXT))).status).not.toBe(200)
  })

  it('needs F_DATAVALUE_ADD', async () => {
    const { client, guest } = await start(version)
    expect((await client.post(SETS, { dataValues: [] }, guest)).status).toBe(403)
  })
})

describe.each(CLASSIC)('an import into %s', (version) => {
  it('leaves values out one by one, each with its conflict, and is a 409', async () => {
    const { client, value } = await start(version)
    const { status, json } = await client.post(SETS, {
      dataValues: [
        one(TEXT, 'good'),
        one('Unknown9999', 'x'),
        one(TEXT, 'x', { period: 'nonsense' }),
        one(TEXT, 'x', { orgUnit: 'Unknown9999' }),
        one(TEXT, 'x', { categoryOptionCombo: 'Unknown9999' }),
        one(TEXT, 'x', { attributeOptionCombo: 'Unknown9999' }),
        one(TEXT, 'x', { orgUnit: OTHER }),
        { ...one(TEXT, ''), value: null },
        one(NUMBER, 'x'),
        one(TEXT, 'x', { period: '202612' }),
      ],
    })
    expect([status, json.status, json.message]).toEqual([
      409,
      'WARNING',
      'One more conflicts encountered, please check import summary.',
    ])
    const { conflicts, importCount, rejectedIndexes } = json.response
    expect(conflicts.map(({ errorCode }: { errorCode: string }) => errorCode)).toEqual([
      'E7610',
      'E7611',
      'E7612',
      'E7613',
      'E7615',
      'E7617',
      'E7618',
      'E7619',
      'E7641',
    ])
    expect(conflicts[0]).toEqual({
      object: 'Unknown9999',
      objects: { dataElement: 'Unknown9999' },
      value: 'Data element not found or not accessible: `Unknown9999`',
      errorCode: 'E7610',
      property: 'dataElement',
      indexes: [1],
    })
    expect([importCount.imported, importCount.ignored, rejectedIndexes]).toEqual([1, 9, [1, 2, 3, 4, 5, 6, 7, 8, 9]])
    expect((await client.get(value(TEXT))).json).toEqual(['good'])
  })

  it('breaks down at the uid of a file that is not there, and imports nothing', async () => {
    const { client, value } = await start(version)
    const { status, json } = await client.post(SETS, { dataValues: [one(TEXT, 'x'), one(FILE, 'Unknown9999')] })
    expect([status, json.status, json.message]).toEqual([
      409,
      'ERROR',
      'An error occurred, please check import summary.',
    ])
    expect(json.response.description).toMatch(/^The import process failed: Cannot invoke /)
    expect((await client.get(value(TEXT))).status).toBe(409)
  })

  it('assigns the file of a new value, but not one that replaces another', async () => {
    const { client, file, state } = await start(version)
    const [first, second] = [await file(), await file()]
    await client.post(SETS, { dataValues: [one(FILE, first)] })
    await client.post(SETS, { dataValues: [one(FILE, second)] })
    expect([state.fileResources.get(first)?.assigned, state.fileResources.get(second)?.assigned]).toEqual([true, false])
  })

  it('wants a data set that is there and shared', async () => {
    const { client, clerk, state } = await start(version)
    const unknown = await client.post(SETS, { dataSet: 'Unknown9999', dataValues: [one(TEXT, 'x')] })
    expect(unknown.json.response.conflicts[0].errorCode).toBe('E7600')
    const closed = { sharing: { owner: 'M5zQapPyTZI', public: 'rw------', users: {}, userGroups: {} } }
    Object.assign(state.collection('dataSets').get(SET) ?? {}, closed)
    const refused = await client.post(SETS, { dataSet: SET, dataValues: [one(TEXT, 'x')] }, clerk)
    expect(refused.json.response.conflicts[0].errorCode).toBe('E7601')
  })
})

describe.each(MODERN)('an import into %s', (version) => {
  it('is refused whole for a key, and value by value, with a 200, for what they hold', async () => {
    const { client, value } = await start(version)
    const bad = { dataValues: [one(TEXT, 'x'), one(TEXT, 'x', { orgUnit: ROOT })] }
    expect(codeOf(await client.post(SETS, bad))).toEqual([409, 'E8022'])
    expect(codeOf(await client.post(SETS, { dataValues: [one('x', 'x')] }))).toEqual([400, 'E8104'])
    expect(codeOf(await client.post(SETS, { dataValues: [one(TEXT, 'x'), one(TEXT, 'y')] }))).toEqual([409, 'E8128'])
    expect((await client.get(value(TEXT))).status).toBe(404)
    const { status, json } = await client.post(SETS, { dataValues: [one(TEXT, 'good'), one(NUMBER, 'bad')] })
    expect([status, json.status, json.response.status]).toEqual([200, 'WARNING', 'WARNING'])
    expect(json.response.importCount).toEqual({ imported: 0, updated: 1, ignored: 1, deleted: 0 })
    expect(json.response.conflicts[0]).toMatchObject({ errorCode: 'E8122', indexes: [1] })
    expect((await client.get(value(TEXT))).json).toEqual(['good'])
  })

  it('takes the uid of a file that is not there', async () => {
    const { client } = await start(version)
    const { status, json } = await client.post(SETS, { dataValues: [one(FILE, 'Unknown9999')] })
    expect([status, json.message]).toEqual([200, 'Import was successful.'])
  })
})

describe.each(VERSIONS)('an export of data values from %s', (version) => {
  const RANGE = 'startDate=2026-01-01&endDate=2026-12-31'
  const fill = async () => {
    const { client } = await start(version)
    for (const [pe, value] of [
      ['202604', 'a'],
      ['202605', 'b'],
    ] as const)
      await client.post(world.value(TEXT, { pe, value }))
    return client
  }

  it('has every value that was asked for', async () => {
    const client = await fill()
    const get = async (query: string) =>
      (await client.get(`${SETS}?${query}`)).json.dataValues.map((one: any) => one.value)
    expect(await get(`dataSet=${SET}&orgUnit=${CLINIC}&${RANGE}`)).toEqual(['a', 'b'])
    expect(await get(`dataSet=${SET}&orgUnit=${CLINIC}&period=202604`)).toEqual(['a'])
    expect(await get(`dataSet=${SET}&orgUnit=${CLINIC}&period=202604,202605`)).toEqual(['a', 'b'])
    expect(await get(`dataSet=${SET}&orgUnit=${CLINIC}&startDate=2026-05-01&endDate=2026-05-31`)).toEqual(['b'])
    expect(await get(`dataSet=${SET}&orgUnit=${ROOT}&${RANGE}`)).toEqual([])
    expect(await get(`dataSet=${SET}&orgUnit=${ROOT}&children=true&${RANGE}`)).toEqual(['a', 'b'])
    expect(await get(`dataSet=${SET}&orgUnit=${CLINIC}&${RANGE}&limit=1`)).toEqual(['a'])
    await client.delete(world.value(TEXT))
    expect(await get(`dataSet=${SET}&orgUnit=${CLINIC}&${RANGE}`)).toEqual(['a'])
    expect(await get(`dataSet=${SET}&orgUnit=${CLINIC}&${RANGE}&includeDeleted=true`)).toHaveLength(2)
  })

  it('has the shape of its version', async () => {
    const client = await fill()
    const { json, headers } = await client.get(`${SETS}?dataSet=${SET}&orgUnit=${CLINIC}&${RANGE}`)
    const disposition = headers.get('content-disposition')
    if (version < '2.43') {
      expect([Object.keys(json), disposition]).toEqual([['dataValues'], null])
      expect(json.dataValues[0]).toMatchObject({ orgUnit: CLINIC, period: '202604', comment: null, followup: false })
      const single = (await client.get(`${SETS}?dataSet=${SET}&orgUnit=${CLINIC}&period=202604`)).json
      expect(single).toMatchObject({ dataSet: SET, orgUnit: CLINIC, period: '202604' })
      return
    }
    expect(disposition).toBe('attachment; filename="dataValues_2026-01-01_2026-12-31.json"')
    expect(json).toMatchObject({ dataSet: SET, orgUnit: CLINIC })
    for (const member of ['orgUnit', 'comment', 'followup']) expect(json.dataValues[0]).not.toHaveProperty(member)
    const single = (await client.get(`${SETS}?dataSet=${SET}&orgUnit=${CLINIC}&period=202604`)).json
    expect(single.period).toBe('202604')
    expect(single.dataValues[0]).not.toHaveProperty('period')
  })

  it.each([
    ['', 'E2001'],
    [`dataSet=${SET}`, 'E2002'],
    [`dataSet=${SET}&period=202605&${RANGE}`, 'E2003'],
    [`dataSet=${SET}&startDate=2026-02-01&endDate=2026-01-01`, 'E2004'],
    [`dataSet=${SET}&lastUpdatedDuration=x`, 'E2005'],
    [`dataSet=${SET}&period=202605`, 'E2006'],
    [`dataSet=${SET}&period=202605&children=true`, 'E2008'],
  ])('refuses "%s" with %s', async (query, code) => {
    const client = await fill()
    expect(codeOf(await client.get(`${SETS}?${query}`))).toEqual([409, code])
  })

  it('is not for those who may not look there', async () => {
    const client = await fill()
    const query = `${SETS}?dataSet=${SET}&period=202605`
    expect(codeOf(await client.get(`${query}&orgUnit=${OTHER}`, world.guest))).toEqual([409, 'E2012'])
    const closed = { sharing: { owner: 'M5zQapPyTZI', public: '--------', users: {}, userGroups: {} } }
    Object.assign(world.state.collection('dataSets').get(SET) ?? {}, closed)
    expect(codeOf(await client.get(`${query}&orgUnit=${CLINIC}`, world.guest))).toEqual([409, 'E2010'])
  })
})
