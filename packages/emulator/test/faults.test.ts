import { readFile } from 'node:fs/promises'
import http from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type Emulator, type Fault, createEmulator } from '../src/index.js'
import { ADMIN, clientOf } from './client.js'

const BIG = Buffer.alloc(300_000, 'x')
let emulator: Emulator
afterEach(() => emulator.close())

interface Outcome {
  status?: number | undefined
  headers?: http.IncomingHttpHeaders
  body: Buffer
  /** How the connection ended, when it did not end well. */
  broken?: string
}

/** One request over a real socket, on a connection of its own. */
function overSocket(url: string, options: { method?: string; body?: Buffer; type?: string; timeout?: number } = {}) {
  return new Promise<Outcome>((resolve) => {
    const chunks: Buffer[] = []
    let answer: http.IncomingMessage | undefined
    const end = (broken?: string) =>
      resolve({
        ...(answer && { status: answer.statusCode, headers: answer.headers }),
        body: Buffer.concat(chunks),
        ...(broken && { broken }),
      })
    const request = http.request(
      url,
      {
        method: options.method ?? 'GET',
        agent: false,
        headers: {
          authorization: ADMIN,
          'x-requested-with': 'XMLHttpRequest',
          ...(options.type && { 'content-type': options.type }),
          ...(options.body && { 'content-length': options.body.length }),
        },
      },
      (response) => {
        answer = response
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => end(response.complete ? undefined : 'incomplete'))
        response.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
      },
    )
    request.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    request.setTimeout(options.timeout ?? 10_000, () =>
      request.destroy(Object.assign(new Error(), { code: 'STALLED' })),
    )
    request.end(options.body)
  })
}

const multipart = (content: Buffer) =>
  Buffer.concat([
    Buffer.from(
      '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n',
    ),
    content,
    Buffer.from('\r\n--edge--\r\n'),
  ])

async function start(fault?: Fault) {
  emulator = createEmulator({ settings: { storageDelay: 0 } })
  const { url } = await emulator.serve()
  const upload = (options: { timeout?: number; uid?: string } = {}) =>
    overSocket(`${url}/api/fileResources?domain=DOCUMENT${options.uid ? `&uid=${options.uid}` : ''}`, {
      method: 'POST',
      body: multipart(BIG),
      type: 'multipart/form-data; boundary=edge',
      ...options,
    })
  const stored = JSON.parse((await upload({ uid: 'FaultTest01' })).body.toString())
  expect(stored.response.fileResource.id).toBe('FaultTest01')
  await emulator.settle()
  const injected = fault && emulator.inject(fault)
  return {
    url,
    injected,
    upload,
    download: (timeout?: number) => overSocket(`${url}/api/fileResources/FaultTest01/data`, timeout ? { timeout } : {}),
  }
}

const last = () => emulator.log.at(-1)

describe('over a socket', () => {
  it('a status comes with its headers', async () => {
    const { url } = await start({
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '7' },
      json: { slow: 'down' },
      count: 1,
    })
    const answer = await overSocket(`${url}/api/me`)
    expect([answer.status, answer.headers?.['retry-after'], answer.body.toString()]).toEqual([
      429,
      '7',
      '{"slow":"down"}',
    ])
    expect((await overSocket(`${url}/api/me`)).status).toBe(200)
    expect(emulator.log.at(-2)).toMatchObject({ fault: 'status', status: 429 })
  })

  it("a proxy's page is HTML without DHIS2's headers, after the whole upload was read", async () => {
    const { upload } = await start({ kind: 'html', status: 413, route: 'POST /api/fileResources' })
    const answer = await upload()
    expect(answer.status).toBe(413)
    expect(answer.headers).not.toHaveProperty('x-content-type-options')
    expect(answer.body.toString()).toContain('<title>413 Request Entity Too Large</title>')
    expect(last()?.bytesReceived).toBeGreaterThan(BIG.length)
    expect(emulator.state.fileResources.size).toBe(1)
  })

  it('a delay holds the answer back', async () => {
    const { url } = await start({ kind: 'delay', ms: 120 })
    const before = performance.now()
    expect((await overSocket(`${url}/api/me`)).status).toBe(200)
    expect(performance.now() - before).toBeGreaterThan(110)
  })

  it('a stall on the way up stops reading', async () => {
    const { upload } = await start({ kind: 'stall', direction: 'up', afterBytes: 1000 })
    expect((await upload({ timeout: 300 })).broken).toBe('STALLED')
    expect(last()).toMatchObject({ fault: 'stall up' })
    expect(last()?.status).toBeUndefined()
    expect(emulator.state.fileResources.size).toBe(1)
  })

  it('a stall on the way down stops after so many bytes', async () => {
    const { download } = await start({ kind: 'stall', direction: 'down', afterBytes: 1000 })
    const answer = await download(400)
    expect([answer.status, answer.body.length]).toEqual([200, 1000])
    expect(answer.broken).toBeDefined()
  })

  it('a dropped upload leaves nothing', async () => {
    const { upload } = await start({ kind: 'drop', direction: 'up', afterBytes: 100_000 })
    const answer = await upload()
    expect(answer.status).toBeUndefined()
    expect(answer.broken).toMatch(/ECONNRESET|EPIPE|hang up/)
    expect(last()?.bytesReceived).toBeGreaterThanOrEqual(100_000)
    expect(emulator.state.fileResources.size).toBe(1)
  })

  it('a dropped download resets the connection after so many bytes', async () => {
    const { download } = await start({ kind: 'drop', direction: 'down', afterBytes: 1234 })
    const answer = await download()
    expect(answer.body.length).toBeLessThanOrEqual(1234)
    expect(answer.broken).toBeDefined()
    expect(last()?.bytesSent).toBe(1234)
  })

  it('a truncated download ends early though Content-Length says more', async () => {
    const { download } = await start({ kind: 'truncate', afterBytes: 5000 })
    const answer = await download()
    expect([answer.status, answer.headers?.['content-length'], answer.body.length]).toEqual([
      200,
      String(BIG.length),
      5000,
    ])
    expect(answer.broken).toBeDefined()
  })

  it('a lost answer comes after the work', async () => {
    const { upload } = await start({ kind: 'lost-answer' })
    const answer = await upload({ uid: 'FaultTest02' })
    expect([answer.status, answer.broken !== undefined]).toEqual([undefined, true])
    expect(emulator.state.fileResources.has('FaultTest02')).toBe(true)
  })

  it('an upload that is never stored stays PENDING', async () => {
    const { url, upload } = await start({ kind: 'never-stored', count: 1 })
    expect((await upload({ uid: 'FaultTest03' })).status).toBe(202)
    await emulator.settle()
    const row = JSON.parse((await overSocket(`${url}/api/fileResources/FaultTest03`)).body.toString())
    expect(row.storageStatus).toBe('PENDING')
  })

  it('a missing blob is the empty 500 of DHIS2', async () => {
    const { download } = await start({ kind: 'missing-blob', count: 1 })
    const answer = await download()
    expect([answer.status, answer.headers?.['content-length'], answer.body.length]).toEqual([500, '0', 0])
    expect((await download()).body).toEqual(BIG)
  })

  it('one corrupt byte differs, the rest does not', async () => {
    const { download } = await start({ kind: 'corrupt', atByte: 200_000 })
    const { body } = await download()
    expect(body.length).toBe(BIG.length)
    expect([...body.entries()].filter(([at, byte]) => byte !== BIG[at]).map(([at]) => at)).toEqual([200_000])
  })

  it('closing ends what stalls', async () => {
    const { download } = await start({ kind: 'stall', direction: 'down' })
    const stalled = download()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await emulator.close()
    expect((await stalled).broken).toBeDefined()
  })
})

describe('without a socket', () => {
  const withFault = async (fault: Fault) => {
    emulator = createEmulator({ settings: { storageDelay: 0 } })
    const client = clientOf(emulator)
    await client.upload('a.txt', BIG, 'domain=DOCUMENT&uid=FaultTest01')
    await emulator.settle()
    emulator.inject(fault)
    return client
  }

  it('a drop on the way down errors the body', async () => {
    await withFault({ kind: 'drop', direction: 'down', afterBytes: 10 })
    const response = await emulator.fetch(
      new Request('http://h/api/fileResources/FaultTest01/data', { headers: { authorization: ADMIN } }),
    )
    await expect(response.arrayBuffer()).rejects.toThrow('terminated')
  })

  it('a drop on the way up and a lost answer reject, as fetch does', async () => {
    const client = await withFault({ kind: 'drop', direction: 'up', count: 1 })
    await expect(client.upload('b.txt', 'b')).rejects.toThrow('fetch failed')
    emulator.inject({ kind: 'lost-answer', count: 1 })
    await expect(client.get('/api/me')).rejects.toThrow('fetch failed')
  })

  it('a corrupt byte is not what is stored, of an image either', async () => {
    const client = await withFault({ kind: 'corrupt', route: '/api/fileResources/*/data', count: 1 })
    const photo = await readFile(new URL('../../../examples/files/photo.jpg', import.meta.url))
    await client.upload('photo.jpg', photo, 'domain=USER_AVATAR&uid=FaultTest04', 'image/jpeg')
    await emulator.settle()
    const download = async () => (await client.get('/api/fileResources/FaultTest04/data')).bytes
    const [first, second] = [await download(), await download()]
    expect([first[0], first.subarray(1)]).toEqual([0xff ^ 0xff, second.subarray(1)])
    expect(second[0]).toBe(0xff)
  })

  it('a stall ends when the caller gives up', async () => {
    await withFault({ kind: 'stall', direction: 'up' })
    const request = new Request('http://h/api/me', {
      headers: { authorization: ADMIN },
      signal: AbortSignal.timeout(50),
    })
    await expect(emulator.fetch(request)).rejects.toThrow()
  })
})

describe('a rule', () => {
  const outcomes = async (fault: Fault, requests: readonly string[]) => {
    emulator = createEmulator()
    const injected = emulator.inject(fault)
    const client = clientOf(emulator)
    const statuses: number[] = []
    for (const one of requests) {
      const [method = '', path = ''] = one.split(' ')
      statuses.push((await client.send(method, path)).status)
    }
    return { statuses, fired: injected.fired }
  }
  const busy = { kind: 'status', status: 503 } as const

  it.each([
    ['GET /api/me', 'GET /api/me', true],
    ['GET /api/me', 'GET /api/documents', false],
    ['/api/documents/*', 'GET /api/documents/abc', true],
    ['POST /api/me', 'GET /api/me', false],
    ['/api/documents/:uid/data', 'GET /api/documents/abc/data', true],
    ['/api/documents/:uid/data', 'GET /api/documents/abc', false],
    [/documents\?.*page=2/, 'GET /api/documents?page=2', true],
    [/^GET .*page=3/, 'GET /api/documents?page=2', false],
  ])('for %s meets %s: %s', async (route, request, meets) => {
    expect((await outcomes({ ...busy, route }, [request])).fired).toBe(meets ? 1 : 0)
  })

  it('fires so many times, after so many requests', async () => {
    const { statuses } = await outcomes({ ...busy, skip: 1, count: 2 }, Array(4).fill('GET /api/me'))
    expect(statuses).toEqual([200, 503, 503, 200])
  })

  it('with a chance fires at the same requests for the same seed', async () => {
    const requests = Array(40).fill('GET /api/ping')
    const first = await outcomes({ ...busy, probability: 0.5, seed: 7 }, requests)
    const again = await outcomes({ ...busy, probability: 0.5, seed: 7 }, requests)
    expect(again.statuses).toEqual(first.statuses)
    expect(first.fired).toBeGreaterThan(5)
    expect(first.fired).toBeLessThan(35)
  })

  it('can be removed, and a reset removes all', async () => {
    emulator = createEmulator()
    const client = clientOf(emulator)
    const rule = emulator.inject(busy)
    rule.remove()
    expect((await client.get('/api/ping')).status).toBe(200)
    emulator.inject(busy)
    await emulator.reset()
    expect((await client.get('/api/ping')).status).toBe(200)
  })

  it('of an unknown kind is refused', () => {
    emulator = createEmulator()
    expect(() => emulator.inject({ kind: 'explode' } as unknown as Fault)).toThrow('There is no fault "explode"')
    expect(() => emulator.inject({ kind: 'drop' } as unknown as Fault)).toThrow('needs a direction')
  })
})

describe('tests in other languages', () => {
  it('inject, look at the log, and reset over HTTP without credentials', async () => {
    emulator = createEmulator({ settings: { contextPath: '/dhis' } })
    const client = clientOf(emulator)
    const bare = { authorization: undefined }
    expect(
      (await client.post('/__emulator__/faults', { kind: 'status', status: 503, route: 'GET /api/me' }, bare)).status,
    ).toBe(201)
    expect((await client.get('/dhis/api/me')).status).toBe(503)
    expect((await client.get('/__emulator__/log', bare)).json).toMatchObject([
      { method: 'GET', path: '/dhis/api/me', fault: 'status' },
    ])
    expect((await client.post('/__emulator__/faults', { kind: 'nonsense' }, bare)).json.error).toContain(
      'There is no fault',
    )
    expect((await client.post('/__emulator__/reset', undefined, bare)).status).toBe(204)
    expect((await client.get('/dhis/api/me')).status).toBe(200)
  })
})
