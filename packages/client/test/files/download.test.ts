import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Chunks, fromStream } from '../../src/bytes/chunks.js'
import { createDownload, downloadOf } from '../../src/files/download.js'
import { downloadFileResource, fileResourceOwners } from '../../src/files/file-resources.js'
import type { RetryOptions } from '../../src/http/retry.js'
import { dripping, json, page, refusal } from '../doubles/answers.js'
import { CountingSignal } from '../doubles/counting-signal.js'
import { failure, rejection } from '../doubles/failure.js'
import { FakeDhis2, md5Of } from '../doubles/fake-dhis2.js'
import { connectionError, FakeServer } from '../doubles/fake-server.js'
import { type ContextOptions, filesContext } from '../doubles/files-context.js'

afterEach(() => void vi.useRealTimers())

const FILE = 'FileAbcDe01'
const DATA = `GET fileResources/${FILE}/data`

function there(content = 'the bytes'): FakeDhis2 {
  const server = new FakeDhis2()
  server.addFile(FILE, content, { domain: 'DOCUMENT', name: 'a.txt', contentType: 'text/plain' })
  return server
}

const download = (server: FakeDhis2, context: ContextOptions = {}, options = {}) =>
  downloadFileResource(filesContext(server, context), FILE, options)

const asked = (server: FakeDhis2): number => server.lines().filter((line) => line === DATA).length

describe('a download', () => {
  it('asks for bytes only when it is read, as often as it is read', async () => {
    const server = there()
    const file = await download(server)
    expect(asked(server)).toBe(0)
    expect(file).toMatchObject({
      kind: 'file',
      name: 'a.txt',
      type: 'text/plain',
      size: 9,
      md5: md5Of('the bytes'),
      replayable: true,
    })
    expect(new TextDecoder().decode(await file.bytes())).toBe('the bytes')
    const blob = await file.blob()
    expect([blob.type, await blob.text()]).toEqual(['text/plain', 'the bytes'])
    expect(await new Response(await file.stream()).text()).toBe('the bytes')
    expect(await new Response(await file.open()).text()).toBe('the bytes')
    expect(asked(server)).toBe(4)
  })

  it.each([{ dimension: 'SMALL' }, {}])('of %j is no web page that something on the way answers', async (options) => {
    const server = there()
    server.trouble = (line) => (line === DATA ? page(200, 'Sign in to this network') : undefined)
    const error = await failure((await download(server, {}, options)).bytes())
    expect(error).toMatchObject({ code: 'protocol', attempts: 4 })
    expect(error.message).toMatch(/^Cannot download file resource .* a web page/)
  })

  it('of a web page is one', async () => {
    const server = there()
    Object.assign(server.files.get(FILE)!, { contentType: 'text/html;charset=utf-8' })
    expect(await (await download(server)).bytes()).toHaveLength(9)
  })

  it('is saved by the runtime', async () => {
    const context = filesContext(there())
    const file = await downloadFileResource(context, FILE)
    expect(await file.saveTo('/tmp/a.txt')).toEqual({ path: '/tmp/a.txt', size: 9 })
    expect(new TextDecoder().decode(context.platform.saved.get('/tmp/a.txt'))).toBe('the bytes')
  })

  it('of another dimension is not compared', async () => {
    const server = there()
    const file = await download(server, {}, { dimension: 'SMALL' })
    expect(file).toMatchObject({ size: undefined, md5: undefined })
    await file.bytes()
    expect(server.lines().at(-1)).toBe(`${DATA}?dimension=SMALL`)
    expect(await download(server, {}, { dimension: 'ORIGINAL' })).toMatchObject({ size: 9 })
  })

  it('of nothing is nothing', async () => {
    expect(await (await download(there(''))).bytes()).toEqual(new Uint8Array())
  })

  it('tells its progress, which starts anew when the bytes are asked for again', async () => {
    const server = there()
    server.trouble = (line, time) =>
      line === DATA && time === 1 ? dripping(['the '], connectionError('ECONNRESET')) : undefined
    const told: number[] = []
    await (await download(server)).bytes({ onProgress: ({ loaded, total }) => told.push(loaded, total ?? -1) })
    expect(told).toEqual([0, 9, 4, 9, 0, 9, 9, 9])
  })

  it('has the options of its method, over which those of a read go', async () => {
    const server = there()
    const file = await download(server, {}, { headers: { 'x-a': 'method' } })
    await file.bytes()
    await file.bytes({ headers: { 'x-a': 'read' }, retry: undefined })
    expect(server.received.slice(-2).map(({ headers }) => headers.get('x-a'))).toEqual(['method', 'read'])
  })
})

describe('bytes that are not what they should be', () => {
  it.each([
    ['cut off', 'the byte', /was cut off: 9 bytes expected, 8 came/],
    ['others', 'the bytez', /has the wrong content: MD5/],
    ['more', 'the bytes and more', /is longer than it should be: 9 bytes expected/],
  ])('(%s) are asked for again, and then an error', async (_, content, message) => {
    const server = there()
    server.trouble = (line) => (line === DATA ? new Response(content) : undefined)
    const error = await failure((await download(server)).bytes())
    expect(error).toMatchObject({ code: 'integrity', retryable: true, attempts: 4 })
    expect(error.message).toMatch(message)
    expect(asked(server)).toBe(4)
    expect(await failure(new Response(await (await download(server)).stream()).text())).toMatchObject({
      code: 'integrity',
    })
  })
})

describe('a download that breaks off', () => {
  const breaking = (times: number): FakeDhis2 => {
    const server = there()
    server.trouble = (line, time) =>
      line === DATA && time <= times ? dripping(['the '], connectionError('ECONNRESET')) : undefined
    return server
  }

  it.each(['bytes', 'blob'] as const)('is asked for again by %s()', async (read) => {
    const server = breaking(3)
    const found = await (await download(server))[read]()
    expect(await new Response(found as BodyInit).text()).toBe('the bytes')
    expect(asked(server)).toBe(4)
  })

  it('is asked for again by saveTo(), from the start', async () => {
    const context = filesContext(breaking(2))
    await (await downloadFileResource(context, FILE)).saveTo('/tmp/a')
    expect(new TextDecoder().decode(context.platform.saved.get('/tmp/a'))).toBe('the bytes')
  })

  it('is asked for as often as a request is, never multiplied', async () => {
    const server = breaking(100)
    expect(await failure((await download(server)).bytes())).toMatchObject({ code: 'network', attempts: 4 })
    expect(asked(server)).toBe(4)
    const refused = there()
    refused.trouble = (line) => (line === DATA ? page(503, 'x') : undefined)
    await failure((await download(refused)).bytes())
    expect(asked(refused)).toBe(4)
  })

  it.each<[false | RetryOptions, number]>([
    [false, 1],
    [{ attempts: 2 }, 2],
  ])('with retry %j is asked for %d times', async (retry, times) => {
    const server = breaking(100)
    await failure((await download(server)).bytes({ retry }))
    expect(asked(server)).toBe(times)
    const other = breaking(100)
    await failure((await download(other, { retry })).bytes())
    expect(asked(other)).toBe(times)
  })

  it('fails the stream, whose reader begins anew', async () => {
    const server = breaking(1)
    expect(await failure(new Response(await (await download(server)).stream()).text())).toMatchObject({
      code: 'network',
      retryable: true,
    })
  })

  it('has its request repeated by stream() until the head is there', async () => {
    const server = there()
    server.trouble = (line, time) => (line === DATA && time < 3 ? page(503, 'x') : undefined)
    expect(await new Response(await (await download(server)).stream()).text()).toBe('the bytes')
  })
})

describe('the total clock', () => {
  it('is one for all tries', async () => {
    const server = there()
    server.trouble = (line) => (line === DATA ? dripping(['the '], connectionError('ECONNRESET')) : undefined)
    const context = filesContext(server)
    const file = await downloadFileResource(context, FILE)
    await failure(file.bytes({ timeouts: { total: 1000 } }))
    expect(context.clock.sleeps).toEqual([375])
  })

  it('ends a download that hangs', async () => {
    vi.useFakeTimers()
    const server = there()
    server.trouble = (line) => (line === DATA ? dripping(['the '], 'hang') : undefined)
    const file = await download(server)
    const failed = failure(file.bytes({ timeouts: { total: 1000 } }))
    await vi.advanceTimersByTimeAsync(1000)
    expect(await failed).toMatchObject({ code: 'timeout', clock: 'total', retryable: false, doubtful: false })
    expect((await failed).message).toContain(`Cannot download file resource ${FILE} (“a.txt”): not done within 1 s`)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('an abort', () => {
  it.each(['bytes', 'blob'] as const)('ends %s() with its reason, and leaves no listener', async (read) => {
    const server = there()
    server.trouble = (line) => (line === DATA ? dripping(['the '], 'hang') : undefined)
    const caller = new CountingSignal()
    const file = await download(server)
    const failed = rejection(file[read]({ signal: caller.signal }))
    await vi.waitFor(() => expect(asked(server)).toBe(1))
    caller.controller.abort('enough')
    expect(await failed).toBe('enough')
    await vi.waitFor(() => expect(caller.listeners).toBe(0))
    expect(await rejection(file[read]({ signal: caller.signal }))).toBe('enough')
    expect(asked(server)).toBe(1)
  })

  it('ends a stream with its reason', async () => {
    const server = there()
    server.trouble = (line) => (line === DATA ? dripping(['the '], 'hang') : undefined)
    const caller = new CountingSignal()
    const stream = await (await download(server)).stream({ signal: caller.signal })
    const failed = rejection(new Response(stream).text())
    caller.controller.abort('enough')
    expect(await failed).toBe('enough')
    expect(caller.listeners).toBe(0)
  })
})

describe('bytes that the server does not have', () => {
  it('are on their way while the file is young', async () => {
    const server = there()
    server.addFile(FILE, 'the bytes', { status: 'PENDING' })
    const error = await failure((await download(server)).bytes())
    expect(error).toMatchObject({ code: 'not-yet-stored', retryable: true, fileResource: FILE, attempts: 4 })
  })

  it('are waited for while there are tries', async () => {
    const server = there()
    server.addFile(FILE, 'the bytes', { status: 'PENDING' })
    server.trouble = (line, time) => {
      if (line === DATA && time === 3) server.addFile(FILE, 'the bytes')
      return undefined
    }
    expect(await (await download(server)).bytes()).toHaveLength(9)
  })

  it('are lost when the file is old, and asked for no more', async () => {
    const server = there()
    server.addFile(FILE, 'the bytes', { status: 'PENDING', created: '2026-08-20T10:00:00.000' })
    const error = await failure((await download(server)).bytes())
    expect(error).toMatchObject({ code: 'lost-content', retryable: false, fileResource: FILE })
    expect(asked(server)).toBe(1)
  })

  it('are lost for stream() too', async () => {
    const server = there()
    server.addFile(FILE, 'the bytes', { status: 'PENDING', created: '2026-08-20T10:00:00.000' })
    expect(await failure((await download(server)).stream())).toMatchObject({ code: 'lost-content' })
  })

  it('but which it calls stored, are a failure of the server', async () => {
    const server = there()
    server.trouble = (line) => (line === DATA ? new Response(null, { status: 500 }) : undefined)
    const error = await failure((await download(server)).bytes())
    expect(error).toMatchObject({ code: 'server', retryable: true, attempts: 4 })
    expect(error.message).toMatch(/By now its metadata says that it is stored\.$/)
  })
})

describe('a file that is refused', () => {
  it('because it is a data value’s names the routes that serve it', async () => {
    const server = there()
    server.trouble = (line) =>
      line === DATA ? refusal(403, `File resource not found or not accessible: ${FILE}`, 'E1006') : undefined
    const error = await failure((await download(server)).bytes())
    expect(error).toMatchObject({ code: 'forbidden' })
    expect(error.message).toContain('/api/dataValues/files')
    expect(asked(server)).toBe(1)
  })
})

describe('a file from elsewhere', () => {
  it('is read by its own request', async () => {
    const context = filesContext(there())
    const file = {
      what: 'it',
      name: 'a',
      type: '',
      size: 3,
      md5: undefined,
      fileResource: undefined,
      missing: undefined,
      options: {},
    }
    const request = (): Promise<Chunks> => Promise.resolve(fromStream(new Blob(['abc']).stream()))
    expect(await downloadOf(context, { ...file, request }).bytes()).toHaveLength(3)
  })

  it('without a body is empty', async () => {
    const server = new FakeServer().on('*', () => new Response(null, { status: 204 }))
    const source = {
      path: 'api/x',
      what: 'it',
      name: 'a',
      type: '',
      size: undefined,
      md5: undefined,
      fileResource: undefined,
      options: {},
    }
    expect(await createDownload(filesContext(server), source).bytes()).toEqual(new Uint8Array())
  })
})

describe('who refers to a file', () => {
  it('is asked by its key', async () => {
    const server = new FakeServer().on('*', () =>
      json([
        { domain: 'DOCUMENT', id: 'a' },
        { domain: 'DATA_VALUE', de: 'b', ou: 'c', pe: 'd', co: 'e' },
      ]),
    )
    const owners = await fileResourceOwners(filesContext(server), 'document/75a3')
    expect(owners).toHaveLength(2)
    expect(server.lines()).toEqual(['GET /hmis/api/fileResources/owners?storageKey=document/75a3'])
  })

  it.each([{}, [{ id: 'a' }], [null]])('answered by %j is a protocol error', async (body) => {
    const server = new FakeServer().on('*', () => json(body))
    expect(await failure(fileResourceOwners(filesContext(server), 'x'))).toMatchObject({ code: 'protocol' })
  })

  it('without a key is misuse', async () => {
    expect(await rejection(fileResourceOwners(filesContext(new FakeServer()), ''))).toBeInstanceOf(TypeError)
  })
})
