import { afterEach, describe, expect, it, vi } from 'vitest'
import { createExternalLink } from '../../src/files/external-link.js'
import type { TransportRequest } from '../../src/http/transport.js'
import { dripping, page } from '../doubles/answers.js'
import { CountingSignal } from '../doubles/counting-signal.js'
import { failure, rejection } from '../doubles/failure.js'
import { filesContext } from '../doubles/files-context.js'

afterEach(() => void vi.useRealTimers())

const redirect = (location: string): Response => new Response(null, { status: 302, headers: { location } })

/** The web: answers by URL, given anew each time. */
function web(answers: Readonly<Record<string, () => Response | Promise<Response>>>) {
  const asked: TransportRequest[] = []
  const send = async (request: TransportRequest): Promise<Response> => {
    asked.push(request)
    const answer = answers[request.url.href]
    if (answer === undefined)
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${request.url.host}`), { code: 'ENOTFOUND' })
    return answer()
  }
  const context = { ...filesContext({ send }) }
  return { context, asked, link: (url: string) => createExternalLink(context, url, 'Portal') }
}

const text = async (bytes: Promise<Uint8Array>): Promise<string> => new TextDecoder().decode(await bytes)

describe('a link', () => {
  it('asks for nothing before it is followed and read', () => {
    const { link, asked } = web({})
    const external = link('https://example.org/a')
    expect(external).toMatchObject({ kind: 'external', url: 'https://example.org/a', name: 'Portal' })
    expect(external.follow()).toMatchObject({ kind: 'file', name: 'Portal', size: undefined, md5: undefined })
    expect(asked).toEqual([])
  })

  it('is followed without credentials, also to the server itself and through redirects', async () => {
    const { link, asked } = web({
      'https://dhis2.test/hmis/a': () => redirect('/hmis/b'),
      'https://dhis2.test/hmis/b': () => redirect('http://example.org/c'),
      'http://example.org/c': () => new Response('bytes'),
    })
    expect(await text(link('https://user:secret@dhis2.test/hmis/a').follow().bytes())).toBe('bytes')
    expect(asked.map(({ url }) => url.href)).toEqual([
      'https://dhis2.test/hmis/a',
      'https://dhis2.test/hmis/b',
      'http://example.org/c',
    ])
    for (const { method, headers } of asked) {
      expect(method).toBe('GET')
      expect(Object.fromEntries(headers)).toEqual({ accept: '*/*' })
    }
  })

  it('is followed five times at most', async () => {
    const { link, asked } = web({ 'https://example.org/a': () => redirect('https://example.org/a') })
    const error = await failure(link('https://example.org/a').follow().bytes())
    expect(error).toMatchObject({ code: 'protocol', retryable: false })
    expect(asked).toHaveLength(6)
  })

  it.each(['file:///etc/passwd', 'ftp://example.org/a', 'javascript:alert(1)', 'data:text/plain,x'])(
    'to %s is not followed',
    async (url) => {
      const { link, asked } = web({ 'https://example.org/a': () => redirect(url) })
      expect(await failure(link(url).follow().bytes())).toMatchObject({ code: 'protocol', retryable: false })
      expect(asked).toEqual([])
      expect(await failure(link('https://example.org/a').follow().bytes())).toMatchObject({ code: 'protocol' })
      expect(asked).toHaveLength(1)
    },
  )

  it.each(['', 'www.example.org', 'http://'])('that is no address (%j) is an error when it is read', async (url) => {
    expect(await failure(web({}).link(url).follow().bytes())).toMatchObject({ code: 'protocol', retryable: false })
  })

  it('that a browser does not let be followed says so', async () => {
    const hidden = Object.defineProperties(new Response(null), {
      status: { value: 0 },
      ok: { value: false },
      type: { value: 'opaqueredirect' },
    })
    const error = await failure(
      web({ 'https://example.org/a': () => hidden })
        .link('https://example.org/a')
        .follow()
        .bytes(),
    )
    expect(error).toMatchObject({ code: 'unsupported' })
    expect(error.message).toContain('open the link itself')
  })

  it.each([
    [404, 'not-found', false],
    [410, 'not-found', false],
    [401, 'forbidden', false],
    [403, 'forbidden', false],
    [429, 'rate-limited', true],
    [500, 'server', true],
    [503, 'server', true],
    [400, 'protocol', false],
    [302, 'protocol', false],
  ] as const)('answered by %d is %s', async (status, code, retryable) => {
    const { link } = web({ 'https://example.org/a': () => page(status, 'x') })
    const error = await failure(link('https://example.org/a').follow().bytes({ retry: false }))
    expect(error).toMatchObject({ code, retryable, status })
    expect(error.message).toMatch(/^Cannot follow the link “Portal”: https:\/\/example\.org answered/)
  })

  it('that does not answer is a network error with its cause, tried again', async () => {
    const { link, asked } = web({})
    const error = await failure(link('https://nowhere.test/secret?token=1').follow().bytes())
    expect(error).toMatchObject({ code: 'network', retryable: true, attempts: 4, cause: { code: 'ENOTFOUND' } })
    expect(error.message).toBe(
      'Cannot follow the link “Portal”: https://nowhere.test does not answer: getaddrinfo ENOTFOUND nowhere.test.',
    )
    expect(asked).toHaveLength(4)
  })

  it('that breaks off is asked for again', async () => {
    let time = 0
    const { link } = web({
      'https://example.org/a': () => (++time === 1 ? dripping(['by'], new Error('reset')) : new Response('bytes')),
    })
    expect(await text(link('https://example.org/a').follow().bytes())).toBe('bytes')
    time = 0
    const broken = link('https://example.org/a').follow().stream()
    expect(await failure(new Response(await broken).text())).toMatchObject({
      code: 'network',
      message: expect.stringContaining('broke off its answer: reset'),
    })
  })

  it('that does not answer in time ends by the clocks of the read', async () => {
    vi.useFakeTimers()
    const { link } = web({ 'https://example.org/a': () => new Promise<Response>(() => undefined) })
    const failed = failure(
      link('https://example.org/a')
        .follow()
        .bytes({ retry: false, timeouts: { headers: 1000 } }),
    )
    await vi.advanceTimersByTimeAsync(1000)
    expect(await failed).toMatchObject({ code: 'timeout', clock: 'headers' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that is aborted ends with the reason, and leaves no listener', async () => {
    const { link } = web({ 'https://example.org/a': () => new Promise<Response>(() => undefined) })
    const caller = new CountingSignal()
    const failed = rejection(link('https://example.org/a').follow({ signal: caller.signal }).bytes())
    await new Promise((resolve) => setTimeout(resolve, 5))
    caller.controller.abort('enough')
    expect(await failed).toBe('enough')
    expect(caller.listeners).toBe(0)
  })
})
