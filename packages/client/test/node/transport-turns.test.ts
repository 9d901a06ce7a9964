import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { toResponse } from '../../src/http/answer.js'
import { withTimeouts } from '../../src/http/timeouts.js'
import { httpServer, request, source, transport } from './servers.js'

const LARGE = 3_000_000

/** Answers each request 100 ms after it has come whole. */
const slowly: RequestListener = async (req, res) => {
  req.resume()
  await once(req, 'end')
  await setTimeout(100)
  res.end('ok')
}

describe('requests that wait for a connection', () => {
  it.each([
    ['without a body', () => ({})],
    ['with a small body', () => ({ body: source(10) })],
    ['with a large body', () => ({ body: source(LARGE) })],
  ])('%s: the clocks do not run meanwhile', async (_, init) => {
    const { url } = await httpServer(slowly)
    const send = withTimeouts(transport(2).send, { headers: 300, idle: 300 })
    const one = async (): Promise<string> => toResponse(await send(request(url, init()))).text()
    expect(await Promise.all(Array.from({ length: 12 }, one))).toEqual(Array(12).fill('ok'))
  })

  it('run again when one has it', async () => {
    const { url } = await httpServer(() => undefined)
    const send = withTimeouts(transport(1).send, { headers: 100, idle: 100 })
    const failed = await Promise.allSettled([send(request(url)), send(request(url))])
    expect(failed.map((one) => one.status === 'rejected' && one.reason)).toEqual([
      expect.objectContaining({ code: 'timeout', clock: 'headers' }),
      expect.objectContaining({ code: 'timeout', clock: 'headers' }),
    ])
  })

  it('can be aborted, and others come before them then', async () => {
    const { url } = await httpServer(slowly)
    const { send } = transport(1)
    const caller = new AbortController()
    const first = send(request(url))
    const second = send(request(url, { signal: caller.signal }))
    const third = send(request(url))
    caller.abort('enough')
    await expect(second).rejects.toBe('enough')
    expect(await Promise.all([(await first).text(), (await third).text()])).toEqual(['ok', 'ok'])
  })

  it('are answered before the transport is closed', async () => {
    const { url } = await httpServer(slowly)
    const { send, close } = transport(1)
    const answers = Array.from({ length: 3 }, async () => (await send(request(url))).text())
    await setTimeout(10)
    const closed = close()
    expect(await Promise.all(answers)).toEqual(['ok', 'ok', 'ok'])
    await closed
    await expect(send(request(url))).rejects.toMatchObject({ code: 'UND_ERR_CLOSED' })
  })

  it.each([1, 2, 3])(
    'over %d connections never wait for each other when one is the source of the other',
    async (most) => {
      const { url } = await httpServer((req, res) => {
        if (req.method === 'GET') res.end(Buffer.alloc(LARGE))
        else slowly(req, res)
      })
      const { send } = transport(most)
      const copy = async (): Promise<string> => {
        const body = {
          type: '',
          size: LARGE,
          replayable: true,
          open: async () => (await send(request(url))).body ?? new ReadableStream<Uint8Array>(),
        }
        return (await send(request(url, { body }))).text()
      }
      expect(await Promise.all(Array.from({ length: 6 }, copy))).toEqual(Array(6).fill('ok'))
    },
  )
})
