import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createServer } from 'node:tls'
import type { Emulator, RunningServer } from '@dhis2-files/emulator'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Authority, makeAuthority } from './certificates.js'
import { type Nginx, startNginx } from './nginx.js'
import { freePorts } from './programs.js'
import { startTinyproxy, type Tinyproxy } from './tinyproxy.js'
import { clientOf, emulated, failure, printed, refused, sendAndFetch } from './world.js'

const PASSWORD = 'x9Kv-tR4_w'

let authority: Authority
let emulator: Emulator
let server: RunningServer
let nginx: Nginx
let open: Tinyproxy
let closed: Tinyproxy

beforeAll(async () => {
  authority = await makeAuthority()
  emulator = emulated()
  server = await emulator.serve()
  nginx = await startNginx(server.port, authority)
  open = await startTinyproxy()
  closed = await startTinyproxy({ user: { name: 'hospital', password: PASSWORD } })
})

afterAll(async () => {
  await Promise.all([open, closed, nginx].map((program) => program?.stop()))
  await emulator?.close()
  await authority?.remove()
})

afterEach(() => void vi.unstubAllEnvs())

const withUser = (pair: string): string => `http://${pair}@${closed.host}`

/** Base URLs without and with TLS, and how tinyproxy is asked for them. */
const ways = (): readonly { readonly url: string; readonly asked: string }[] => [
  { url: server.url, asked: `GET ${server.url}/api/system/info` },
  { url: nginx.urls.large, asked: `CONNECT 127.0.0.1:${nginx.ports.large}` },
]

describe.each(['http', 'https'])('through tinyproxy to %s', (protocol) => {
  const way = () => ways().find(({ url }) => url.startsWith(`${protocol}:`)) ?? { url: '', asked: '' }

  test('30 MB go up and come down, by one sign-in', async () => {
    await sendAndFetch(clientOf(way().url, { proxy: `http://${open.host}`, ca: authority.ca }), emulator)
    expect(await open.requests()).toContain(way().asked)
  })

  test('30 MB go up and come down with the user name and password of the proxy', async () => {
    // any character may be percent-encoded
    const proxy = withUser(`hospital:%78${PASSWORD.slice(1)}`)
    await sendAndFetch(clientOf(way().url, { proxy, ca: authority.ca }), emulator)
  })

  test.each([
    ['no user name', '', /none are given/],
    ['a wrong password', 'hospital:y7Qm-pL2_s', /does not accept those given/],
    ['a wrong user name', `clinic:${PASSWORD}`, /does not accept those given/],
  ])('%s is told from a wrong sign-in at DHIS2, and no secret is shown', async (_, pair, reason) => {
    const lines: unknown[] = []
    const log = (...line: unknown[]) => void lines.push(line)
    const proxy = pair === '' ? `http://${closed.host}` : withUser(pair)
    const signIns = emulator.state.signIns.length
    const options = { proxy, ca: authority.ca, retry: {}, logger: { debug: log, warn: log } }
    const error = await refused(clientOf(way().url, options))
    expect(error).toMatchObject({ code: 'unauthenticated', retryable: false, attempts: 1 })
    expect(error.message).toContain(`the proxy http://${closed.host} answered 40`)
    expect(error.message).toMatch(reason)
    expect(error.hint).toMatch(/The proxy asks for its own user name and password/)
    for (const text of [printed(error), printed(lines)]) {
      for (const secret of [PASSWORD, 'y7Qm-pL2_s', Buffer.from(pair).toString('base64')].filter(Boolean)) {
        expect(text).not.toContain(secret)
      }
    }
    expect(emulator.state.signIns.length).toBe(signIns)
  })

  test('the environment names the proxy, and NO_PROXY what goes without', async () => {
    const name = `${protocol.toUpperCase()}_PROXY`
    const { dead } = await freePorts('dead')
    for (const other of ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
      vi.stubEnv(other, undefined)
    }
    const options = { proxy: undefined, ca: authority.ca }
    const before = (await open.requests()).length
    vi.stubEnv(name, `http://${open.host}`)
    await clientOf(way().url, options).system.info()
    expect((await open.requests()).slice(before)).toEqual([way().asked])

    vi.stubEnv(name, `http://127.0.0.1:${dead}`)
    const error = await refused(clientOf(way().url, options))
    expect(error.message).toContain(`the proxy http://127.0.0.1:${dead} cannot be reached`)
    await clientOf(way().url, { ...options, proxy: false }).system.info()

    vi.stubEnv('NO_PROXY', 'localhost, 127.0.0.1')
    await clientOf(way().url, options).system.info()
    vi.stubEnv('NO_PROXY', '')
    vi.stubEnv('no_proxy', '*')
    await clientOf(way().url, options).system.info()
  })

  test('a proxy that is down is named, without its password, and asked again', async () => {
    const { dead } = await freePorts('dead')
    const proxy = `http://hospital:${PASSWORD}@127.0.0.1:${dead}`
    const client = clientOf(way().url, { proxy, ca: authority.ca, retry: { attempts: 2, minDelay: 1 } })
    const error = await refused(client)
    expect(error).toMatchObject({ code: 'network', retryable: true, doubtful: false, attempts: 2 })
    expect(error.message).toMatch(`the proxy http://127.0.0.1:${dead} cannot be reached: connect ECONNREFUSED`)
    expect(error.message).toMatch(/Check whether the proxy runs/)
    expect(printed(error)).not.toContain(PASSWORD)
  })

  test('a client made by `with` leaves the proxy and keeps the session', async () => {
    const client = clientOf(way().url, { proxy: `http://${open.host}`, ca: authority.ca })
    await client.system.info()
    const [requests, signIns] = [(await open.requests()).length, emulator.state.signIns.length]
    const direct = client.with({ proxy: false })
    onTestFinished(() => direct.close())
    await direct.files.listDocuments()
    expect(await open.requests()).toHaveLength(requests)
    expect(emulator.state.signIns).toHaveLength(signIns)
  })
})

describe('a tunnel', () => {
  test('to a port that the proxy does not allow is forbidden', async () => {
    const strict = await startTinyproxy({ connectPort: 443 })
    onTestFinished(() => strict.stop())
    const error = await refused(clientOf(nginx.urls.large, { proxy: `http://${strict.host}`, ca: authority.ca }))
    expect(error).toMatchObject({ code: 'forbidden', retryable: false })
    expect(error.message).toContain(
      `the proxy http://${strict.host} answered 403 to CONNECT 127.0.0.1:${nginx.ports.large}`,
    )
  })

  test('to a server that the proxy does not reach is worth another try', async () => {
    const { dead } = await freePorts('dead')
    const error = await refused(clientOf(`https://127.0.0.1:${dead}`, { proxy: `http://${open.host}` }))
    expect(error).toMatchObject({ code: 'network', retryable: true })
    expect(error.message).toMatch(/answered 500 to CONNECT .*does not reach the server/)
  })

  test('has the server’s certificate checked, and its name', async () => {
    const proxy = `http://${open.host}`
    expect((await refused(clientOf(nginx.urls.large, { proxy }))).message).toMatch(/pass its CA as `ca`/)
    const misnamed = await refused(clientOf(nginx.urls.misnamed, { proxy, ca: authority.ca }))
    expect(misnamed.message).toMatch(/certificate belongs to another host name/)
    await clientOf(nginx.urls.misnamed, { proxy, insecure: true }).system.info()
  })

  test('survives an answer that ends while its reader is slow', async () => {
    // what makes undici's parser fail beyond anybody's reach, where nothing guards it
    const length = 3_000_000
    const sudden = await tlsServer((socket) => {
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n`)
        socket.end(Buffer.alloc(length))
      })
    })
    const auth = { cookie: 'JSESSIONID=1' }
    const client = clientOf(`https://${sudden.host}`, { proxy: `http://${open.host}`, ca: authority.ca, auth })
    for (let i = 0; i < 5; i++) {
      const response = await client.request('api/x')
      let read = 0
      for await (const chunk of response.body ?? []) {
        read += chunk.byteLength
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      expect(read).toBe(length)
    }
  })
})

describe('a proxy that speaks TLS itself', () => {
  test('passes 30 MB to http and https, by its password, and loses its connections at close', async () => {
    const front = await tlsServer((socket) => {
      const behind = connect(closed.port, '127.0.0.1')
      socket.pipe(behind).pipe(socket)
      behind.on('error', () => socket.destroy())
      socket.on('close', () => behind.destroy())
    })
    const proxy = `https://hospital:${PASSWORD}@${front.host}`
    for (const { url } of ways()) {
      const client = clientOf(url, { proxy, ca: authority.ca })
      await sendAndFetch(client, emulator)
      await client.close()
    }
    await vi.waitFor(() => expect(front.sockets.size).toBe(0), { timeout: 60_000 })

    for (const { url } of ways()) {
      const error = await refused(clientOf(url, { proxy }))
      expect(error).toMatchObject({ code: 'network', retryable: false })
      expect(error.message).toMatch(`the proxy https://${front.host} cannot be reached`)
      expect(error.message).toMatch(/If its CA is not trusted here, pass it as `ca`/)
      expect(printed(error)).not.toContain(PASSWORD)
    }
  })

  test('is no proxy when it is asked without TLS', async () => {
    const front = await tlsServer(() => {})
    const error = await failure(clientOf(nginx.urls.large, { proxy: `http://${front.host}` }).system.info())
    expect(error).toMatchObject({ code: 'network' })
    expect(error.message).toMatch(`the proxy http://${front.host} has no answer to CONNECT`)
  })
})

interface TlsServer {
  readonly host: string
  readonly sockets: ReadonlySet<Socket>
}

/** A TLS server for this test, with the authority's certificate. */
async function tlsServer(onConnection: (socket: Socket) => void): Promise<TlsServer> {
  const { key, certificate } = authority.own
  const listener = createServer({ key: await readFile(key), cert: await readFile(certificate) }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    onConnection(socket)
  })
  const sockets = new Set<Socket>()
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => listener.close(resolve))
  })
  return { host: `127.0.0.1:${(listener.address() as AddressInfo).port}`, sockets }
}
