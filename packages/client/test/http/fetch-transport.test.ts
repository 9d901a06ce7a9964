import { describe, expect, it, vi } from 'vitest'
import { bytesSource } from '../../src/bytes/source.js'
import { createFetchTransport } from '../../src/http/fetch-transport.js'
import type { TransportRequest } from '../../src/http/transport.js'
import { rejection } from '../doubles/failure.js'

const { signal } = new AbortController()
const request = (more: Partial<TransportRequest> = {}): TransportRequest => ({
  method: 'GET',
  url: new URL('https://dhis2.test/api/x?a=1'),
  headers: new Headers({ 'x-a': 'b' }),
  idempotent: true,
  signal,
  ...more,
})

describe('a transport by fetch', () => {
  it('sends a request as it is, keeps nothing in caches, and lets redirects be seen', async () => {
    const fetch = vi.fn((..._: Parameters<typeof globalThis.fetch>) => Promise.resolve(new Response('abc')))
    const sent = request()
    expect(await (await createFetchTransport({ fetch, credentials: 'omit' })(sent)).text()).toBe('abc')
    expect(fetch.mock.calls[0]).toEqual([
      'https://dhis2.test/api/x?a=1',
      {
        method: 'GET',
        headers: sent.headers,
        credentials: 'omit',
        signal,
        redirect: 'manual',
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
      },
    ])
  })

  it('sends a body whole, which no redirect may get', async () => {
    const bodies: string[] = []
    const fetch = vi.fn(async (_: unknown, init?: RequestInit) => {
      bodies.push(await new Response(init?.body ?? null).text())
      return new Response('abc')
    })
    const onSent = vi.fn()
    const body = { ...bytesSource(new TextEncoder().encode('file'), { type: 'text/plain' }), onSent }
    await createFetchTransport({ fetch: fetch as never, credentials: 'include' })(request({ method: 'POST', body }))
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ redirect: 'error', credentials: 'include' })
    expect(bodies).toEqual(['file'])
    expect(onSent).toHaveBeenCalledWith(4)
  })

  it('fails as the body’s source fails', async () => {
    const cause = new Error('disk failed')
    const body = { type: '', size: 1, replayable: true, open: () => Promise.reject(cause) }
    const fetch = vi.fn()
    expect(
      await rejection(createFetchTransport({ fetch, credentials: 'omit' })(request({ method: 'POST', body }))),
    ).toBe(cause)
    expect(fetch).not.toHaveBeenCalled()
  })

  it('calls fetch without a receiver', async () => {
    const receivers: unknown[] = []
    async function fetch(this: unknown): Promise<Response> {
      receivers.push(this)
      return new Response()
    }
    await createFetchTransport({ fetch: fetch as never, credentials: 'omit' })(request())
    expect(receivers).toEqual([undefined])
  })
})
