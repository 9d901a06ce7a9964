import { describe, expect, it } from 'vitest'
import { httpServer, pause, rawServer, rejection, request, source, transport, until } from './servers.js'

const reason = new Error('enough')
const MB = 1_000_000

/** An address that swallows what is sent to it: no connection is ever made (RFC 5737). */
const BLACK_HOLE = new URL('http://192.0.2.1:81/')

describe('an abort', () => {
  it('rejects before anything happens', async () => {
    const server = await httpServer(() => {})
    const body = source(10)
    const signal = AbortSignal.abort(reason)
    expect(await rejection(transport().send(request(server.url, { body, signal })))).toBe(reason)
    expect([body.opened(), server.accepted()]).toEqual([0, 0])
  })

  it('rejects at once while the connection is made, and close() ends the attempt', async () => {
    const abort = new AbortController()
    const { send, close } = transport()
    const body = source(10 * MB)
    const sent = rejection(send(request(BLACK_HOLE, { body, signal: abort.signal })))
    await pause(50)
    const start = Date.now()
    abort.abort(reason)
    // a machine without a network refuses by itself
    expect([reason, expect.objectContaining({ syscall: 'connect' })]).toContainEqual(await sent)
    await close()
    expect(Date.now() - start).toBeLessThan(1_000)
    expect(body.opened()).toBe(0)
  })

  it('rejects at once while the request waits for a free connection', async () => {
    const server = await httpServer(() => {})
    const { send } = transport(1)
    const first = new AbortController()
    const holding = rejection(send(request(server.url, { signal: first.signal })))
    await until(() => server.accepted() === 1)
    const second = new AbortController()
    const waiting = rejection(send(request(server.url, { signal: second.signal })))
    second.abort(reason)
    expect(await waiting).toBe(reason)
    first.abort(reason)
    expect(await holding).toBe(reason)
    await until(() => server.sockets.size === 0)
  })

  it.each([
    ['opens', { ...source(100), cancelled: () => [reason], open: () => new Promise<never>(() => {}) }],
    ['yields the first bytes of a small body', source(100, { stallAt: 0 })],
  ])('rejects at once while the source %s', async (_, body) => {
    const server = await httpServer(() => {})
    const abort = new AbortController()
    const sent = rejection(transport().send(request(server.url, { body, signal: abort.signal })))
    await pause(20)
    abort.abort(reason)
    expect(await sent).toBe(reason)
    expect(body.cancelled()).toEqual([reason])
    expect(server.accepted()).toBe(0)
  })

  it('cancels a stream that opens too late', async () => {
    const server = await httpServer(() => {})
    const abort = new AbortController()
    const late = source(100)
    const body = { ...late, open: () => pause(50).then(() => late.open()) }
    const sent = rejection(transport().send(request(server.url, { body, signal: abort.signal })))
    abort.abort(reason)
    expect(await sent).toBe(reason)
    await until(() => late.cancelled().length === 1)
  })

  it.each([
    ['the server takes no more', source(Number.POSITIVE_INFINITY, { size: undefined }), false],
    ['the source yields no more', source(8 * MB, { stallAt: 2 * MB }), true],
  ])('ends connection and source while sending, when %s', async (_, body, reads) => {
    const server = await rawServer((socket) => void (reads || socket.pause()))
    const abort = new AbortController()
    const sent = rejection(transport().send(request(server.url, { body, signal: abort.signal })))
    await until(() => body.read() >= MB)
    abort.abort(reason)
    expect(await sent).toBe(reason)
    expect(body.cancelled()).toEqual([reason])
    for (const socket of server.sockets) socket.removeAllListeners('data').resume()
    await until(() => server.sockets.size === 0)
  })

  it.each([0, 100, 4 * MB])('ends the connection while waiting for the head after %d bytes', async (length) => {
    let whole = false
    const server = await httpServer((incoming) => void incoming.resume().on('end', () => (whole = true)))
    const abort = new AbortController()
    const body = length === 0 ? {} : { body: source(length) }
    const sent = rejection(transport().send(request(server.url, { ...body, signal: abort.signal })))
    await until(() => whole)
    abort.abort(reason)
    expect(await sent).toBe(reason)
    await until(() => server.sockets.size === 0)
  })

  it.each([1000, 5 * MB])(
    'ends the connection and fails the stream while %d bytes of the body are read',
    async (length) => {
      const server = await rawServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n')
        socket.write(Buffer.alloc(length))
      })
      const abort = new AbortController()
      const response = await transport().send(request(server.url, { signal: abort.signal }))
      const reader = (response.body as ReadableStream<Uint8Array>).getReader()
      await reader.read()
      const rest = rejection(
        (async () => {
          while (!(await reader.read()).done) {}
        })(),
      )
      await pause(20)
      abort.abort(reason)
      expect(await rest).toBe(reason)
      await until(() => server.sockets.size === 0)
    },
  )

  it('surfaces a reason that is no error', async () => {
    const server = await httpServer(() => {})
    for (const why of ['stop', 0, null]) {
      const abort = new AbortController()
      const sent = rejection(transport().send(request(server.url, { signal: abort.signal })))
      await pause(20)
      abort.abort(why)
      expect(await sent).toBe(why)
    }
  })

  it('after the end changes nothing', async () => {
    const server = await httpServer((_, answer) => void answer.end('ok'))
    const { send } = transport(1)
    const abort = new AbortController()
    expect(await (await send(request(server.url, { signal: abort.signal }))).text()).toBe('ok')
    abort.abort(reason)
    expect(await (await send(request(server.url))).text()).toBe('ok')
  })
})
