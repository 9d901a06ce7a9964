import { request as httpRequest } from 'node:http'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, beforeAll, afterAll, describe, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '@dhis2-files/emulator'
import { McpUsageError } from '../../src/flags.js'
import { type HttpOptions, type RunningHttp, serveHttp } from '../../src/http/serve.js'
import { connected, makeClient } from '../connect.js'
import { type Home, makeHome } from '../home.js'

const TOKEN = 'a-long-random-word-of-this-test'

let emulator: Emulator
let home: Home
const running: RunningHttp[] = []

beforeAll(async () => {
  emulator = createEmulator({ version: '2.43', settings: { storageDelay: 0 } })
  home = await makeHome({ main: { base_url: (await emulator.serve()).url } })
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})
afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await emulator.close()
})

async function serve(options: HttpOptions = {}): Promise<RunningHttp> {
  const server = await serveHttp({ port: 0, env: home.env, cwd: home.path, ...options })
  running.push(server)
  return server
}

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' }

/** A request as any program may send it: fetch would not let us name a Host. */
function send(
  url: string,
  headers: Record<string, string> = {},
  body: unknown = PING,
  method = 'POST',
): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const accept = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const sent = httpRequest(url, { method, headers: { ...accept, ...headers } }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }))
    })
    sent.on('error', reject)
    sent.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
}

describe('who is let in', () => {
  test('this machine, by its own names', async () => {
    const { url, port } = await serve()
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, 'LOCALHOST']) {
      expect([host, (await send(url, { host }, INITIALIZE)).status]).toEqual([host, 200])
    }
  })

  test.each(['evil.example', 'evil.example:8424', '127.0.0.1.evil.example', 'localhost.evil.example'])(
    'nobody who comes by another name, %j, whatever it resolves to',
    async (host) => {
      const { url } = await serve()
      const { status, text } = await send(url, { host }, INITIALIZE)
      expect([status, text]).toEqual([403, expect.stringContaining('Host')])
    },
  )

  test.each(['https://evil.example', 'http://localhost.evil.example', 'null', 'nonsense'])(
    'no web page of %j',
    async (origin) => {
      const { url } = await serve()
      expect((await send(url, { origin }, INITIALIZE)).status).toBe(403)
      expect((await send(url, { origin: 'http://localhost:6274' }, INITIALIZE)).status).toBe(200)
    },
  )

  test('with a token, nobody without it, not even to end or to ask for anything', async () => {
    const { url } = await serve({ token: TOKEN })
    for (const authorization of [
      undefined,
      'Bearer',
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      `Basic ${TOKEN}`,
      TOKEN,
    ]) {
      for (const method of ['POST', 'GET', 'DELETE', 'PUT']) {
        const { status, headers, text } = await send(
          url,
          authorization === undefined ? {} : { authorization },
          INITIALIZE,
          method,
        )
        expect([method, authorization, status]).toEqual([method, authorization, 401])
        expect(headers['www-authenticate']).toBe('Bearer')
        expect(text).not.toContain(TOKEN)
      }
    }
    expect((await send(url, { authorization: `Bearer ${TOKEN}` }, INITIALIZE)).status).toBe(200)
  })

  test('a body that is too large is not read', async () => {
    const { url } = await serve({ maxInline: 0 })
    const answer = send(url, {}, 'x'.repeat(1_100_000)).catch(() => ({ status: 413 }))
    expect((await answer).status).toBe(413)
  })

  test('nothing else is there', async () => {
    const { url } = await serve()
    expect((await send(url.replace('/mcp', '/'), {}, INITIALIZE)).status).toBe(404)
    expect((await send(`${url}/../etc`, {}, INITIALIZE)).status).toBe(404)
  })
})

describe('what is not served at all', () => {
  test.each([
    ['other machines without a token', { host: '0.0.0.0' }, /--token-env/],
    ['other machines without a token, over IPv6', { host: '::' }, /--token-env/],
    ['a proxy without a token', { allowedHosts: ['mcp.example.org'] }, /--token-env/],
    ['a token that can be guessed', { token: 'short' }, /too short/],
    ['a token that no header can carry', { token: 'with blanks in it, and long' }, /no blanks/],
    ['a host that is none of this machine', { host: '192.0.2.1', token: TOKEN }, /no such address/],
    ['inline files that break the connection', { maxInline: 50_000_000 }, /--max-inline/],
    ['a root that is no folder', { roots: ['/absent/folder'] }, /--root \/absent\/folder cannot be used/],
  ] as const)('%s', async (_what, options, why) => {
    await expect(serve(options as HttpOptions)).rejects.toThrow(why)
    await expect(serve(options as HttpOptions)).rejects.toThrow(McpUsageError)
  })

  test('a port that is taken', async () => {
    const { port } = await serve()
    await expect(serve({ port })).rejects.toThrow(/another program listens there. Choose another --port/)
  })
})

test('other machines come in with the token alone, by whatever name', async () => {
  const { port } = await serve({ host: '0.0.0.0', token: TOKEN })
  const url = `http://127.0.0.1:${port}/mcp`
  const authorization = `Bearer ${TOKEN}`
  expect((await send(url, { host: 'any.example' }, INITIALIZE)).status).toBe(401)
  expect((await send(url, { host: 'any.example', authorization }, INITIALIZE)).status).toBe(200)
  expect(
    (await send(url, { host: 'any.example', origin: 'https://any.example', authorization }, INITIALIZE)).status,
  ).toBe(403)
})

test('a proxy comes in by the name that is allowed, and by no other', async () => {
  const { url } = await serve({ allowedHosts: ['mcp.example.org'], token: TOKEN })
  const authorization = `Bearer ${TOKEN}`
  expect((await send(url, { host: 'mcp.example.org', authorization }, INITIALIZE)).status).toBe(200)
  expect((await send(url, { host: 'evil.example.org', authorization }, INITIALIZE)).status).toBe(403)
})

describe.each(['legacy', 'modern'] as const)('the official client (%s)', (era) => {
  test('works with the token', async () => {
    const { url } = await serve({ token: TOKEN })
    const client = makeClient({ era })
    await client.connect(
      new StreamableHTTPClientTransport(new URL(url), {
        requestInit: { headers: { authorization: `Bearer ${TOKEN}` } },
      }),
    )
    await using server = connected(
      client,
      () => '',
      () => client.close(),
    )
    expect(await server.ok('files_documents_list')).toMatchObject({ result: [] })
  })

  test('is not asked for its roots: they are paths of another machine, or another user', async () => {
    const { url } = await serve({ write: true })
    const client = makeClient({ era, roots: [home.path] })
    let asked = 0
    client.setRequestHandler('roots/list', () => {
      asked++
      return { roots: [] }
    })
    await client.connect(new StreamableHTTPClientTransport(new URL(url)))
    await using server = connected(
      client,
      () => '',
      () => client.close(),
    )
    expect(await server.refused('files_documents_upload', { path: 'a.txt' })).toMatch(/\(no-roots\)/)
    expect(asked).toBe(0)
  })

  test('a call that runs when the server is closed ends, and the server too', async () => {
    const { url, close } = await serve()
    const client = makeClient({ era })
    await client.connect(new StreamableHTTPClientTransport(new URL(url)))
    const stall = emulator.inject({ kind: 'stall', direction: 'down', route: 'GET /api/documents*' })
    const call = client.callTool({ name: 'files_documents_list', arguments: {} }, { timeout: 20_000 })
    const ended = call.then(
      () => 'answered',
      () => 'ended',
    )
    while (stall.fired === 0) await new Promise(setImmediate)
    await close()
    stall.remove()
    await client.close()
    expect(await ended).toBe('ended')
  })
})

describe('sessions', () => {
  const initialize = async (url: string): Promise<string> =>
    String((await send(url, {}, INITIALIZE)).headers['mcp-session-id'])

  test('begin with initialize, have a name that cannot be guessed, and end with DELETE', async () => {
    const server = await serve()
    const id = await initialize(server.url)
    expect(id).toMatch(/^[\da-f-]{36}$/)
    expect(server.sessions).toBe(1)
    expect((await send(server.url, { 'mcp-session-id': id })).status).toBe(200)
    expect((await send(server.url, { 'mcp-session-id': id }, '', 'DELETE')).status).toBe(200)
    expect(server.sessions).toBe(0)
    expect((await send(server.url, { 'mcp-session-id': id })).status).toBe(404)
  })

  test('what begins none leaves none behind', async () => {
    const server = await serve()
    expect((await send(server.url)).status).toBe(400)
    expect((await send(server.url, { 'mcp-session-id': 'guess' })).status).toBe(404)
    expect((await send(server.url, {}, '{')).status).toBe(400)
    expect(server.sessions).toBe(0)
  })
})
