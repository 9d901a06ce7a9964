import { afterEach, describe, expect, it, vi } from 'vitest'
import { toResponse } from '../../src/http/answer.js'
import { bytesSource } from '../../src/bytes/source.js'
import { limitsOf, policyOf } from '../../src/http/call.js'
import type { Middleware, RequestBody } from '../../src/http/transport.js'
import { dripping, json, page, refusal, systemInfo } from '../doubles/answers.js'
import { calling } from '../doubles/calling.js'
import { CountingSignal } from '../doubles/counting-signal.js'
import { failure, rejection } from '../doubles/failure.js'
import { connectionError, FakeServer } from '../doubles/fake-server.js'

afterEach(() => void vi.useRealTimers())

const what = 'do it'
const fine = (): FakeServer => new FakeServer().on('*', () => json({}))

/** A body that can be read once. */
function once(text: string): RequestBody & { readonly opened: () => boolean } {
  let opened = false
  return {
    type: 'text/plain',
    size: text.length,
    replayable: false,
    open() {
      if (opened) return Promise.reject(new TypeError('A one-shot stream was opened twice.'))
      opened = true
      return Promise.resolve(new Blob([text]).stream())
    },
    opened: () => opened,
  }
}

describe('a request', () => {
  it('goes below the base URL with its query, several values in turn, what is undefined left out', async () => {
    const server = fine()
    const query = { filter: ['name:ilike:a&b', 'id:in:[x,y]'], page: 2, gist: false, order: undefined, q: 'a b+c/é' }
    await calling(server).call.json('GET', 'api/documents', { what, query })
    expect(server.received[0]?.url.href).toBe(
      'https://dhis2.test/hmis/api/documents?filter=name%3Ailike%3Aa%26b&filter=id%3Ain%3A%5Bx%2Cy%5D&page=2&gist=false&q=a+b%2Bc%2F%C3%A9',
    )
  })

  it('keeps the query that its path has', async () => {
    const server = fine()
    await calling(server).call.json('GET', 'api/x?a=1', { what, query: { b: 2 } })
    expect(server.lines()).toEqual(['GET /hmis/api/x?a=1&b=2'])
  })

  it('says that it is no page load, and takes anything but prefers JSON', async () => {
    const server = fine()
    await calling(server, { userAgent: 'dhis2-files' }).call.json('GET', 'api/x', { what })
    const { headers } = server.received[0] ?? {}
    expect(Object.fromEntries(headers ?? [])).toEqual({
      accept: 'application/json, */*',
      authorization: 'ApiToken d2p_secret',
      'user-agent': 'dhis2-files',
      'x-requested-with': 'XMLHttpRequest',
    })
  })

  it('has the headers of the call over those of the client, in whatever case', async () => {
    const server = fine()
    const headers = { 'X-Tenant': 'client', 'User-Agent': 'mine', Accept: '*/*' }
    await calling(server, { headers, userAgent: 'ours' }).call.json('GET', 'api/x', {
      what,
      headers: { 'x-tenant': 'call' },
    })
    const sent = server.received[0]?.headers
    expect([sent?.get('x-tenant'), sent?.get('user-agent'), sent?.get('accept')]).toEqual(['call', 'mine', '*/*'])
  })

  it('has the client’s own headers whatever the caller sets', async () => {
    const server = fine()
    const headers = {
      authorization: 'Basic x',
      cookie: 'JSESSIONID=x',
      'content-type': 'text/html',
      'content-length': '99',
      'x-requested-with': 'x',
    }
    await calling(server).call.json('POST', 'api/x', { what, headers, json: { a: 1 } })
    await calling(server).call.json('GET', 'api/x', { what, headers })
    const [post, get] = server.received
    expect(post?.headers.get('content-type')).toBe('application/json')
    expect(get?.headers.get('content-type')).toBeNull()
    for (const { headers: sent } of server.received) {
      expect(sent.get('authorization')).toBe('ApiToken d2p_secret')
      expect(sent.get('cookie')).toBeNull()
      expect(sent.get('content-length')).toBeNull()
      expect(sent.get('x-requested-with')).toBe('XMLHttpRequest')
    }
  })

  it('sends JSON with its type', async () => {
    const server = fine()
    const { call } = calling(server)
    await call.json('PATCH', 'api/x', { what, json: [{ é: 1 }], jsonType: 'application/json-patch+json' })
    expect(server.received[0]?.body).toBe('[{"é":1}]')
    expect(server.received[0]?.headers.get('content-type')).toBe('application/json-patch+json')
  })

  it('declares no type for a body that has none', async () => {
    const server = fine()
    await calling(server).call.empty('PUT', 'api/x', { what, body: bytesSource(new Uint8Array([65])) })
    expect(server.received[0]?.headers.get('content-type')).toBeNull()
    expect(server.received[0]?.body).toBe('A')
  })

  it('is not sent after an abort', async () => {
    const server = fine()
    expect(await rejection(calling(server).call('GET', 'api/x', { what, signal: AbortSignal.abort('before') }))).toBe(
      'before',
    )
    expect(server.received).toEqual([])
  })
})

describe('an answer', () => {
  it('is given as it is, its body the caller’s', async () => {
    const server = new FakeServer().on('*', () => new Response('abc', { status: 200, headers: { 'x-a': 'b' } }))
    const response = await calling(server).call('GET', 'api/x', { what })
    expect([response.status, response.headers.get('x-a'), await toResponse(response).text()]).toEqual([200, 'b', 'abc'])
  })

  it('that has not changed is a success', async () => {
    const server = new FakeServer().on('*', () => new Response(null, { status: 304 }))
    const headers = { 'if-none-match': '"a"' }
    expect((await calling(server).call('GET', 'api/x', { what, headers })).status).toBe(304)
    expect(server.received[0]?.headers.get('if-none-match')).toBe('"a"')
  })

  it('whose body says nothing is not read', async () => {
    const response = dripping(['x'], 'hang')
    await calling(new FakeServer().on('*', response)).call.empty('DELETE', 'api/x', { what })
    expect(response.cancelled()).toBe(true)
  })

  it('that breaks off within its JSON is asked for again', async () => {
    const server = new FakeServer().on(
      '*',
      () => dripping(['{"a":'], connectionError('ECONNRESET')),
      () => dripping(['{"a":']),
      () => json({ a: 1 }),
    )
    expect(await calling(server).call.json('GET', 'api/x', { what })).toEqual({ a: 1 })
    expect(server.received).toHaveLength(3)
  })
})

describe('repeats', () => {
  it('wait as Retry-After says, and tell the logger', async () => {
    const warn = vi.fn()
    const debug = vi.fn()
    const server = new FakeServer().on('*', refusal(429, 'slow', undefined, { 'retry-after': '7' }), json({}))
    const { call, clock } = calling(server, { logger: { warn, debug } })
    await call.json('GET', 'api/x', { what })
    expect(clock.sleeps).toEqual([7000])
    expect(warn.mock.calls[0]?.[0]).toMatch(
      /^Cannot do it: GET \/hmis\/api\/x answered 429: slow\. Trying again in 7000 ms\.$/,
    )
    expect(debug.mock.calls.map(([line]) => line)).toEqual(['GET /hmis/api/x failed', 'GET /hmis/api/x 200'])
  })

  it.each([
    ['GET', 4],
    ['HEAD', 4],
    ['PUT', 4],
    ['DELETE', 4],
    ['POST', 1],
    ['PATCH', 1],
  ] as const)('of %s: %d attempts', async (method, attempts) => {
    const server = new FakeServer().on('*', () => page(503, 'x'))
    expect(await failure(calling(server).call(method, 'api/x', { what }))).toMatchObject({ attempts })
    expect(server.received).toHaveLength(attempts)
  })

  it('happen to a POST that may be sent twice, with the same body', async () => {
    const server = new FakeServer().on('*', () => page(502, 'x'), json({}))
    await calling(server).call.json('POST', 'api/x', { what, json: { a: 1 }, idempotent: true })
    expect(server.received.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}'])
  })

  it('do not happen where the caller switches them off', async () => {
    const server = new FakeServer().on('*', () => page(503, 'x'))
    await failure(calling(server).call('GET', 'api/x', { what, retry: false }))
    await failure(calling(server, { retry: false }).call('GET', 'api/x', { what }))
    expect(server.received).toHaveLength(2)
    await failure(calling(server, { retry: false }).call('GET', 'api/x', { what, retry: { attempts: 2 } }))
    expect(server.received).toHaveLength(4)
  })

  it('do not happen to a body that can be read once', async () => {
    const server = new FakeServer().on('*', () => page(502, 'x'))
    const error = await failure(calling(server).call('PUT', 'api/x', { what, body: once('abc') }))
    expect(error).toMatchObject({ code: 'not-replayable', doubtful: true, attempts: 1 })
  })

  it('happen to a body that can be read once, as long as nobody has begun to', async () => {
    const body = once('abc')
    const server = fine()
    let refused = 0
    const { call } = calling(server, {
      transport: (request) => (++refused < 3 ? Promise.reject(connectionError('ECONNREFUSED')) : server.send(request)),
    })
    await call.empty('PUT', 'api/x', { what, body })
    expect(server.received[0]?.body).toBe('abc')
  })

  it('happen to a one-shot upload whose sign-in fails first, without a doubt about the upload', async () => {
    const server = fine().on('GET /hmis/api/system/info', () => page(503, 'starting'), systemInfo())
    const { call } = calling(server, { jar: true })
    await call.empty('POST', 'api/x', { what, body: once('abc'), idempotent: true })
    expect(server.lines()).toEqual(['GET /hmis/api/system/info', 'GET /hmis/api/system/info', 'POST /hmis/api/x'])
  })

  it('leave no doubt behind when only the sign-in was unclear', async () => {
    const server = fine()
      .on('GET /hmis/api/system/info', () => page(502, 'nginx'), systemInfo())
      .on('DELETE /hmis/api/x', () => refusal(404, 'no', 'E1005'))
    const error = await failure(calling(server, { jar: true }).call('DELETE', 'api/x', { what }))
    expect(error).toMatchObject({ code: 'not-found', afterDoubt: false, attempts: 2 })
  })
})

describe('the total clock', () => {
  it('ends everything, repeats and waits included', async () => {
    vi.useFakeTimers()
    const server = new FakeServer().on('*', () => new Promise<Response>(() => undefined))
    const { call } = calling(server, { timeouts: { total: 3_600_000 } })
    const failed = failure(call('PUT', 'api/x', { what, timeouts: { total: 5000 } }))
    await vi.advanceTimersByTimeAsync(5000)
    expect(await failed).toMatchObject({ code: 'timeout', clock: 'total', retryable: false, doubtful: true })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends a body that is being read', async () => {
    vi.useFakeTimers()
    const server = new FakeServer().on('*', dripping(['a'], 'hang'))
    const response = await calling(server).call('GET', 'api/x', { what, timeouts: { total: 5000 } })
    const failed = failure(toResponse(response).text())
    await vi.advanceTimersByTimeAsync(5000)
    expect(await failed).toMatchObject({ clock: 'total', doubtful: false })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('keeps a repeat from being waited for in vain', async () => {
    const server = new FakeServer().on('*', () => refusal(503, 'x', undefined, { 'retry-after': '10' }))
    const error = await failure(calling(server).call('GET', 'api/x', { what, timeouts: { total: 10_000 } }))
    expect(error).toMatchObject({ code: 'server', attempts: 1 })
  })
})

describe('a call', () => {
  it('leaves no listener and no timer, whether it works, fails or is cancelled', async () => {
    vi.useFakeTimers()
    const caller = new CountingSignal()
    const { signal } = caller
    const server = new FakeServer().on('*', ({ path }) =>
      path.includes('bad')
        ? refusal(404, 'x')
        : path.includes('gone')
          ? connectionError('CERT_REVOKED')
          : json({ a: 1 }),
    )
    const { call } = calling(server, { jar: true, timeouts: { total: 60_000 } })
    await call.json('GET', 'api/x', { what, signal })
    await call.empty('PUT', 'api/x', { what, signal, json: { a: 1 } })
    await toResponse(await call('GET', 'api/x', { what, signal })).text()
    await (await call('GET', 'api/x', { what, signal })).body?.cancel()
    await rejection(call.json('GET', 'api/bad', { what, signal }))
    await rejection(call.json('GET', 'api/gone', { what, signal }))
    await vi.advanceTimersByTimeAsync(0)
    expect(caller.listeners).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that is aborted rejects with the reason, unwrapped, wherever it is', async () => {
    const caller = new CountingSignal()
    const server = new FakeServer().on('*', () => new Promise<Response>(() => undefined))
    const failed = rejection(calling(server).call.json('GET', 'api/x', { what, signal: caller.signal }))
    await new Promise((resolve) => setTimeout(resolve, 5))
    caller.controller.abort('enough')
    expect(await failed).toBe('enough')
    expect(caller.listeners).toBe(0)
  })

  it('that is aborted while its answer is read rejects with the reason', async () => {
    const caller = new CountingSignal()
    const { call } = calling(new FakeServer().on('*', dripping(['{'], 'hang')))
    const failed = rejection(call.json('GET', 'api/x', { what, signal: caller.signal }))
    await new Promise((resolve) => setTimeout(resolve, 5))
    caller.controller.abort('enough')
    expect(await failed).toBe('enough')
    expect(caller.listeners).toBe(0)
  })
})

describe('middleware', () => {
  it('wraps every attempt, the first outermost, and sees its credentials', async () => {
    const seen: string[] = []
    const noting =
      (name: string): Middleware =>
      (next) =>
      (request) => {
        seen.push(`${name} ${request.headers.get('authorization')}`)
        return next(request)
      }
    const server = new FakeServer().on('*', () => page(503, 'x'), json({}))
    await calling(server, { middleware: [noting('a'), noting('b')] }).call.json('GET', 'api/x', { what })
    const once = ['a ApiToken d2p_secret', 'b ApiToken d2p_secret']
    expect(seen).toEqual([...once, ...once])
  })

  it('is made once for a client, so that it can count', async () => {
    const made = vi.fn((next) => next)
    const { call } = calling(fine(), { middleware: [made as Middleware] })
    await call.json('GET', 'api/x', { what })
    await call.json('GET', 'api/x', { what, timeouts: { idle: 1000 } })
    expect(made).toHaveBeenCalledOnce()
  })
})

describe('options', () => {
  it('of a call go over those of the client, and those over the defaults', () => {
    expect(limitsOf({ idle: 1, total: 2 }, { idle: 3, headers: undefined })).toEqual({
      headers: 300_000,
      idle: 3,
      total: 2,
    })
    expect(policyOf({ attempts: 2, minDelay: 1 }, { attempts: 3, minDelay: undefined })).toMatchObject({
      attempts: 3,
      minDelay: 1,
    })
    expect(policyOf({ attempts: 2 }, undefined)).toMatchObject({ attempts: 2, maxDelay: 30_000 })
    expect(policyOf({ attempts: 2 }, false)).toMatchObject({ attempts: 1 })
    expect(policyOf(false, { minDelay: 5 })).toMatchObject({ attempts: 4, minDelay: 5 })
  })
})
