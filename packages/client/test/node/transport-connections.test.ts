import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { connectionFailure } from '../../src/http/connection-errors.js'
import { httpServer, pause, rawServer, rejection, request, source, transport, until } from './servers.js'

describe('the pool', () => {
  it('sends 100 concurrent requests over 4 connections', async () => {
    const server = await httpServer((incoming, answer) => {
      incoming.resume().on('end', () => setTimeout(() => answer.end(incoming.headers['x-n']), 2))
    })
    const { send } = transport(4)
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const body = n % 2 === 0 ? source(100_000) : source(100_000, { size: undefined })
        return (await send(request(server.url, { body, headers: { 'x-n': String(n) } }))).text()
      }),
    )
    expect(answers).toEqual(Array.from({ length: 100 }, (_, n) => String(n)))
    expect(server.accepted()).toBeLessThanOrEqual(4)
  })

  it('opens 32 connections where nothing else is said', async () => {
    const server = await httpServer((_, answer) => void setTimeout(() => answer.end(), 100))
    const { send } = transport()
    await Promise.all(Array.from({ length: 64 }, async () => (await send(request(server.url))).text()))
    expect(server.accepted()).toBe(32)
  })

  it('fails 100 concurrent requests that are all refused, and says that none was sent', async () => {
    const { send } = transport(4)
    const refused = new URL('http://localhost:1/')
    const errors = await Promise.all(
      Array.from({ length: 100 }, () => rejection(send(request(refused, { body: source(4_000_000) })))),
    )
    for (const error of errors) expect(connectionFailure(error)).toMatchObject({ sent: 'never', kind: 'refused' })
  })

  it('says that a host is not known', async () => {
    const error = await rejection(transport().send(request(new URL('http://no-such-host.invalid/'))))
    expect(connectionFailure(error)).toMatchObject({ sent: 'never', kind: 'dns' })
  })

  it('says that there is no TLS where https is asked of http', async () => {
    const server = await httpServer((_, answer) => void answer.end())
    const url = new URL(server.url)
    url.protocol = 'https:'
    const error = await rejection(transport().send(request(url)))
    expect(connectionFailure(error)).toMatchObject({ sent: 'never', kind: 'tls' })
  })

  it('says that no connection was made in time', async () => {
    const error = await rejection(transport(1, { connect: 100 }).send(request(new URL('http://192.0.2.1:81/'))))
    // a machine without a network says so by itself
    expect(connectionFailure(error).kind).toMatch(/connect-timeout|unreachable|refused/)
    expect(connectionFailure(error).sent).toBe('never')
  })
})

describe('close()', () => {
  it('ends idle connections', async () => {
    const server = await httpServer((_, answer) => void answer.end('ok'))
    const { send, close } = transport()
    await (await send(request(server.url))).text()
    expect(server.sockets.size).toBe(1)
    await Promise.all([close(), close()])
    await until(() => server.sockets.size === 0)
  })

  it('waits for an upload and its answer', async () => {
    const server = await httpServer((incoming, answer) => {
      incoming.resume().on('end', () => setTimeout(() => answer.end('late'), 100))
    })
    const { send, close } = transport()
    const sent = send(request(server.url, { body: source(4_000_000) })).then((response) => response.text())
    await pause(10)
    const closed = close()
    expect(await sent).toBe('late')
    await closed
    await until(() => server.sockets.size === 0)
  })

  it('gives up an answer that nobody reads, and fails its stream', async () => {
    const server = await httpServer((_, answer) => void answer.end(Buffer.alloc(5_000_000)))
    const { send, close } = transport(1, { unread: 100 })
    const response = await send(request(server.url))
    await close()
    expect(await rejection(response.arrayBuffer())).toBeInstanceOf(Error)
    await until(() => server.sockets.size === 0)
  })

  it('gives up a request that the server never answers', async () => {
    const server = await httpServer(() => {})
    const { send, close } = transport(1, { stalled: 100 })
    const sent = rejection(send(request(server.url)))
    await until(() => server.accepted() === 1)
    await close()
    expect(connectionFailure(await sent)).toMatchObject({ sent: 'maybe', kind: 'closed' })
    await until(() => server.sockets.size === 0)
  })

  it('refuses what comes after it', async () => {
    const server = await httpServer((_, answer) => void answer.end())
    const { send, close } = transport()
    await close()
    expect(connectionFailure(await rejection(send(request(server.url))))).toMatchObject({
      sent: 'never',
      kind: 'closed',
    })
    expect(server.accepted()).toBe(0)
  })

  it('ends the connection of a stream that is cancelled', async () => {
    const server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\nabc')
    })
    const response = await transport().send(request(server.url))
    expect(server.sockets.size).toBe(1)
    await response.body?.cancel()
    await until(() => server.sockets.size === 0)
  })
})

it('runs on the undici that its guards were written for: read connector.ts before you change this number', () => {
  const resolved = createRequire(import.meta.url).resolve('undici')
  const { version } = JSON.parse(readFileSync(resolved.replace(/index\.js$/, 'package.json'), 'utf8')) as {
    version: string
  }
  expect(version).toBe('7.30.2')
})
