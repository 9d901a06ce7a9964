import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { connectionFailure } from '../../src/http/connection-errors.js'
import { httpServer, pause, rawServer, rejection, request, source, transport, until } from './servers.js'

const MB = 1_000_000

/** Sends pieces that fill first one and then the other buffer of an answer that nobody reads. */
async function fillBuffers(socket: Socket, headers: string): Promise<void> {
  socket.write(`HTTP/1.1 200 OK\r\n${headers}\r\n`)
  for (let i = 0; i < 2; i += 1) {
    await pause(20)
    socket.write(Buffer.alloc(65_536))
  }
  await pause(20)
}

describe('a source that is not what it says', () => {
  it.each([
    ['fewer bytes than announced, small', 99, 100],
    ['more bytes than announced, small', 101, 100],
    ['fewer bytes than announced, large', 4 * MB - 1, 4 * MB],
    ['more bytes than announced, large', 4 * MB + 1, 4 * MB],
    ['far more bytes than announced', Number.POSITIVE_INFINITY, 4 * MB],
    ['no bytes at all', 0, 4 * MB],
  ])('fails with integrity for %s, and the server never sees a whole request', async (_, length, size) => {
    let whole = 0
    const server = await httpServer((incoming, answer) => {
      incoming.on('error', () => {})
      incoming.resume().on('end', () => {
        whole += 1
        answer.end()
      })
    })
    const body = source(length, { size })
    const error = await rejection(transport().send(request(server.url, { body })))
    expect(error).toMatchObject({ name: 'Dhis2Error', code: 'integrity', doubtful: false })
    expect((error as Error).message).toContain(String(size))
    await until(() => server.sockets.size === 0)
    expect(whole).toBe(0)
  })

  it.each([
    ['small', 100, 50],
    ['large', 8 * MB, 3 * MB],
    ['of unknown length', undefined, 3 * MB],
  ])(
    'passes on the error of a source that fails, %s',
    async (_, size, failAt) => {
      const server = await httpServer((incoming) => void incoming.on('error', () => {}).resume())
      const failure = new RangeError('the disk is gone')
      const body = source(size ?? 8 * MB, { size, failAt, chunk: 10_000, error: failure })
      expect(await rejection(transport().send(request(server.url, { body })))).toBe(failure)
      await until(() => server.sockets.size === 0)
    },
    60_000,
  )

  it('passes on the error of a source that cannot be opened', async () => {
    const server = await httpServer((incoming) => void incoming.resume())
    const failure = new Error('no such file')
    const body = { ...source(4 * MB), open: () => Promise.reject(failure) }
    expect(await rejection(transport().send(request(server.url, { body })))).toBe(failure)
  })

  it('refuses chunks that are not bytes', async () => {
    const server = await httpServer((incoming) => void incoming.resume())
    const open = () => Promise.resolve(new Response('x').body?.pipeThrough(new TextDecoderStream()) as never)
    const error = await rejection(transport().send(request(server.url, { body: { ...source(1), open } })))
    expect(error).toMatchObject({
      name: 'TypeError',
      message: 'A stream gave a chunk of kind string: the chunks of a file must be Uint8Array.',
    })
  })
})

describe('an answer that comes early', () => {
  it.each([
    ['one Buffer', 1_000_000, 1_000_000],
    ['a stream of known length', 64 * MB, 64 * MB],
    ['a stream of unknown length', 64 * MB, undefined],
  ])('is what the caller gets although the server closes the connection: %s', async (_, length, size) => {
    const server = await rawServer((socket) => {
      socket.removeAllListeners('data')
      socket.pause()
      socket.write('HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: 6\r\n\r\nlimit\n', () => {
        setTimeout(() => socket.resetAndDestroy(), 5)
      })
    })
    for (let i = 0; i < 20; i += 1) {
      const body = source(length, { size, chunk: 16_384 })
      const response = await transport().send(request(server.url, { body }))
      expect([response.status, await response.text()]).toEqual([413, 'limit\n'])
      if (length > MB) await until(() => body.cancelled().length === 1)
    }
  })

  it('stops the upload when the connection would have been kept, and never uses it again', async () => {
    const server = await rawServer((socket) => {
      socket.removeAllListeners('data')
      socket.write('HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno')
    })
    const { send } = transport(1)
    for (let i = 0; i < 3; i += 1) {
      const body = source(Number.POSITIVE_INFINITY, { size: undefined })
      const response = await send(request(server.url, { body }))
      expect([response.status, await response.text()]).toEqual([401, 'no'])
      await until(() => body.cancelled().length === 1)
    }
    expect(server.accepted()).toBe(3)
  })
})

describe('a connection that ends', () => {
  it.each([1_000_000, 64 * MB])(
    'rejects a request of %d bytes that the server cuts, and lets go of its source',
    async (length) => {
      const server = await rawServer((socket) => void socket.resetAndDestroy())
      const body = source(length)
      const error = await rejection(transport().send(request(server.url, { body })))
      expect(connectionFailure(error)).toMatchObject({ sent: 'maybe', kind: 'reset' })
      if (length > MB) await until(() => body.cancelled().length === 1)
    },
  )

  it.each([
    ['Content-Length, FIN', 'content-length: 1000\r\n', 'end', 'reset'],
    ['Content-Length, FIN, not kept', 'connection: close\r\ncontent-length: 1000\r\n', 'end', 'truncated'],
    ['Content-Length, RST', 'content-length: 1000\r\n', 'resetAndDestroy', 'reset'],
    ['Content-Length, RST, not kept', 'connection: close\r\ncontent-length: 1000\r\n', 'resetAndDestroy', 'reset'],
    ['chunked, FIN', 'transfer-encoding: chunked\r\n', 'end', 'reset'],
    ['chunked, FIN, not kept', 'connection: close\r\ntransfer-encoding: chunked\r\n', 'end', 'truncated'],
    ['chunked, RST, not kept', 'connection: close\r\ntransfer-encoding: chunked\r\n', 'resetAndDestroy', 'reset'],
    ['no length, RST', 'connection: close\r\n', 'resetAndDestroy', 'reset'],
  ] as const)('fails the stream of a truncated body: %s', async (_, headers, end, kind) => {
    const server = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${headers}\r\n5\r\nhello\r\n`, () => setTimeout(() => socket[end](), 20))
    })
    const response = await transport().send(request(server.url))
    expect(response.status).toBe(200)
    expect(connectionFailure(await rejection(response.arrayBuffer()))).toMatchObject({ sent: 'maybe', kind })
  })

  it.each([
    ['of known length', 'connection: close\r\ncontent-length: 131072\r\n'],
    ['of known length on a kept connection', 'content-length: 131072\r\n'],
    ['without length', 'connection: close\r\n'],
  ])('yields a body %s whole to a reader that comes after the server has gone', async (_, headers) => {
    const server = await rawServer((socket) => void fillBuffers(socket, headers).then(() => socket.end()))
    const response = await transport().send(request(server.url))
    await pause(150)
    expect((await response.arrayBuffer()).byteLength).toBe(131_072)
  })

  it.each([
    ['end', 'connection: close\r\n'],
    ['end', ''],
    ['resetAndDestroy', 'connection: close\r\n'],
    ['resetAndDestroy', ''],
  ] as const)(
    'fails a reader that comes after the server has gone by %s in the middle, and nothing else',
    async (end, kept) => {
      const server = await rawServer(
        (socket) => void fillBuffers(socket, `${kept}content-length: 9000000\r\n`).then(() => socket[end]()),
      )
      const response = await transport().send(request(server.url))
      await pause(150)
      expect(connectionFailure(await rejection(response.arrayBuffer())).kind).toMatch(/truncated|reset/)
    },
  )

  it('never reports a request on a connection that the server closed meanwhile as not sent', async () => {
    const server = await httpServer((_, answer) => void answer.end('ok'))
    const { send } = transport(1)
    const outcomes = new Set<string>()
    for (let i = 0; i < 50; i += 1) {
      outcomes.add(
        await send(request(server.url)).then(
          (response) => response.text(),
          (error: unknown) => `${connectionFailure(error).sent} sent, ${connectionFailure(error).kind}`,
        ),
      )
      for (const socket of server.sockets) socket.destroy()
    }
    outcomes.delete('maybe sent, reset')
    expect([...outcomes]).toEqual(['ok'])
    await pause(20)
    expect(await (await send(request(server.url))).text()).toBe('ok')
  })
})
