import { afterEach, describe, expect, it } from 'vitest'
import type { Dhis2Version } from '../../src/index.js'
import { PNG } from '../images.js'
import { CLASSIC, MODERN, UIDS, VERSIONS, type World, codeOf, startWorld } from './values-world.js'

let world: World
const start = async (version: Dhis2Version, options?: Parameters<typeof startWorld>[1]) => {
  world = await startWorld(version, options)
  return world
}
afterEach(() => world.emulator.close())
const { file: FILE, image: IMAGE, text: TEXT, number: NUMBER, clinic: CLINIC } = UIDS

describe.each(VERSIONS)('a file value of %s', (version) => {
  it('is uploaded in one request, read, replaced and deleted', async () => {
    const { client, value, uploadValue, emulator } = await start(version)
    const first = await uploadValue.call(world, FILE, { name: 'one.csv', content: 'one' })
    expect([first.status, first.json.response.responseType, first.json.message]).toEqual([
      202,
      'FileResource',
      undefined,
    ])
    const uid = first.json.response.fileResource.id
    expect((await client.get(value(FILE))).json).toEqual([uid])
    await emulator.settle()
    const got = await client.get(value(FILE, {}, '/api/dataValues/files'))
    expect([got.status, Buffer.from(got.bytes).toString()]).toEqual([200, 'one'])
    expect(got.headers.get('content-disposition')).toBe('filename=one.csv')
    expect(got.headers.get('cache-control')).toBe('no-cache, no-store, max-age=0, must-revalidate')
    await world.uploadValue(FILE, { content: 'two' })
    expect((await client.get(value(FILE))).json).not.toEqual([uid])
    const audit = await client.get(`/api/audits/files/${uid}`)
    expect(Buffer.from(audit.bytes).toString()).toBe('one')
    expect((await client.delete(value(FILE))).status).toBe(204)
    expect((await client.delete(value(FILE))).status).toBe(409)
  })

  it('answers 409 with the file resource until its bytes are there', async () => {
    const { client, value } = await start(version, { settings: { storageDelay: 'never' } })
    const uid = (await world.uploadValue(FILE, {})).json.response.fileResource.id
    for (const path of [value(FILE, {}, '/api/dataValues/files'), `/api/audits/files/${uid}`]) {
      const { status, json } = await client.get(path)
      expect([status, json.response.fileResource.id, json.response.fileResource.storageStatus]).toEqual([
        409,
        uid,
        'PENDING',
      ])
    }
  })

  it('needs F_DATAVALUE_ADD to be written, and nothing to be read', async () => {
    const { client, value, guest, clerk } = await start(version)
    const refused = await world.uploadValue(FILE, {}, {}, guest)
    expect(codeOf(refused)).toEqual([403, 'E1006'])
    expect(refused.json.message).toBe('Access is denied, requires one Authority from [F_DATAVALUE_ADD]')
    expect((await world.uploadValue(FILE, {}, {}, clerk)).status).toBe(202)
    expect((await client.delete(value(FILE), guest)).status).toBe(403)
    expect((await client.get(value(FILE), guest)).status).toBe(200)
  })

  it('wants element, period and org unit: without one of them the container answers', async () => {
    const { client } = await start(version)
    for (const path of [`/api/dataValues/file?de=${FILE}&pe=202605`, `/api/dataValues?pe=202605&ou=${CLINIC}`]) {
      const answer = await client.post(path, new FormData())
      expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'text/html;charset=utf-8'])
    }
  })

  it('may be a text: the uid is stored as it is', async () => {
    const { client, value } = await start(version)
    const { status, json } = await world.uploadValue(TEXT, {})
    expect([status, json.response.fileResource.assigned]).toEqual([202, false])
    expect((await client.get(value(TEXT))).json).toEqual([json.response.fileResource.id])
    expect((await world.uploadValue(NUMBER, {}, { pe: '202604' })).status).toBe(409)
  })

  it('takes parameters from forms and JSON bodies too', async () => {
    const { client, value } = await start(version)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await client.post('/api/dataValues', `de=${TEXT}&pe=202605&ou=${CLINIC}&value=a+b`, form)).status).toBe(201)
    expect((await client.get(value(TEXT))).json).toEqual(['a b'])
    const body = { dataElement: NUMBER, period: '202605', orgUnit: CLINIC, value: 7 }
    expect((await client.post('/api/dataValues', body)).status).toBe(201)
    expect((await client.get(value(NUMBER))).json).toEqual(['7'])
  })
})

describe.each(CLASSIC)('a file value of %s', (version) => {
  it('assigns its file, and keeps the old one assigned', async () => {
    const { state } = await start(version)
    const [one, two] = [await world.uploadValue(FILE, {}), await world.uploadValue(FILE, {})]
    for (const { json } of [one, two]) {
      expect(json.response.fileResource.assigned).toBe(true)
      expect(state.fileResources.get(json.response.fileResource.id)).toMatchObject({ assigned: true })
    }
  })

  it('is kept when the file that should replace it is refused', async () => {
    const { client, value } = await start(version)
    const uid = (await world.uploadValue(FILE, {})).json.response.fileResource.id
    expect(codeOf(await world.uploadValue(FILE, { name: 'run.sh' }))).toEqual([409, 'E6101'])
    expect(codeOf(await world.uploadValue(FILE, { content: '' }))).toEqual([409, 'E1004'])
    expect((await client.get(value(FILE))).json).toEqual([uid])
  })

  it('leaves an orphan behind when the value is refused', async () => {
    const { state } = await start(version)
    const before = state.fileResources.size
    expect(codeOf(await world.uploadValue(FILE, {}, { ou: 'Unknown9999' }))).toEqual([409, 'E1102'])
    expect(state.fileResources.size).toBe(before + 1)
  })

  it('loses the mark of its image while the sizes are being made, but not once they are there', async () => {
    const { state, client, value, emulator } = await start(version, {
      settings: { storageDelay: 20 },
      clock: () => new Date(),
    })
    Object.assign(state.collection('dataSets').get(UIDS.dataSet) ?? {}, { openFuturePeriods: 24 })
    const { json } = await world.uploadValue(IMAGE, { name: 'a.png', content: await PNG(), type: 'image/png' })
    const { id, assigned, hasMultipleStorageFiles } = json.response.fileResource
    expect([assigned, hasMultipleStorageFiles]).toEqual([true, false])
    expect(state.fileResources.get(id)?.assigned).toBe(false)
    const [stored] = [(await client.upload('b.png', await PNG(), '', 'image/png')).json.response.fileResource.id]
    await emulator.settle()
    await new Promise((resolve) => setTimeout(resolve, 40))
    await client.post(value(IMAGE, { value: stored }))
    expect(state.fileResources.get(stored)?.assigned).toBe(true)
  })

  it('wants a file of its domain that nobody else has', async () => {
    const { client, value, file } = await start(version)
    const unknown = await client.post(value(FILE, { value: 'Unknown9999' }))
    expect([...codeOf(unknown), unknown.json.message]).toEqual([
      404,
      undefined,
      'FileResource with id Unknown9999 could not be found.',
    ])
    expect(unknown.headers.get('cache-control')).toBeNull()
    const document = await file('d.txt', 'd', 'text/plain', 'DOCUMENT')
    expect((await client.post(value(FILE, { value: document }))).status).toBe(404)
    const uid = await file()
    expect((await client.post(value(FILE, { value: uid }))).status).toBe(201)
    expect((await client.post(value(FILE, { value: uid }))).status).toBe(201)
    expect(codeOf(await client.post(value(FILE, { value: uid, pe: '202604' })))).toEqual([409, 'E2026'])
    expect(codeOf(await client.post(value(FILE, { value: 'no uid' })))).toEqual([409, 'E2030'])
  })

  it('must fit the valueTypeOptions; a file that does not is deleted', async () => {
    const { client, value, file, state } = await start(version)
    const element = state.collection('dataElements').get(FILE)
    Object.assign(element ?? {}, { valueTypeOptions: { maxFileSize: 3, allowedContentTypes: ['text/csv'] } })
    const big = await file('a.csv', 'long')
    const refused = await client.post(value(FILE, { value: big }))
    expect([...codeOf(refused), refused.json.message]).toEqual([
      409,
      'E2027',
      'File resource is invalid: `not_valid_file_size_too_big`',
    ])
    expect(state.fileResources.has(big)).toBe(false)
    const odd = await client.post(value(FILE, { value: await file('a.txt', 'x', 'text/plain') }))
    expect(odd.json.message).toBe('File resource is invalid: `not_valid_file_content_type`')
    expect((await client.post(value(FILE, { value: await file('a.csv', 'abc') }))).status).toBe(201)
  })

  it('takes its file with it, unless files are retained', async () => {
    const { client, value, state } = await start(version)
    const one = (await world.uploadValue(FILE, {})).json.response.fileResource.id
    await client.delete(value(FILE))
    expect(state.fileResources.has(one)).toBe(false)
    const two = (await world.uploadValue(FILE, {})).json.response.fileResource.id
    expect((await world.uploadValue(FILE, undefined)).json).toEqual({
      httpStatus: 'Accepted',
      httpStatusCode: 202,
      status: 'OK',
    })
    expect(state.fileResources.has(two)).toBe(false)
    await client.post('/api/systemSettings/keyFileResourceRetentionStrategy?value=FOREVER')
    const three = (await world.uploadValue(FILE, {})).json.response.fileResource.id
    await client.delete(value(FILE))
    expect(state.fileResources.has(three)).toBe(true)
  })

  it('is not of an element that is no file, and says so before anything else', async () => {
    const { client, value } = await start(version)
    const files = (de: string, more = {}) => client.get(value(de, more, '/api/dataValues/files'))
    const wrong = await files(TEXT, { pe: 'nonsense' })
    expect([...codeOf(wrong), wrong.json.message]).toEqual([409, undefined, 'DataElement must be of type file'])
    expect(wrong.headers.get('content-security-policy')).toBe("script-src 'none';, frame-ancestors 'self';")
    expect(codeOf(await files('Unknown9999'))).toEqual([409, 'E1100'])
    expect(codeOf(await files(FILE, { pe: 'nonsense' }))).toEqual([409, 'E1101'])
    expect(codeOf(await files(FILE))).toEqual([409, undefined])
    const { json } = await client.get('/api/dataValues/files')
    expect(json.message).toBe('Data element not found or not accessible: `null`')
  })

  it('that is not there is a 409', async () => {
    const { client, value } = await start(version)
    const { status, json, headers } = await client.get(value(FILE))
    expect([status, json.message, json.errorCode, headers.get('cache-control')]).toEqual([
      409,
      'Data value does not exist',
      undefined,
      null,
    ])
  })
})

describe.each(MODERN)('a file value of %s', (version) => {
  it('never assigns its file', async () => {
    const { client, value, file, state } = await start(version)
    const { json } = await world.uploadValue(FILE, {})
    expect(json.response.fileResource).toMatchObject({ assigned: false, storageStatus: 'PENDING' })
    const uid = await file()
    await client.post(value(FILE, { value: uid }))
    for (const { assigned } of state.fileResources) expect(assigned).toBe(false)
  })

  it.each([
    ['blocked', { name: 'run.sh' }, 'E6101'],
    ['empty', { content: '' }, 'E1004'],
  ])('is lost when the file that should replace it is %s; its bytes are not', async (_, upload, code) => {
    const { client, value } = await start(version)
    const uid = (await world.uploadValue(FILE, { content: 'kept' })).json.response.fileResource.id
    expect(codeOf(await world.uploadValue(FILE, upload))).toEqual([409, code])
    expect(codeOf(await client.get(value(FILE)))).toEqual([404, 'E1005'])
    expect(codeOf(await client.get(value(FILE, {}, '/api/dataValues/files')))).toEqual([409, 'E1004'])
    expect(Buffer.from((await client.get(`/api/audits/files/${uid}`)).bytes).toString()).toBe('kept')
  })

  it('leaves no orphan behind when the value is refused', async () => {
    const { state } = await start(version)
    expect(codeOf(await world.uploadValue(FILE, {}, { ou: 'Unknown9999' }))).toEqual([409, 'E8022'])
    expect(state.fileResources.size).toBe(0)
  })

  it('may refer to a file that is not there, or that another value has', async () => {
    const { client, value, file } = await start(version)
    const uid = await file()
    for (const [pe, sent] of [
      ['202604', uid],
      ['202605', uid],
      ['202603', 'Unknown9999'],
    ] as const)
      expect((await client.post(value(FILE, { pe, value: sent }))).status).toBe(201)
    expect(codeOf(await client.get(value(FILE, { pe: '202603' }, '/api/dataValues/files')))).toEqual([404, 'E1005'])
    const { status, json } = await client.post(value(FILE, { value: 'no uid' }))
    expect([status, json.message]).toEqual([
      409,
      'Failed to upsert data value: Value #0 value `no uid` is no valid FILE_RESOURCE: value_not_valid_file_resource_uid',
    ])
  })

  it('keeps its file when it goes, and an upload without a file deletes it', async () => {
    const { client, value, state } = await start(version)
    const uid = (await world.uploadValue(FILE, {})).json.response.fileResource.id
    expect((await world.uploadValue(FILE, undefined)).status).toBe(202)
    expect((await world.uploadValue(FILE, undefined)).status).toBe(202)
    expect((await client.get(value(FILE))).status).toBe(404)
    expect(state.fileResources.has(uid)).toBe(true)
    await client.post(value(FILE, { value: uid }))
    await client.post(value(FILE, { value: '' }))
    expect((await client.get(value(FILE))).status).toBe(404)
    const gone = await client.delete(value(FILE))
    expect(gone.json.message).toBe('Data value cannot be deleted because it does not exist')
  })

  it('does not ask whether the element is a file', async () => {
    const { client, value } = await start(version)
    await client.post(value(TEXT, { value: 'some words' }))
    const { json } = await client.get(value(TEXT, {}, '/api/dataValues/files'))
    expect([json.errorCode, json.message]).toEqual(['E1004', 'DataElement must be of type file'])
    const unreadable = await client.get(value(TEXT, { pe: 'nonsense' }, '/api/dataValues/files'))
    expect([...codeOf(unreadable), unreadable.json.message]).toEqual([
      400,
      undefined,
      'Invalid Period `nonsense`, expected a digit at position 0 but found: `n`',
    ])
    expect(codeOf(await client.get('/api/dataValues/files'))).toEqual([400, 'E8100'])
  })
})

it.each(VERSIONS)('%s: the owners of a file are values of file elements, not of images', async (version) => {
  const { client, value, state, file } = await start(version)
  const uid = await file()
  await client.post(value(FILE, { value: uid }))
  const picture = (await client.upload('b.png', await PNG(), '', 'image/png')).json.response.fileResource.id
  await client.post(value(IMAGE, { value: picture }))
  const owners = (id: string) =>
    client.get(`/api/fileResources/owners?storageKey=${state.fileResources.get(id)?.storageKey}`)
  const co = state.collection('categoryOptionCombos').find((row) => row['name'] === 'default')?.id
  expect((await owners(uid)).json).toEqual([{ domain: 'DATA_VALUE', de: FILE, ou: CLINIC, pe: '202605', co }])
  expect((await owners(picture)).json).toEqual([])
})
