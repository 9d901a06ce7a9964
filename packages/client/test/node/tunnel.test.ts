import type { Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toResponse } from '../../src/http/answer.js'
import { connectionFailure } from '../../src/http/connection-errors.js'
import { createUndiciTransport } from '../../src/node/transport.js'
import type { PlatformTransport } from '../../src/platform.js'
import {
  httpServer,
  md5Of,
  rawServer,
  received,
  rejection,
  request,
  source,
  type TestServer,
  until,
} from './servers.js'

const HTTPS = new URL('https://dhis2.example/api/x?a=1')
const HTTP = new URL('http://dhis2.example/api/x?a=1')

function through(proxy: TestServer, user = '', connect = 30_000): PlatformTransport {
  const url = `http://${user === '' ? '' : `${user}@`}${proxy.url.host}`
  const made = createUndiciTransport({ proxy: url, connections: 2 }, { connect, unread: 50, stalled: 100 })
  onTestFinished(() => made.close())
  return made
}

describe('http: through a proxy', () => {
  it('is asked for by its whole URL, with the sign-in at the proxy, over kept connections', async () => {
    const asked: unknown[] = []
    const proxy = await httpServer(async (incoming, answer) => {
      const { host, 'proxy-authorization': signIn, 'content-length': length } = incoming.headers
      asked.push([incoming.method, incoming.url, host, signIn, length, (await received(incoming)).md5])
      answer.end('ok')
    })
    const { send } = through(proxy, 'me:s%3Acret')
    for (let i = 0; i < 3; i++) {
      const response = await send(request(HTTP, { body: source(100_000) }))
      expect(await toResponse(response).text()).toBe('ok')
    }
    const signIn = `Basic ${Buffer.from('me:s:cret').toString('base64')}`
    const one = ['POST', HTTP.href, 'dhis2.example', signIn, '100000', md5Of(100_000)]
    expect(asked).toEqual([one, one, one])
    expect(proxy.accepted()).toBeLessThanOrEqual(2)
  })

  it.each([
    ['a 407', 407, {}],
    ['the 401 of tinyproxy', 401, { server: 'tinyproxy/1.11.1' }],
  ])('fails by %s, and nothing was sent', async (_, status, headers) => {
    const proxy = await httpServer((_incoming, answer) => void answer.writeHead(status, headers).end('page'))
    const error = await rejection(through(proxy).send(request(HTTP)))
    expect(connectionFailure(error)).toMatchObject({ sent: 'never', kind: 'proxy-sign-in', code: 'PROXY_SIGN_IN' })
  })

  it('leaves a 401 of the server alone', async () => {
    const proxy = await httpServer((_, answer) => void answer.writeHead(401, { server: 'nginx' }).end('page'))
    expect((await through(proxy).send(request(HTTP))).status).toBe(401)
  })
})

describe('a tunnel', () => {
  /** A proxy that has one answer to CONNECT. */
  const answering = (answer: string, asked?: (head: string) => void): Promise<TestServer> =>
    rawServer((socket, bytes) => {
      asked?.(bytes.toString('latin1'))
      socket.end(answer)
    })

  it('is asked for with host, port and the sign-in at the proxy, and nothing else', async () => {
    const heads: string[] = []
    const proxy = await answering('HTTP/1.1 403 No\r\n\r\n', (head) => heads.push(head))
    await rejection(through(proxy, 'me:secret').send(request(HTTPS, { headers: { cookie: 'JSESSIONID=1' } })))
    const [line, ...fields] = (heads[0] ?? '').trim().toLowerCase().split('\r\n')
    expect(line).toBe('connect dhis2.example:443 http/1.1')
    const signIn = `basic ${Buffer.from('me:secret').toString('base64')}`.toLowerCase()
    expect(fields.sort()).toEqual([
      'connection: keep-alive',
      'host: dhis2.example:443',
      `proxy-authorization: ${signIn}`,
    ])
  })

  it.each([
    ['401 Unauthorized', 'PROXY_SIGN_IN', 'proxy-sign-in'],
    ['407 Proxy Authentication Required', 'PROXY_SIGN_IN', 'proxy-sign-in'],
    ['403 Forbidden', 'PROXY_FORBIDS', 'proxy-forbids'],
    ['405 Method Not Allowed', 'PROXY_FORBIDS', 'proxy-forbids'],
    ['500 Unable to connect', 'PROXY_NO_WAY', 'proxy'],
    ['502 Bad Gateway', 'PROXY_NO_WAY', 'proxy'],
    ['504 Gateway Timeout', 'PROXY_NO_WAY', 'proxy'],
    ['404 Not Found', 'PROXY_BROKEN', 'proxy'],
    ['302 Found', 'PROXY_BROKEN', 'proxy'],
  ])('that is answered %s is %s, and nothing was sent', async (status, code, kind) => {
    const proxy = await answering(`HTTP/1.1 ${status}\r\ncontent-length: 4\r\n\r\npage`)
    const body = source(100_000)
    const error = await rejection(through(proxy, 'me:secret').send(request(HTTPS, { body })))
    const failure = connectionFailure(error)
    expect(failure).toMatchObject({ sent: 'never', code, kind })
    expect(failure.message).toContain(
      `the proxy http://${proxy.url.host} answered ${status.slice(0, 3)} to CONNECT dhis2.example:443`,
    )
    await until(() => proxy.sockets.size === 0)
  })

  it.each([
    ['no HTTP', '220 mail.example ESMTP\r\n'],
    ['nothing', ''],
  ])('through what speaks %s is no tunnel', async (_, answer) => {
    const error = await rejection(through(await answering(answer)).send(request(HTTPS)))
    expect(connectionFailure(error)).toMatchObject({ sent: 'never', code: 'PROXY_BROKEN' })
  })

  it('that the proxy does not answer in time is given up', async () => {
    const proxy = await rawServer(() => {})
    const error = await rejection(through(proxy, '', 200).send(request(HTTPS)))
    expect(connectionFailure(error)).toMatchObject({ sent: 'never', code: 'PROXY_UNREACHABLE' })
    await until(() => proxy.sockets.size === 0)
  })

  it('that breaks off before TLS is not the proxy’s failure', async () => {
    const proxy = await answering('HTTP/1.1 200 OK\r\n\r\n')
    const error = await rejection(through(proxy).send(request(HTTPS)))
    expect(connectionFailure(error).code).not.toMatch(/^PROXY/)
    await until(() => proxy.sockets.size === 0)
  })

  it.each<[string, (socket: Socket) => void]>([
    ['the proxy’s answer', () => {}],
    ['TLS', (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n')],
  ])('ends with close() while it waits for %s', async (_, onConnect) => {
    let waits = 0
    const proxy = await rawServer((socket) => {
      waits += 1
      if (waits === 1) onConnect(socket)
    })
    const { send, close } = through(proxy)
    const sent = rejection(send(request(HTTPS)))
    await until(() => waits > 0)
    await close()
    expect(await sent).toBeInstanceOf(Error)
    await until(() => proxy.sockets.size === 0)
  })

  it('is not waited for after an abort', async () => {
    const proxy = await rawServer(() => {})
    const controller = new AbortController()
    const sent = rejection(through(proxy).send(request(HTTPS, { signal: controller.signal })))
    await until(() => proxy.accepted() === 1)
    controller.abort('enough')
    expect(await sent).toBe('enough')
  })
})
