import { afterEach, describe, expect, it } from 'vitest'
import { type Dhis2Version, type Emulator, createEmulator } from '../../src/index.js'
import { clientOf } from '../client.js'
import { PNG } from '../images.js'

const VERSIONS: readonly Dhis2Version[] = ['2.41', '2.42', '2.43', '2.44']
let emulator: Emulator
let client: ReturnType<typeof clientOf>
const start = (version: Dhis2Version, storageDelay: number | 'never' = 0) => {
  emulator = createEmulator({ version, settings: { storageDelay } })
  client = clientOf(emulator)
}
const upload = async () => {
  const { json } = await client.upload('drawing.png', await PNG(), 'domain=ICON', 'image/png')
  await emulator.settle()
  return json.response.fileResource.id as string
}
const create = async (key: string, members: object = {}) =>
  client.post('/api/icons', { key, fileResourceId: await upload(), ...members })
const keysOf = (json: any) => json.icons.map(({ key }: { key: string }) => key)

afterEach(() => emulator.close())

describe.each(VERSIONS)('an icon of %s', (version) => {
  it('is made of a stored file, shown, served, changed and deleted', async () => {
    start(version)
    const file = await upload()
    const sent = { key: 'my_icon', description: 'Mine', keywords: ['a', 'b'], fileResourceId: file }
    const made = await client.post('/api/icons', sent)
    expect([made.status, made.json.message, made.headers.get('location')]).toEqual([
      201,
      'Icon created with key my_icon',
      null,
    ])
    expect(emulator.state.fileResources.get(file)?.assigned).toBe(true)
    const { json } = await client.get('/api/icons/my_icon')
    expect(json).toMatchObject({ key: 'my_icon', description: 'Mine', keywords: ['a', 'b'], custom: true })
    expect(json.createdBy).toMatchObject({ username: 'admin', userRoles: [{ name: 'Superuser' }] })
    expect('userCredentials' in json.createdBy).toBe(version === '2.41')
    expect(json.fileResource).toMatchObject({ id: file, name: 'drawing.png' })
    expect(json.fileResource).not.toHaveProperty('contentType')
    expect(json.href).toBe('http://dhis2.test/api/icons/my_icon/icon')
    const data = await client.get('/api/icons/my_icon/icon')
    expect([data.status, data.headers.get('cache-control'), data.headers.get('content-disposition')]).toEqual([
      200,
      'max-age=31536000',
      'filename=drawing.png',
    ])
    const svg = await client.get('/api/icons/my_icon/icon.svg')
    expect([svg.status, svg.headers.get('location')]).toEqual([302, json.href])
    const updated = await client.put('/api/icons/my_icon', { description: 'Ours', keywords: ['c'] })
    expect([updated.status, updated.json.message]).toEqual([200, 'Icon with key my_icon updated'])
    expect((await client.get('/api/icons/my_icon')).json).toMatchObject({ description: 'Ours', keywords: ['c'] })
    expect((await client.delete('/api/icons/my_icon')).json.message).toBe('Icon with key my_icon deleted')
    expect(emulator.state.fileResources.get(file)?.assigned).toBe(false)
    for (const path of ['/api/icons/my_icon', '/api/icons/my_icon/icon']) {
      const gone = await client.get(path)
      expect([gone.status, gone.json.errorCode, gone.json.message]).toEqual([
        404,
        'E1005',
        'Icon with id my_icon could not be found.',
      ])
    }
  })

  it('wants a key that is free and well formed, and a file that is there', async () => {
    start(version)
    await create('taken')
    const answer = async (members: object) => {
      const { status, json } = await client.post('/api/icons', members)
      return [status, json.errorCode, json.message]
    }
    expect(await answer({})).toEqual([400, 'E1003', 'Icon key not specified.'])
    expect(await answer({ key: 'a b' })).toEqual([
      400,
      'E1003',
      "Icon key a b is not valid. Alphanumeric and special characters '-' and '_' are allowed",
    ])
    expect(await answer({ key: 'taken' })).toEqual([400, 'E1003', 'Icon with key taken already exists.'])
    expect(await answer({ key: 'new', fileResourceId: 'Unknown9999' })).toEqual([
      404,
      'E1005',
      'FileResource with id Unknown9999 could not be found.',
    ])
    expect((await create('with+plus-and_dash')).status).toBe(201)
    expect((await client.put('/api/icons/nothing', { keywords: [] })).status).toBe(404)
    expect((await client.delete('/api/icons/nothing')).status).toBe(404)
  })

  it('cannot be made while its file is pending', async () => {
    start(version, 'never')
    expect((await create('early')).status).toBe(404)
  })

  it('is listed by type, key, keyword, search, order and page', async () => {
    start(version)
    await create('b_one', { keywords: ['red', 'round'] })
    await create('a_two', { keywords: ['red'], description: 'A wheel' })
    const list = async (query: string) => (await client.get(`/api/icons?${query}`)).json
    expect(keysOf(await list('type=CUSTOM'))).toEqual(['a_two', 'b_one'])
    expect(keysOf(await list('type=custom&order=key:desc'))).toEqual(['b_one', 'a_two'])
    expect(keysOf(await list('type=CUSTOM&order=created:asc'))).toEqual(['b_one', 'a_two'])
    expect(keysOf(await list('keys=b_one'))).toEqual(['b_one'])
    expect(keysOf(await list('keywords=red,round'))).toEqual(['b_one'])
    expect(keysOf(await list('search=WHEEL'))).toEqual(['a_two'])
    expect(await list('type=CUSTOM&pageSize=1&page=2')).toMatchObject({
      pager: { page: 2, total: 2, pageSize: 1, pageCount: 2 },
      icons: [{ key: 'b_one' }],
    })
    expect(await list('type=CUSTOM&paging=false')).not.toHaveProperty('pager')
    expect(keysOf(await list('type=CUSTOM&createdEndDate=2000-01-01'))).toEqual([])
    const [shown] = (await list('keys=a_two')).icons
    expect(Object.keys(shown).sort()).toEqual(['createdBy', 'description', 'fileResource', 'href', 'key', 'keywords'])
    expect(Object.keys(shown.createdBy)).toEqual(['id'])
    const named = (await list('keys=a_two&fields=key,createdBy[username],fileResource[name]')).icons[0]
    expect(named).toEqual({ key: 'a_two', createdBy: { username: 'admin' }, fileResource: { name: 'drawing.png' } })
    expect((await client.get('/api/icons?order=custom:asc')).status).toBe(400)
    expect((await client.get('/api/icons?type=nothing')).status).toBe(400)
  })

  it('may be one of the server itself: it can be looked at, not changed, and is repaired from 2.42 on', async () => {
    start(version)
    const { json } = await client.get('/api/icons?type=DEFAULT&paging=false&fields=key,custom')
    expect(keysOf(json)).toContain('2g_negative')
    expect(json.icons.every(({ custom }: { custom: boolean }) => !custom)).toBe(true)
    const data = await client.get('/api/icons/2g_negative/icon')
    expect([data.status, data.headers.get('content-type')]).toEqual([200, 'image/svg+xml;charset=UTF-8'])
    expect((await client.put('/api/icons/2g_negative', {})).json.message).toBe('Not allowed to update default icon')
    expect((await client.delete('/api/icons/2g_negative')).json.message).toBe('Not allowed to delete default icon')
    await emulator.state.blobs.remove('icon/2g_negative')
    expect((await client.get('/api/icons/2g_negative')).status).toBe(404)
    const repair = await client.send('PATCH', '/api/icons')
    if (version === '2.41') expect(repair.status).toBe(405)
    else {
      expect(repair.json.message).toBe('1 icons repaired')
      expect((await client.get('/api/icons/2g_negative')).status).toBe(200)
    }
    const files = await client.get('/api/fileResources?filter=domain:eq:ICON&fields=name&pageSize=1&order=name:asc')
    expect(files.json.fileResources).toEqual([{ name: 'icon_2g_negative' }])
  })
})

it('the owners of an icon cannot be asked for', async () => {
  start('2.43')
  const key = emulator.state.fileResources.get(await upload())?.storageKey
  expect((await client.get(`/api/fileResources/owners?storageKey=${key}`)).status).toBe(409)
})
