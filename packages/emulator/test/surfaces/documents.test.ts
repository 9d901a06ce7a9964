import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Dhis2Version, type Emulator, createEmulator } from '../../src/index.js'
import { clientOf } from '../client.js'

const LINK = { url: 'https://reports.example/a.pdf', external: true }
let emulator: Emulator
let client: ReturnType<typeof clientOf>

const start = (version: Dhis2Version = '2.43') => {
  emulator = createEmulator({
    version,
    settings: { storageDelay: 0 },
    users: [
      { username: 'reader', password: 'pw', id: 'UsReader001' },
      {
        username: 'keeper',
        password: 'pw',
        id: 'UsKeeper001',
        authorities: ['F_DOCUMENT_PRIVATE_ADD', 'F_DOCUMENT_DELETE'],
      },
    ],
  })
  client = clientOf(emulator)
}
const as = (user: string) => ({ authorization: `Basic ${Buffer.from(`${user}:pw`).toString('base64')}` })
const upload = async (name = 'a.txt', content = 'content') => {
  const { json } = await client.upload(name, content)
  await emulator.settle()
  return json.response.fileResource.id as string
}

beforeEach(() => start())
afterEach(() => emulator.close())

describe('an uploaded document', () => {
  it('takes its file: the domain flips, the storage key stays, the file is assigned', async () => {
    const file = (await client.upload('a.txt', 'a', '')).json.response.fileResource.id
    await client.post('/api/documents', { name: 'A', url: file })
    expect(emulator.state.fileResources.get(file)).toMatchObject({
      domain: 'DOCUMENT',
      assigned: true,
      storageKey: expect.stringMatching(/^dataValue\/[0-9a-f-]{36}$/),
    })
  })

  it('cannot be updated with its own file, but with a fresh one, and the old one stays assigned', async () => {
    const [file, fresh] = [await upload(), await upload('b.txt')]
    const { uid } = (await client.post('/api/documents', { name: 'A', url: file })).json.response
    const same = await client.put(`/api/documents/${uid}`, { name: 'B', url: file })
    expect([same.status, same.json.response.errorReports[0].errorCode]).toEqual([409, 'E4016'])
    expect((await client.put(`/api/documents/${uid}`, { name: 'B', url: fresh })).status).toBe(200)
    expect(emulator.state.fileResources.get(file)?.assigned).toBe(true)
  })

  it('gives its file back when it is deleted by its route, not when it is deleted by an import', async () => {
    const [one, two] = [await upload(), await upload()]
    const ids = await Promise.all(
      [one, two].map(async (url) => (await client.post('/api/documents', { name: 'A', url })).json.response.uid),
    )
    await client.delete(`/api/documents/${ids[0]}`)
    await client.post('/api/metadata?importStrategy=DELETE', { documents: [{ id: ids[1] }] })
    expect([one, two].map((id) => emulator.state.fileResources.get(id)?.assigned)).toEqual([false, true])
    expect((await client.post('/api/documents', { id: ids[0], name: 'Again', url: one })).status).toBe(201)
  })

  it('may be renamed without validation by a super user only', async () => {
    const file = await upload()
    const { uid } = (await client.post('/api/documents', { name: 'A', url: file }, as('keeper'))).json.response
    const body = { name: 'B', url: file }
    expect((await client.put(`/api/documents/${uid}?skipValidation=true`, body, as('keeper'))).status).toBe(409)
    expect((await client.put(`/api/documents/${uid}?skipValidation=true`, body)).json).toEqual({
      httpStatus: 'OK',
      httpStatusCode: 200,
      status: 'OK',
    })
  })
})

describe('sharing', () => {
  const make = async (body: object = {}, headers = {}) =>
    (await client.post('/api/documents', { name: 'A', ...LINK, ...body }, headers)).json.response.uid as string
  const sharingOf = async (uid: string) => (await client.get(`/api/documents/${uid}?fields=sharing`)).json.sharing
  const PRIVATE = { owner: 'M5zQapPyTZI', public: '--------', users: {}, userGroups: {} }

  it('that comes with a new document is thrown away', async () => {
    expect(await sharingOf(await make({ sharing: PRIVATE }))).toMatchObject({ public: 'rw------' })
    expect(await sharingOf(await make({}, as('keeper')))).toMatchObject({ owner: 'UsKeeper001', public: '--------' })
  })

  it('is reset by every update', async () => {
    const uid = await make()
    await client.put(`/api/documents/${uid}/sharing`, PRIVATE)
    expect((await client.get(`/api/documents/${uid}`, as('reader'))).status).toBe(404)
    await client.put(`/api/documents/${uid}`, { name: 'B', ...LINK })
    expect((await client.get(`/api/documents/${uid}`, as('reader'))).status).toBe(200)
  })

  it('without an owner opens the document to everybody', async () => {
    const uid = await make()
    await client.put(`/api/documents/${uid}/sharing`, { public: '--------', users: {}, userGroups: {} })
    expect((await client.get(`/api/documents/${uid}`, as('reader'))).status).toBe(200)
    expect((await client.get(`/api/documents/${uid}?fields=access`, as('keeper'))).json.access.delete).toBe(true)
  })

  it('with a user group lets its members in', async () => {
    const uid = await make()
    await client.post('/api/metadata', {
      userGroups: [{ id: 'UgReaders01', name: 'Readers', users: [{ id: 'UsReader001' }] }],
    })
    await client.put(`/api/documents/${uid}/sharing`, {
      ...PRIVATE,
      userGroups: { UgReaders01: { id: 'UgReaders01', access: 'r-------' } },
    })
    expect((await client.get(`/api/documents/${uid}`, as('reader'))).status).toBe(200)
    expect((await client.get(`/api/documents/${uid}`, as('keeper'))).status).toBe(404)
  })

  it('hides a document from lists and from its bytes', async () => {
    const uid = await make()
    await client.put(`/api/documents/${uid}/sharing`, PRIVATE)
    expect((await client.get('/api/documents', as('reader'))).json.documents).toEqual([])
    expect((await client.get(`/api/documents/${uid}/data`, as('reader'))).json.message).toBe(
      `Document not found or not accessible: '${uid}'`,
    )
  })
})

describe('a bulk import', () => {
  it('counts the good and reports the bad, by atomic mode', async () => {
    const file = await upload()
    const documents = [
      { id: 'DocBulkAa01', name: 'A', url: file },
      { id: 'DocBulkAa02', name: 'B', url: 'NoSuchFile1' },
    ]
    const all = await client.post('/api/metadata?importStrategy=CREATE', { documents })
    expect([all.status, all.json.response.status, all.json.response.stats]).toEqual([
      409,
      'ERROR',
      { created: 0, updated: 0, deleted: 0, ignored: 2, total: 2 },
    ])
    const none = await client.post('/api/metadata?importStrategy=CREATE&atomicMode=NONE', { documents })
    expect([none.status, none.json.response.status, none.json.response.stats.created]).toEqual([409, 'WARNING', 1])
    expect(emulator.state.documents.has('DocBulkAa01')).toBe(true)
  })
})

describe('the bytes of a document whose blob is missing', () => {
  const missing = async (version: Dhis2Version, size: number) => {
    await emulator.close()
    start(version)
    const file = await upload('a.txt', 'x'.repeat(size))
    const { uid } = (await client.post('/api/documents', { name: 'A', url: file })).json.response
    await emulator.state.blobs.remove(emulator.state.fileResources.get(file)?.storageKey ?? '')
    return client.get(`/api/documents/${uid}/data`)
  }

  it.each(['2.41', '2.44'] as const)('are a whole message on %s', async (version) => {
    expect((await missing(version, 7)).json.message).toMatch(/^key 'document\/[0-9a-f-]{36}' not found\.$/)
  })

  it.each(['2.42', '2.43'] as const)('are a message cut to the length of the file on %s', async (version) => {
    expect(new TextDecoder().decode((await missing(version, 7)).bytes)).toBe('{"httpS')
    await expect(missing(version, 5000)).rejects.toThrow('terminated')
  })
})
