import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { toResponse } from '../../src/http/answer.js'
import { createUndiciTransport } from '../../src/node/transport.js'

test('a transport that is closed right after an abort leaves no connection behind', async () => {
  const server = createServer((request, response) => {
    // the second request on the kept connection is never answered
    if (request.url === '/quick') response.end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const transport = createUndiciTransport({})
  const get = (path: string, signal: AbortSignal) =>
    transport.send({ method: 'GET', url: new URL(path, base), headers: new Headers(), idempotent: true, signal })
  try {
    await toResponse(await get('/quick', new AbortController().signal)).text()
    const controller = new AbortController()
    const stalled = get('/stalls', controller.signal).catch((reason: unknown) => reason)
    await pause(50)
    controller.abort('enough')
    expect(await stalled).toBe('enough')
    await transport.close()
    await expect.poll(() => new Promise((resolve) => server.getConnections((_, open) => resolve(open)))).toBe(0)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
