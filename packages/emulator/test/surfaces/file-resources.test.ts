import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Dhis2Version, type Emulator, createEmulator } from '../../src/index.js'
import { clientOf } from '../client.js'

let emulator: Emulator
let client: ReturnType<typeof clientOf>
const start = (version: Dhis2Version = '2.43', settings = {}) => {
  emulator = createEmulator({ version, settings: { storageDelay: 0, ...settings } })
  client = clientOf(emulator)
}
beforeEach(() => start())
afterEach(() => emulator.close())

describe('an upload', () => {
  it('is PENDING in its answer and STORED after the delay, by the emulator’s clock', async () => {
    await emulator.close()
    let now = Date.parse('2026-05-01T10:00:00Z')
    emulator = createEmulator({ clock: () => new Date(now), settings: { storageDelay: 1000 } })
    client = clientOf(emulator)
    const { fileResource } = (await client.upload('a.txt', 'a')).json.response
    expect(fileResource).toMatchObject({ storageStatus: 'PENDING', created: '2026-05-01T10:00:00.000' })
    await emulator.settle()
    const status = async () => (await client.get(`/api/fileResources/${fileResource.id}`)).json.storageStatus
    expect(await status()).toBe('PENDING')
    now += 1000
    expect(await status()).toBe('STORED')
    expect((await client.get(`/api/fileResources/${fileResource.id}?fields=storageStatus`)).json).toEqual({
      storageStatus: 'NONE',
    })
  })

  it.each([
    ['empty.txt', '', 'Could not read file or file is empty.'],
    ['page.HTM', 'x', 'File type not allowed'],
    [`${'n'.repeat(231)}.t`, 'x', 'ERROR: value too long for type character varying(230)'],
  ])('of %s is refused', async (name, content, message) => {
    const { status, json } = await client.upload(name, content)
    expect([status, json.message]).toEqual([409, message])
    expect(emulator.state.fileResources.size).toBe(0)
  })

  it('of one uid at the same time succeeds once', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => client.upload('a.txt', 'a', 'uid=SameUid0001')))
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409])
    expect(answers.find(({ status }) => status === 409)?.json.errorCode).toBe('E1119')
  })

  it.each([
    ['2.43', 4],
    ['2.44', 4],
  ] as const)('over the cap is refused (%s)', async (version, size) => {
    await emulator.close()
    start(version, { maxFileUploadSize: size })
    expect((await client.upload('a.txt', '1234')).status).toBe(202)
    expect((await client.upload('a.txt', '12345')).json.message).toBe(
      "File size can't be bigger than 4, current file size 5",
    )
  })

  it('may name its uid any way before 2.43', async () => {
    expect((await client.upload('a.txt', 'a', 'uid=1x')).status).toBe(400)
    await emulator.close()
    start('2.42')
    expect((await client.upload('a.txt', 'a', 'uid=1x')).json.response.fileResource.id).toBe('1x')
    expect((await client.upload('a.txt', 'a', 'uid=longerthaneleven')).json.message).toContain('character varying(11)')
  })

  it('leaves no temporary file behind, whatever becomes of it', async () => {
    const { readdir } = await import('node:fs/promises')
    await client.upload('a.sh', 'x'.repeat(500_000))
    await client.upload('a.txt', 'x'.repeat(500_000), 'domain=NONSENSE')
    expect(await readdir(await emulator.state.blobs.spoolFolder())).toEqual([])
  })
})

describe('a download', () => {
  it.each([
    ['plain.txt', 'filename=plain.txt'],
    ['caf\u00e9; 1.txt', 'filename=caf\u00e9; 1.txt'],
    ['\u0442.txt', null],
  ])('of %s has the disposition %j', async (name, disposition) => {
    const { id } = (await client.upload(name, 'a')).json.response.fileResource
    await emulator.settle()
    const { headers } = await client.get(`/api/fileResources/${id}/data`)
    expect(headers.get('content-disposition')).toBe(disposition)
    expect(headers.get('content-type')).toBe('text/plain;charset=UTF-8')
  })

  it('that nobody can read as JSON fails as HTML where Accept is narrow', async () => {
    const narrow = await client.get('/api/fileResources/Unknown0001/data', { accept: 'image/png' })
    expect([narrow.status, narrow.headers.get('content-type')]).toEqual([500, 'text/html;charset=utf-8'])
    const list = await client.get('/api/fileResources', { accept: 'image/png' })
    expect(list.status).toBe(406)
  })
})

describe('images', () => {
  const square = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==',
    'base64',
  )

  it('are re-encoded to the size of their domain', async () => {
    const { fileResource } = (await client.upload('i.png', square, 'domain=ICON', 'image/png')).json.response
    await emulator.settle()
    const { bytes } = await client.get(`/api/fileResources/${fileResource.id}/data`)
    expect([bytes.length, new DataView(bytes.buffer).getUint32(16)]).toEqual([fileResource.contentLength, 48])
  })

  it('without sharp are refused with a sentence that says what to install', async () => {
    vi.resetModules()
    vi.doMock('sharp', () => {
      throw new Error('not installed')
    })
    const { createEmulator: create } = await import('../../src/index.js')
    const bare = create()
    const { status, json } = await clientOf(bare).upload('i.png', square, 'domain=ICON', 'image/png')
    expect(status).toBe(501)
    expect(json.message).toContain('npm install --save-dev sharp')
    expect((await clientOf(bare).upload('a.txt', 'a')).status).toBe(202)
    await bare.close()
    vi.doUnmock('sharp')
  })
})

describe('a list', () => {
  it('of 2.44 is answered by the gist engine when it is simple, and can be kept from it', async () => {
    await emulator.close()
    start('2.44')
    const gist = async (query: string) => (await client.get(`/api/documents${query}`)).json.gist
    expect(await gist('')).toBe(true)
    expect(await gist('?fields=id,name&filter=name:eq:a&order=name:asc')).toBe(true)
    expect(await gist('?gist=false')).toBeUndefined()
    expect(await gist('?fields=*')).toBeUndefined()
    expect(await gist('?order=name:iasc')).toBeUndefined()
    expect(await gist('?fields=access')).toBeUndefined()
    expect((await client.get('/api/documents?paging=false')).json).toEqual({ documents: [] })
  })

  it('cannot be filtered by length before 2.44', async () => {
    expect((await client.get('/api/fileResources?filter=contentLength:gt:5')).json.message).toBe(
      'Unable to parse `5` to `Long`.',
    )
  })
})

it('answers OPTIONS with the methods of a path, and a wrong method with 405', async () => {
  const options = await client.send('OPTIONS', '/api/fileResources/Unknown0001')
  expect([options.status, options.headers.get('allow')]).toEqual([200, 'GET,HEAD,OPTIONS'])
  expect((await client.delete('/api/fileResources/Unknown0001')).json.message).toBe(
    "Request method 'DELETE' is not supported",
  )
})
