import { describe, expect, it } from 'vitest'
import { httpServer, md5Of, rawServer, rejection, received, request, source, transport, until } from './servers.js'

describe('what is sent', () => {
  it('sends method, path, query and headers, Latin-1 values as Latin-1', async () => {
    let raw: Buffer = Buffer.alloc(0)
    const server = await rawServer((socket, bytes) => {
      raw = bytes
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
    })
    const response = await transport().send(request(server.url, { method: 'DELETE', headers: { 'x-name': 'Zo\xeb' } }))
    expect(await response.text()).toBe('ok')
    expect(raw.toString('latin1')).toMatch(/^DELETE \/dhis\/api\/x\?a=1 HTTP\/1\.1\r\n/)
    expect(raw.toString('latin1')).toContain('x-name: Zo\xeb\r\n')
  })

  it.each([0, 1, 1_048_576, 1_048_577, 20_000_000])('sends %d bytes with their exact length', async (length) => {
    const server = await httpServer(async (incoming, answer) => {
      const { 'content-length': declared, 'content-type': type, 'transfer-encoding': encoding } = incoming.headers
      answer.end(JSON.stringify({ ...(await received(incoming)), declared, type, encoding }))
    })
    const body = source(length, { type: 'image/png' })
    const response = await transport().send(request(server.url, { body, headers: { 'content-type': 'x/y' } }))
    expect(await response.json()).toEqual({
      length,
      md5: md5Of(length),
      declared: String(length),
      type: 'image/png',
    })
    expect(body.opened()).toBe(1)
  })

  it.each([0, 10, 5_000_000])('sends %d bytes of unknown length chunked', async (length) => {
    const server = await httpServer(async (incoming, answer) => {
      const { 'content-length': declared, 'transfer-encoding': encoding } = incoming.headers
      answer.end(JSON.stringify({ ...(await received(incoming)), declared, encoding }))
    })
    const response = await transport().send(request(server.url, { body: source(length, { size: undefined }) }))
    const framing = length === 0 ? { declared: '0' } : { encoding: 'chunked' }
    expect(await response.json()).toEqual({ length, md5: md5Of(length), ...framing })
  })

  it("keeps the caller's Content-Type where the body has none, and computes Content-Length itself", async () => {
    const server = await httpServer((incoming, answer) => {
      incoming.resume()
      answer.end(JSON.stringify([incoming.headers['content-type'], incoming.headers['content-length']]))
    })
    const headers = { 'content-type': 'application/json', 'content-length': '7' }
    const response = await transport().send(request(server.url, { body: source(3, { type: '' }), headers }))
    expect(await response.json()).toEqual(['application/json', '3'])
  })
})

describe('what comes back', () => {
  it('gives every header, several Set-Cookie apart, Latin-1 values as Latin-1', async () => {
    const cookies = Array.from({ length: 30 }, (_, i) => `c${i}=${i}; Path=/`)
    const server = await rawServer((socket) => {
      const lines = cookies.map((cookie) => `Set-Cookie: ${cookie}\r\n`).join('')
      const head = `HTTP/1.1 200 OK\r\n${lines}X-A: 1\r\nX-A: 2\r\nX-Name: Zo\xeb\r\nContent-Length: 0\r\n\r\n`
      socket.write(Buffer.from(head, 'latin1'))
    })
    const { headers } = await transport().send(request(server.url))
    expect(headers.getSetCookie()).toEqual(cookies)
    expect(headers.get('x-a')).toBe('1, 2')
    expect(headers.get('x-name')).toBe('Zo\xeb')
  })

  it.each([200, 299, 302, 401, 404, 409, 500, 599])('answers status %d as it is', async (status) => {
    const server = await httpServer((_, answer) => {
      answer.writeHead(status, { location: '/elsewhere' }).end('body')
    })
    const response = await transport().send(request(server.url))
    expect([response.status, await response.text()]).toEqual([status, 'body'])
    expect(server.accepted()).toBe(1)
  })

  it.each([204, 205, 304])('gives status %d a body of null and uses the connection again', async (status) => {
    const server = await httpServer((_, answer) => void answer.writeHead(status).end())
    const { send } = transport()
    for (let i = 0; i < 10; i += 1) expect((await send(request(server.url))).body).toBeNull()
    // the pool may open a second one when a request follows in the same turn of the event loop
    expect(server.accepted()).toBeLessThanOrEqual(2)
  })

  it('gives the answer to HEAD a body of null and its Content-Length', async () => {
    const server = await httpServer((_, answer) => void answer.setHeader('content-length', 1000).end())
    const response = await transport().send(request(server.url, { method: 'HEAD' }))
    expect([response.body, response.headers.get('content-length')]).toEqual([null, '1000'])
  })

  it.each(['600 Weird', '999 Weird'])('says that status %s is not HTTP, and ends the connection', async (line) => {
    const server = await rawServer((socket) => void socket.write(`HTTP/1.1 ${line}\r\ncontent-length: 100\r\n\r\n`))
    const error = await rejection(transport().send(request(server.url)))
    expect(error).toMatchObject({ name: 'Dhis2Error', code: 'protocol', status: Number.parseInt(line, 10) })
    await until(() => server.sockets.size === 0)
  })

  it('drops a reason phrase that a Response cannot hold', async () => {
    const server = await rawServer((socket) => {
      socket.write(Buffer.from('HTTP/1.1 200 \u4f60\u597d\r\ncontent-length: 2\r\n\r\nok', 'utf8'))
    })
    const response = await transport().send(request(server.url))
    expect([response.status, response.statusText, await response.text()]).toEqual([200, '', 'ok'])
  })

  it('rejects an answer that is not HTTP', async () => {
    const server = await rawServer((socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n'))
    expect(await rejection(transport().send(request(server.url)))).toMatchObject({ name: 'HTTPParserError' })
  })

  it('yields a body of 50 MB whole', async () => {
    const server = await httpServer(async (_, answer) => {
      const reader = (await source(50_000_000).open()).getReader()
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        if (!answer.write(chunk.value)) await new Promise((resolve) => answer.once('drain', resolve))
      }
      answer.end()
    })
    const response = await transport().send(request(server.url))
    expect(await received(response.body as never)).toEqual({ length: 50_000_000, md5: md5Of(50_000_000) })
  })

  it('takes no more from the server than a slow reader wants', async () => {
    let written = 0
    const server = await httpServer(async (_, answer) => {
      const chunk = Buffer.alloc(65_536)
      while (written < 200_000_000 && !answer.destroyed) {
        written += chunk.byteLength
        if (!answer.write(chunk)) await once(answer, 'drain')
      }
    })
    const response = await transport().send(request(server.url))
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    await new Promise((resolve) => setTimeout(resolve, 300))
    // what the two kernels and the streams between hold, and no more
    expect(written).toBeLessThan(20_000_000)
    await reader.cancel()
    await until(() => server.sockets.size === 0)
  })
})

function once(emitter: NodeJS.EventEmitter, event: string): Promise<void> {
  return new Promise((resolve) => emitter.once(event, () => resolve()))
}
