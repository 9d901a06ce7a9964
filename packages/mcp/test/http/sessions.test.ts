import { McpServer } from '@modelcontextprotocol/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSessions, type Sessions } from '../../src/http/sessions.js'

/* How sessions end that nobody ends. Time is ours. */

const IDLE = 60_000

let sessions: Sessions
let closed: number

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  closed = 0
  sessions = createSessions({ connect, idle: IDLE, most: 3, maxRequestBodySize: 100_000 })
})
afterEach(async () => {
  await sessions.close()
  vi.useRealTimers()
})

function connect(): McpServer {
  const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { tools: {} } })
  server.server.onclose = () => closed++
  return server
}

const request = (body: unknown, session?: string): Request =>
  new Request('http://127.0.0.1/mcp', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(session !== undefined && { 'mcp-session-id': session }),
    },
    body: JSON.stringify(body),
  })

const ping = (session: string): Request => request({ jsonrpc: '2.0', id: 2, method: 'ping' }, session)

async function begin(): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } }
  const response = await sessions.handle(request({ jsonrpc: '2.0', id: 1, method: 'initialize', params }))
  await response.text()
  return response.headers.get('mcp-session-id') ?? ''
}

const isThere = async (session: string): Promise<boolean> => {
  const response = await sessions.handle(ping(session))
  await response.text()
  return response.status === 200
}

test('a session that nobody uses ends, with its server', async () => {
  const session = await begin()
  await vi.advanceTimersByTimeAsync(IDLE - 1)
  expect(sessions.size).toBe(1)
  await vi.advanceTimersByTimeAsync(IDLE + 1)
  expect(sessions.size).toBe(0)
  expect(closed).toBe(1)
  expect(await isThere(session)).toBe(false)
})

test('each request gives it time anew', async () => {
  const session = await begin()
  for (let i = 0; i < 5; i++) {
    await vi.advanceTimersByTimeAsync(IDLE - 1000)
    expect(await isThere(session)).toBe(true)
  }
})

test('a session that is listened to stays, until nobody listens', async () => {
  const session = await begin()
  const headers = { accept: 'text/event-stream', 'mcp-session-id': session }
  const stream = await sessions.handle(new Request('http://127.0.0.1/mcp', { headers }))
  expect(stream.status).toBe(200)
  await vi.advanceTimersByTimeAsync(10 * IDLE)
  expect(sessions.size).toBe(1)
  await stream.body?.cancel()
  await vi.advanceTimersByTimeAsync(2 * IDLE)
  expect(sessions.size).toBe(0)
})

test('where no more fit, the one that rests longest makes room', async () => {
  const [first = '', second = '', third = ''] = [await begin(), await begin(), await begin()]
  await vi.advanceTimersByTimeAsync(1000)
  expect(await isThere(first)).toBe(true)
  const fourth = await begin()
  expect(sessions.size).toBe(3)
  expect(await Promise.all([first, second, third, fourth].map(isThere))).toEqual([true, false, true, true])
})

test('a request that begins no session ends none', async () => {
  const three = [await begin(), await begin(), await begin()]
  for (const stray of [request({ jsonrpc: '2.0', id: 9, method: 'ping' }), new Request('http://127.0.0.1/mcp')]) {
    expect((await sessions.handle(stray)).status).toBeGreaterThanOrEqual(400)
  }
  expect(await Promise.all(three.map(isThere))).toEqual([true, true, true])
})

test('where all are in use, a further one is refused, and told so', async () => {
  for (let i = 0; i < 3; i++) {
    const headers = { accept: 'text/event-stream', 'mcp-session-id': await begin() }
    await sessions.handle(new Request('http://127.0.0.1/mcp', { headers }))
  }
  const refused = await sessions.handle(request({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }))
  expect(refused.status).toBe(503)
  expect(await refused.text()).toContain('too many sessions')
  expect(sessions.size).toBe(3)
})

test('closing ends all of them', async () => {
  await begin()
  await begin()
  await sessions.close()
  expect(sessions.size).toBe(0)
  expect(closed).toBe(2)
})
