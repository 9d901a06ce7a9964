import { describe, expect, test } from 'vitest'
import {
  all,
  failure,
  fileStore,
  recorded,
  type Scripted,
  scripted,
  type StoredFile,
  type Trouble,
  VERSIONS,
} from './scripted.js'

type Recorded = (typeof VERSIONS)[number][1]
type Row = Record<string, unknown>

interface Gallery extends Scripted {
  readonly files: Map<string, StoredFile>
  readonly icons: Map<string, Row>
}

function gallery(recording: Recorded): Gallery {
  const { files, routes } = fileStore()
  const icons = new Map<string, Row>()
  const unknown = recorded(recording, 'icon.get.unknown')
  const server = scripted(recording.dhis2, {
    ...routes,
    'GET /api/icons': ({ query }) => {
      const keys = query.get('keys')?.split(',')
      const rows = [...icons.values()].filter(({ key }) => keys?.includes(String(key)) ?? true)
      const [page, pageSize] = [Number(query.get('page')), Number(query.get('pageSize'))]
      const total = rows.length
      const pager = { page, pageSize, total, pageCount: Math.ceil(total / pageSize) }
      return { json: { pager, icons: rows.slice((page - 1) * pageSize, page * pageSize) } }
    },
    'POST /api/icons': ({ json }) => {
      const { fileResourceId, ...icon } = json as { key: string; fileResourceId: string }
      if (icons.has(icon.key)) return recorded(recording, 'icon.create.again')
      icons.set(icon.key, { ...icon, custom: true, fileResource: { id: fileResourceId, name: 'icon.png' } })
      return recorded(recording, 'icon.create')
    },
    'GET /api/icons/*': (_, key = '') => (icons.has(key) ? { json: icons.get(key) } : unknown),
    'PUT /api/icons/*': ({ json }, key = '') => {
      const { fileResourceId: _id, ...icon } = json as Row
      icons.set(key, { description: undefined, keywords: [], ...pick(icons.get(key)), ...icon })
      return recorded(recording, 'icon.update')
    },
    'DELETE /api/icons/*': (_, key = '') => (icons.delete(key) ? recorded(recording, 'icon.delete') : unknown),
    'GET /api/icons/*/icon': (_, key = '') => {
      const { id } = (icons.get(key) ?? {})['fileResource'] as { id: string }
      return { bytes: files.get(id)?.content ?? '' }
    },
  })
  return Object.assign(server, { files, icons })
}

const pick = (icon: Row = {}): Row => ({ key: icon['key'], custom: true, fileResource: icon['fileResource'] })
const PNG = new File([Buffer.from('89504e470d0a1a0a00', 'hex')], 'tent.png', { type: 'image/png' })
const TENT = { key: 'clinic_tent', description: 'A tent', keywords: ['tent', 'camp'] }

describe.each(VERSIONS)('icons of %s', (_, recording) => {
  test('an icon is made of a file that is stored, read, changed and deleted', async () => {
    const { client, lines, files } = gallery(recording)
    const icon = await client.files.icons.create(PNG, TENT)
    expect(icon).toMatchObject({ ...TENT, custom: true })
    const [uid = ''] = files.keys()
    expect(lines()).toEqual([
      `POST /api/fileResources?domain=ICON&uid=${uid}`,
      `GET /api/fileResources/${uid}`,
      'POST /api/icons',
      'GET /api/icons/clinic_tent',
    ])
    const download = await client.files.icons.download('clinic_tent')
    expect(Buffer.from(await download.bytes()).toString('hex')).toBe('89504e470d0a1a0a00')
    expect(await client.files.icons.update('clinic_tent', { description: 'A big tent' })).toMatchObject({
      description: 'A big tent',
      keywords: ['tent', 'camp'],
      fileResource: { id: uid },
    })
    await client.files.icons.remove('clinic_tent')
    expect(await failure(client.files.icons.get('clinic_tent'))).toMatchObject({ code: 'not-found' })
    expect(await failure(client.files.icons.remove('clinic_tent'))).toMatchObject({ code: 'not-found' })
  })

  test('a key that is taken by another image is already-exists, and the file is carried', async () => {
    const { client } = gallery(recording)
    await client.files.icons.create(PNG, TENT)
    const error = await failure(client.files.icons.create(PNG, TENT))
    expect(error).toMatchObject({ code: 'already-exists', errorCode: 'E1003' })
    expect(error['fileResource']).toMatch(/^\w{11}$/)
  })

  test('a key of other characters, and a name that is no PNG, are refused before anything is sent', async () => {
    const { client, received } = gallery(recording)
    expect(await failure(client.files.icons.create(PNG, { key: 'clinic tent' }))).toBeInstanceOf(TypeError)
    const jpeg = client.files.icons.create(PNG, { ...TENT, filename: 'tent.jpg' })
    expect(await failure(jpeg)).toMatchObject({ code: 'rejected-file' })
    expect(received).toEqual([])
  })

  test.each([0, 1, 2, 3])('trouble at step %i: made once, or finished with the file that is carried', async (step) => {
    for (const trouble of ['request-lost', 'answer-lost', { status: 502 }] as Trouble[]) {
      const server = gallery(recording)
      server.trouble = (_request, index) => (index === step ? trouble : undefined)
      const create = (options = {}) => server.client.files.icons.create(PNG, { ...TENT, ...options, retry: false })
      const error = await create().then(
        () => undefined,
        (e: Row) => e,
      )
      if (error !== undefined) await create(step > 0 ? { fileResource: error['fileResource'] } : {})
      expect([...server.icons.keys()]).toEqual(['clinic_tent'])
      expect(server.files.size).toBe(1)
    }
  })

  test('a deletion whose answer is lost is one', async () => {
    const server = gallery(recording)
    await server.client.files.icons.create(PNG, TENT)
    let lost = 0
    server.trouble = ({ method }) => (method === 'DELETE' && lost++ === 0 ? 'answer-lost' : undefined)
    await server.client.files.icons.remove('clinic_tent')
    expect(server.icons.size).toBe(0)
  })

  test('lists from the recorded pages', async () => {
    const { client, lines } = scripted(recording.dhis2, {
      'GET /api/icons': ({ query }) =>
        recorded(recording, query.get('keys') === null ? 'icon.list.custom' : 'icon.list.by-key'),
    })
    const icons = await all(client.files.icons.list({ type: 'CUSTOM' }))
    expect(icons.map(({ key }) => key)).toEqual(['clinic_tent', 'wrong_one'])
    const { items, pager } = await client.files.icons.list({ keys: ['clinic_tent'] })
    expect(items).toMatchObject([{ key: 'clinic_tent', keywords: ['tent', 'camp'] }])
    expect(pager).toMatchObject({ total: 1 })
    const fields = 'fields=key,description,keywords,custom,created,lastUpdated,fileResource,href'
    expect(lines()).toEqual([
      `GET /api/icons?type=CUSTOM&order=key:asc&page=1&pageSize=500&${fields}`,
      `GET /api/icons?page=1&pageSize=50&${fields}&keys=clinic_tent`,
    ])
  })
})

test('iterates over all pages', async () => {
  const { client, icons } = gallery(VERSIONS[0]?.[1] as Recorded)
  for (let i = 0; i < 7; i++) icons.set(`icon_${i}`, { key: `icon_${i}`, keywords: [] })
  expect(await all(client.files.icons.list({ pageSize: 3 }))).toHaveLength(7)
})

test('an icon that came with DHIS2 cannot be changed', async () => {
  const server = gallery(VERSIONS[0]?.[1] as Recorded)
  server.icons.set('2g_positive', { key: '2g_positive', keywords: [], custom: false })
  const refused = { status: 400, json: { status: 'ERROR', message: 'Not allowed to delete default icon' } }
  server.trouble = ({ method }) => (method === 'DELETE' ? refused : undefined)
  expect(await failure(server.client.files.icons.remove('2g_positive'))).toMatchObject({ code: 'forbidden' })
  expect(await failure(server.client.files.icons.download('2g_positive'))).toMatchObject({ code: 'lost-content' })
})

test('an icon whose file has no uid is a protocol error', async () => {
  const icon = { key: 'tent', keywords: [], fileResource: { id: 'no uid' } }
  const { client } = scripted('2.43.1', { 'GET /api/icons/tent': () => ({ json: icon }) })
  expect(await failure(client.files.icons.download('tent'))).toMatchObject({ name: 'Dhis2Error', code: 'protocol' })
})
