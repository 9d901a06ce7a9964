import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createUid } from '@dhis2-files/client'
import type { Dhis2Version } from '@dhis2-files/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { preparedWorld } from '../../../test/world.js'
import { build } from './build.js'
import { type Connected, type ConnectOptions, connectHttp, connectStdio, type Era, textOf } from './connect.js'
import { type Home, makeHome } from './home.js'

/* What an assistant does, through the bin as it is published, on both transports, in both protocols, at every version. */

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'test', 'conformance', 'fixtures')

interface Way {
  readonly transport: 'stdio' | 'http'
  readonly era: Era
  readonly version: Dhis2Version
}

const WAYS: readonly Way[] = [
  { transport: 'stdio', era: 'legacy', version: '2.41' },
  { transport: 'stdio', era: 'modern', version: '2.43' },
  { transport: 'http', era: 'legacy', version: '2.44' },
  { transport: 'http', era: 'modern', version: '2.42' },
]

beforeAll(build, 120_000)

describe.each(WAYS)('over $transport ($era) with DHIS2 $version', ({ transport, era, version }) => {
  const world = preparedWorld(version)
  let home: Home
  let root: string
  let server: Connected
  const start = (options: Omit<ConnectOptions, 'env' | 'era'>): Promise<Connected> =>
    (transport === 'stdio' ? connectStdio : connectHttp)({ ...options, env: home.env, era })

  beforeAll(async () => {
    home = await makeHome({
      main: { base_url: world.url },
      wrong: { base_url: world.url, password: 'not-the-password' },
    })
    root = await home.folder('files')
    server = await start({ args: ['--root', root, '--write', '--allow-delete'] })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await home[Symbol.asyncDispose]()
  })

  test('a file is uploaded, listed, shown, downloaded, replaced, renamed and deleted, and every byte is the same', async () => {
    const bytes = await readFile(join(FIXTURES, 'report.pdf'))
    await writeFile(join(root, 'report.pdf'), bytes)
    const { uid, file_resource } = await server.ok('files_documents_upload', {
      name: 'Malaria report',
      path: 'report.pdf',
    })
    expect(file_resource).toMatchObject({ name: 'report.pdf', contentType: 'application/pdf', storageStatus: 'STORED' })

    const { result, pager } = await server.ok('files_documents_list', { filter: 'name:eq:Malaria report' })
    expect(result.map((row: { id: string }) => row.id)).toEqual([uid])
    expect(pager).toEqual({ page: 1, page_size: 50, total: 1, page_count: 1 })
    expect(await server.ok('files_documents_get', { uid })).toMatchObject({
      id: uid,
      name: 'Malaria report',
      external: false,
    })

    const saved = await server.ok('files_documents_download', { uid, path: 'copies/2026/' })
    expect(saved).toMatchObject({ uid, kind: 'file', name: 'report.pdf', size: bytes.byteLength, md5: md5(bytes) })
    expect(saved.path).toBe(join(root, 'copies', '2026', 'report.pdf'))
    expect(await readFile(saved.path)).toEqual(bytes)

    const replaced = await server.ok('files_documents_replace', { uid, text: 'Revised.', filename: 'report.txt' })
    expect(replaced).toMatchObject({ uid, left_behind: file_resource.id, file_resource: { name: 'report.txt' } })
    expect(await server.ok('files_documents_rename', { uid, name: 'Malaria report, revised' })).toMatchObject({ uid })
    expect(await server.ok('files_documents_get', { uid })).toMatchObject({ name: 'Malaria report, revised' })

    expect(await server.ok('files_documents_delete', { uid })).toEqual({ status: 'deleted', uid })
    expect(await server.refused('files_documents_get', { uid })).toMatch(new RegExp(`${uid}.*\\(not-found\\)$`, 's'))
  })

  test('an image comes as an image, text as text, and what is neither as a resource with its bytes', async () => {
    const photo = await readFile(join(FIXTURES, 'photo.jpg'))
    const pdf = await readFile(join(FIXTURES, 'report.pdf'))
    const upload = async (name: string, bytes: Uint8Array): Promise<string> =>
      (
        await server.ok('files_documents_upload', {
          filename: name,
          content_base64: Buffer.from(bytes).toString('base64'),
        })
      ).uid
    const image = await upload('photo.jpg', photo)
    const text = await upload('note.csv', Buffer.from('name,age\nAïssata,4\n'))
    const other = await upload('report.pdf', pdf)
    const bytesOf = async (uid: string) => (await server.call('files_documents_download', { uid })).content.slice(1)
    expect(await bytesOf(image)).toEqual([{ type: 'image', mimeType: 'image/jpeg', data: photo.toString('base64') }])
    expect(await bytesOf(text)).toEqual([{ type: 'text', text: 'name,age\nAïssata,4\n' }])
    const resource = { uri: `dhis2://documents/${other}`, mimeType: 'application/pdf', blob: pdf.toString('base64') }
    expect(await bytesOf(other)).toEqual([{ type: 'resource', resource }])
  })

  test('names in Arabic and with emoji arrive as they are, in DHIS2 and on the disk', async () => {
    const name = 'تقرير الملاريا 🦟.txt'
    await writeFile(join(root, name), 'مرحبا')
    const { uid } = await server.ok('files_documents_upload', { path: name })
    expect(await server.ok('files_documents_get', { uid })).toMatchObject({ name })
    const saved = await server.ok('files_documents_download', { uid, path: 'arabic/' })
    expect(saved.path).toBe(join(root, 'arabic', name))
    expect(await readFile(saved.path, 'utf8')).toBe('مرحبا')
  })

  test('what is larger than the limit is refused before a byte of it is fetched, and told what to do', async () => {
    const bytes = new Uint8Array(1_000_001).fill(7)
    await writeFile(join(root, 'large.bin2'), bytes)
    const { uid } = await server.ok('files_documents_upload', { path: 'large.bin2' })
    const before = world.emulator.log.length
    const message = await server.refused('files_documents_download', { uid })
    expect(message).toContain('1000001 bytes')
    expect(message).toContain('1000000 bytes fit into a message (--max-inline)')
    expect(message).toContain('Pass path to save it')
    expect(world.emulator.log.slice(before).filter(({ path }) => path.includes('/data'))).toEqual([])
    const inside = { filename: 'large.bin2', content_base64: Buffer.from(bytes).toString('base64') }
    expect(await server.refused('files_documents_upload', inside)).toMatch(/1000001 bytes.*pass path instead/s)
  })

  test('progress is told as it goes, and never goes back', async () => {
    const size = 3_000_000
    await writeFile(join(root, 'slow.dat'), new Uint8Array(size).fill(1))
    // the first attempt breaks off: what was sent is sent again
    world.emulator.inject({
      kind: 'drop',
      direction: 'up',
      afterBytes: 2_000_000,
      route: 'POST /api/fileResources',
      count: 1,
    })
    const up: number[] = []
    const onUp = {
      onprogress: ({ progress, total }: { progress: number; total?: number | undefined }) =>
        void up.push(progress, total ?? 0),
    }
    const { uid } = await server.ok('files_documents_upload', { path: 'slow.dat' }, onUp)
    expect(up.at(-1)).toBe(size)
    expect(up.at(-2)).toBe(size)
    const told = up.filter((_, i) => i % 2 === 0)
    expect(told).toEqual([...told].sort((a, b) => a - b))

    const down: number[] = []
    const onDown = { onprogress: ({ progress }: { progress: number }) => void down.push(progress) }
    await server.ok('files_documents_download', { uid, path: 'slow-copy.dat' }, onDown)
    expect(down.at(-1)).toBe(size)
  })

  test('a call that is cancelled ends the transfer, and leaves nothing half done', async () => {
    const { uid } = await server.ok('files_documents_upload', { filename: 'long.txt', text: 'x'.repeat(500_000) })
    const stall = world.emulator.inject({
      kind: 'stall',
      direction: 'down',
      afterBytes: 100_000,
      route: '/api/documents/*/data',
    })
    const abort = new AbortController()
    const folder = await home.folder('files/cancelled')
    const call = server.call('files_documents_download', { uid, path: 'cancelled/long.txt' }, { signal: abort.signal })
    call.catch(() => undefined)
    await until(async () => stall.fired > 0 && (await readdir(folder)).length > 0)
    abort.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    await until(async () => (await readdir(folder)).length === 0)
    stall.remove()
    expect(await server.ok('files_documents_download', { uid, path: 'cancelled/long.txt' })).toMatchObject({
      size: 500_000,
    })
  })

  test('a link is a document without bytes', async () => {
    const url = 'https://example.org/plan.pdf'
    const made = await server.ok('files_documents_create_external', { name: 'Plan', url })
    expect(made).toMatchObject({ name: 'Plan', url, external: true })
    expect(await server.ok('files_documents_download', { uid: made.id })).toMatchObject({
      kind: 'link',
      url,
      size: null,
    })
    const changed = await server.ok('files_documents_update_external', { uid: made.id, name: 'The plan' })
    expect(changed).toMatchObject({ id: made.id, name: 'The plan', url })
  })

  test('a document is opened to nobody when it is said so, and shared afterwards', async () => {
    const closed = { public: '--------' }
    const { uid } = await server.ok('files_documents_upload', {
      filename: 'private.txt',
      text: 'private',
      sharing: closed,
    })
    expect((await server.ok('files_documents_get', { uid })).sharing).toMatchObject(closed)
    const shared = await server.ok('files_documents_share', { uid, sharing: { public: 'r-------' } })
    expect(shared.sharing).toMatchObject({ public: 'r-------' })
  })

  test('file resources are uploaded, waited for, shown, listed and downloaded', async () => {
    const made = await server.ok('files_resources_upload', { filename: 'note.txt', text: 'hello', domain: 'DOCUMENT' })
    const { id: uid } = made
    expect(await server.ok('files_resources_wait', { uid, timeout_seconds: 10 })).toMatchObject({
      storageStatus: 'STORED',
    })
    expect(await server.ok('files_resources_get', { uid })).toMatchObject({
      id: uid,
      contentLength: 5,
      domain: 'DOCUMENT',
    })
    const { result } = await server.ok('files_resources_list', { filter: `id:eq:${uid}`, fields: 'id,name' })
    expect(result).toEqual([{ id: uid, name: 'note.txt' }])
    const { content } = await server.call('files_resources_download', { uid })
    expect(content[1]).toEqual({ type: 'text', text: 'hello' })
  })

  test('captured files are uploaded, listed and downloaded by the target of their row', async () => {
    const { capture } = world
    const photo = await readFile(join(FIXTURES, 'photo.png'))
    await writeFile(join(root, 'photo.png'), photo)
    const value = {
      kind: 'data_value',
      data_element: capture.dataElements.image,
      org_unit: capture.orgUnit,
      period: '202601',
    }
    const target = { ...value, data_set: capture.dataSet }
    const { file_resource } = await server.ok('files_media_upload', { ...target, path: 'photo.png' })
    const list = { kind: 'data_value', data_set: capture.dataSet, org_unit: capture.orgUnit, period: '202601' }
    const { result, next_offset } = await server.ok('files_media_list', list)
    expect(next_offset).toBeNull()
    expect(result).toHaveLength(1)
    expect(result[0]).toMatchObject({ target: value, value: file_resource.id, fileResource: { name: 'photo.png' } })
    const { content } = await server.call('files_media_download', result[0].target)
    expect(content[1]).toEqual({ type: 'image', mimeType: 'image/png', data: photo.toString('base64') })
    expect(await server.refused('files_resources_download', { uid: file_resource.id })).toMatch(/forbidden/)

    const again = await server.ok('files_media_upload', {
      ...target,
      filename: 'b.png',
      content_base64: photo.toString('base64'),
    })
    expect(again.left_behind).toBe(file_resource.id)
    const old = await server.call('files_media_download', { kind: 'file', uid: again.left_behind })
    expect(old.content[1]).toMatchObject({ type: 'image', data: photo.toString('base64') })
    expect(await server.refused('files_media_download', { kind: 'event', event: capture.eventStage })).toBe(
      'Pass data_element: kind event needs it. files_media_list gives all of it as target. (invalid-input)',
    )
  })

  test('files of events and tracked entities go by target too, and long lists by offset', async () => {
    const {
      eventProgram: program,
      eventStage: programStage,
      orgUnit,
      eventElements,
      entityType,
      attributes,
    } = world.capture
    const events = [createUid(), createUid(), createUid()]
    const trackedEntity = createUid()
    const body = {
      events: events.map((event) => ({ event, program, programStage, orgUnit, occurredAt: '2026-03-01' })),
      trackedEntities: [{ trackedEntity, trackedEntityType: entityType, orgUnit }],
    }
    await world.client.request('api/tracker?async=false', { method: 'POST', json: body })
    for (const event of events) {
      const target = { kind: 'event', event, data_element: eventElements.file }
      await server.ok('files_media_upload', { ...target, filename: 'visit.csv', text: `event,${event}\n` })
    }
    const seen: string[] = []
    for (let offset: number | null = 0; offset !== null; ) {
      const page: { result: { target: { event: string } }[]; next_offset: number | null } = await server.ok(
        'files_media_list',
        { kind: 'event', program, limit: 2, offset },
      )
      for (const { target } of page.result) {
        const { content } = await server.call('files_media_download', target)
        expect(textOf(content.slice(1))).toBe(`event,${target.event}\n`)
        seen.push(target.event)
      }
      offset = page.next_offset
    }
    expect(seen.sort()).toEqual([...events].sort())

    const portrait = { kind: 'tracked_entity', tracked_entity: trackedEntity, attribute: attributes.image }
    await writeFile(join(root, 'portrait.jpg'), await readFile(join(FIXTURES, 'photo.jpg')))
    await server.ok('files_media_upload', { ...portrait, path: 'portrait.jpg' })
    const { result } = await server.ok('files_media_list', { kind: 'tracked_entity', tracked_entity_type: entityType })
    expect(result.map(({ target }: { target: object }) => target)).toEqual([portrait])
    const small = await server.call('files_media_download', { ...portrait, dimension: 'SMALL' })
    expect(small.content[1]).toMatchObject({ type: 'image', mimeType: 'image/jpeg' })
    expect(small.structuredContent).toMatchObject({ name: 'portrait.jpg', md5: null })
  })

  test('documents have addresses', async () => {
    const { uid } = await server.ok('files_documents_upload', {
      filename: 'a.txt',
      text: 'by its address',
      name: 'Addressed',
    })
    const uri = `dhis2://documents/${uid}`
    const listed = await server.client.listResources()
    expect(listed.resources).toContainEqual(expect.objectContaining({ uri, title: 'Addressed' }))
    const { resourceTemplates } = await server.client.listResourceTemplates()
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'dhis2://documents/{uid}',
      'dhis2://file-resources/{uid}',
    ])
    const { contents } = await server.client.readResource({ uri })
    expect(contents).toEqual([{ uri, mimeType: 'text/plain', text: 'by its address' }])
    const { contents: same } = await server.client.readResource({ uri: `${uri}?profile=main` })
    expect(same).toMatchObject([{ text: 'by its address' }])
    await expect(server.client.readResource({ uri: 'dhis2://documents/a2345678901' })).rejects.toThrow(
      /a2345678901.*not-found/s,
    )
    await expect(server.client.readResource({ uri: 'dhis2://documents/..%2fusers' })).rejects.toThrow(/uid/)
  })

  test('errors say what failed, why and what to do, without a stack or a secret', async () => {
    expect(await server.refused('files_documents_get', { uid: 'a2345678901' })).toMatch(/a2345678901.*\(not-found\)/s)
    expect(await server.refused('files_documents_get', { uid: 'nonsense' })).toContain('must be a uid')
    expect(await server.refused('files_documents_get', { uid: 'a2345678901', profil: 'x' })).toContain('profil')
    expect(await server.refused('files_documents_list', { profile: 'nobody' })).toMatch(
      /nobody.*main.*\(unknown-profile\)/s,
    )
    const wrong = await server.refused('files_documents_list', { profile: 'wrong' })
    expect(wrong).toMatch(/\(unauthenticated\)$/)
    const fault = world.emulator.inject({ kind: 'html', status: 502, route: 'GET /api/documents*' })
    const failed = await server.refused('files_documents_list')
    fault.remove()
    expect(failed).toMatch(/502/)
    for (const text of [wrong, failed, server.stderr()]) {
      expect(text).not.toContain('not-the-password')
      expect(text).not.toContain('district')
      expect(text).not.toMatch(/\n\s+at /)
    }
  })

  test('a lost answer makes one document, not two', async () => {
    const before = world.emulator.state.documents.size
    world.emulator.inject({ kind: 'lost-answer', route: 'POST /api/documents', count: 1 })
    await server.ok('files_documents_upload', { filename: 'once.txt', text: 'once', name: 'Once' })
    expect(world.emulator.state.documents.size).toBe(before + 1)
  })

  test('what a failed upload has left on the server is named, and finishes with it', async () => {
    world.emulator.inject({ kind: 'status', status: 409, route: 'POST /api/documents', count: 1 })
    const input = { filename: 'left.txt', text: 'left', name: 'Left' }
    const message = await server.refused('files_documents_upload', input)
    const uid = /file_resource "(\w+)"/.exec(message)?.[1]
    expect(uid).toBeDefined()
    expect(await server.ok('files_documents_upload', { ...input, file_resource: uid })).toMatchObject({
      file_resource: { id: uid },
    })
  })

  test('a server without roots says how to give it one, and still works inside messages', async () => {
    await using bare = await start({ args: ['--write'] })
    const { uid } = await bare.ok('files_documents_upload', { filename: 'a.txt', text: 'inside' })
    expect(await bare.refused('files_documents_download', { uid, path: 'a.txt' })).toMatch(/--root DIR.*\(no-roots\)/s)
    expect((await bare.call('files_documents_download', { uid })).content[1]).toEqual({ type: 'text', text: 'inside' })
    expect(existsSync(join(home.path, 'a.txt'))).toBe(false)
  })
})

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}

/** Waits for what must happen; the test's own limit ends it. */
async function until(happened: () => Promise<boolean>): Promise<void> {
  while (!(await happened())) await new Promise((resolve) => setTimeout(resolve, 10))
}
