import { describe, expect, it, vi } from 'vitest'
import { toResponse } from '../../src/http/answer.js'
import { Authenticator } from '../../src/http/auth.js'
import { type Auth, credentialsOf } from '../../src/http/credentials.js'
import { type Method, type TransportRequest, Unsent } from '../../src/http/transport.js'
import { createCookieJar } from '../../src/node/cookies.js'
import { json, refusal, systemInfo } from '../doubles/answers.js'
import { rejection } from '../doubles/failure.js'
import { FakeServer } from '../doubles/fake-server.js'

const BASE = 'https://dhis2.test/hmis/'
const SIGN_IN = new URL('api/system/info', BASE)
const BASIC: Auth = { username: 'admin', password: 'district' }

function authenticatorOf(auth: Auth, options: { jar?: boolean; pageCookie?: (name: string) => string } = {}) {
  return new Authenticator({
    credentials: credentialsOf(auth),
    signInUrl: SIGN_IN,
    jar: options.jar === false ? undefined : createCookieJar(),
    pageCookie: options.pageCookie,
  })
}

function request(method: Method, path: string, more: Partial<TransportRequest> = {}): TransportRequest {
  const { signal } = new AbortController()
  return { method, url: new URL(path, BASE), headers: new Headers(), idempotent: true, signal, ...more }
}

const cookie = (value: string): Record<string, string> => ({ 'set-cookie': `${value}; Path=/hmis` })

function server(): FakeServer {
  return new FakeServer()
    .on('GET /hmis/api/system/info', () => json({ version: '2.43.1' }, 200, cookie('JSESSIONID=one')))
    .on('*', () => json({}))
}

const lines = (fake: FakeServer): string[] =>
  fake.received.map(
    ({ method, path, headers }) => `${method} ${path} ${headers.get('authorization')} ${headers.get('cookie')}`,
  )

describe('the first calls', () => {
  it('share one sign-in, a small GET before an upload, whose cookie then goes beside the header', async () => {
    const fake = server()
    const send = authenticatorOf(BASIC).wrap(fake.send)
    const body = {
      type: 'text/plain',
      size: 1,
      replayable: true,
      open: () => Promise.resolve(new Blob(['x']).stream()),
    }
    await Promise.all([
      send(request('POST', 'api/fileResources', { body, headers: new Headers({ 'content-type': 'text/plain' }) })),
      send(request('GET', 'api/documents')),
      send(request('GET', 'api/me')),
    ])
    const basic = 'Basic YWRtaW46ZGlzdHJpY3Q='
    const [first, ...others] = lines(fake)
    expect(first).toBe(`GET /hmis/api/system/info ${basic} null`)
    expect(others.sort()).toEqual([
      `GET /hmis/api/documents ${basic} JSESSIONID=one`,
      `GET /hmis/api/me ${basic} JSESSIONID=one`,
      `POST /hmis/api/fileResources ${basic} JSESSIONID=one`,
    ])
    expect(fake.received[0]?.headers.get('content-type')).toBeNull()
    expect(fake.received[0]?.body).toBe('')
  })

  it('need no other sign-in when one of them asks for the system info', async () => {
    const fake = server()
    const send = authenticatorOf({ token: 'd2p_abcdef' }).wrap(fake.send)
    const [info] = await Promise.all([send(request('GET', 'api/system/info')), send(request('GET', 'api/me'))])
    expect(await toResponse(info).json()).toEqual({ version: '2.43.1' })
    expect(lines(fake)).toEqual([
      'GET /hmis/api/system/info ApiToken d2p_abcdef null',
      'GET /hmis/api/me ApiToken d2p_abcdef JSESSIONID=one',
    ])
  })

  it('do not pass on to the sign-in what a request asks of its own answer', async () => {
    const fake = server()
    const headers = new Headers({ 'if-none-match': '"1"', range: 'bytes=0-1', 'x-tenant': 'a' })
    await authenticatorOf(BASIC).wrap(fake.send)(request('GET', 'api/documents', { headers }))
    const [signIn, own] = fake.received
    expect([signIn?.headers.get('if-none-match'), signIn?.headers.get('range')]).toEqual([null, null])
    expect(signIn?.headers.get('x-tenant')).toBe('a')
    expect(own?.headers.get('if-none-match')).toBe('"1"')
  })

  it('all fail with the 401 of the sign-in, which is sent once', async () => {
    const fake = new FakeServer().on('*', () => refusal(401, 'Unauthorized'))
    const send = authenticatorOf(BASIC).wrap(fake.send)
    const errors = await Promise.all(
      ['POST', 'GET', 'DELETE'].map((method) => rejection(send(request(method as Method, 'api/documents')))),
    )
    for (const error of errors) {
      expect(error).toBeInstanceOf(Unsent)
      expect(error).toMatchObject({ request: { method: 'GET', url: SIGN_IN }, response: { status: 401 } })
    }
    expect(fake.lines()).toEqual(['GET /hmis/api/system/info'])
  })

  it('all fail with the broken connection of the sign-in, and nothing of them is sent', async () => {
    const reset = new TypeError('fetch failed')
    const fake = new FakeServer().on('*', reset)
    const error = await rejection(authenticatorOf(BASIC).wrap(fake.send)(request('POST', 'api/documents')))
    expect(error).toBeInstanceOf(Unsent)
    expect(error).toMatchObject({ cause: reset, response: undefined })
    expect(fake.lines()).toEqual(['GET /hmis/api/system/info'])
  })

  it('go on when the one that signs in is aborted', async () => {
    const leader = new AbortController()
    let asked = 0
    const fake = server().on('GET /hmis/api/system/info', ({ signal }) =>
      ++asked === 1
        ? new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
        : systemInfo(),
    )
    const send = authenticatorOf(BASIC).wrap(fake.send)
    const first = rejection(send(request('GET', 'api/documents', { signal: leader.signal })))
    const second = send(request('GET', 'api/me'))
    await vi.waitFor(() => expect(asked).toBe(1))
    leader.abort('enough')
    expect(await first).toBe('enough')
    expect((await second).status).toBe(200)
    expect(fake.lines()).toEqual(['GET /hmis/api/system/info', 'GET /hmis/api/system/info', 'GET /hmis/api/me'])
  })

  it.each<[string, Auth, boolean]>([
    ['the page', 'browser', false],
    ['a session', { cookie: 'JSESSIONID=mine' }, true],
    ['a runtime that keeps cookies itself', BASIC, false],
  ])('of %s sign in by themselves, also after a 401', async (_, auth, jar) => {
    const fake = new FakeServer().on('*', () => refusal(401, 'Unauthorized'))
    const send = authenticatorOf(auth, { jar }).wrap(fake.send)
    expect((await send(request('GET', 'api/me'))).status).toBe(401)
    expect((await send(request('GET', 'api/me'))).status).toBe(401)
    expect(fake.lines()).toEqual(['GET /hmis/api/me', 'GET /hmis/api/me'])
  })
})

describe('a 401', () => {
  it.each<[string, Auth]>([
    ['Basic', BASIC],
    ['a token', { token: 'd2p_abcdef' }],
    ['a fixed OAuth2 token', { accessToken: 'eyJ.a.b' }],
  ])('of %s is not repeated, and the next call signs in anew', async (_, auth) => {
    const fake = server().on('GET /hmis/api/me', refusal(401, 'Unauthorized'), () => json({}))
    const send = authenticatorOf(auth).wrap(fake.send)
    expect((await send(request('GET', 'api/me'))).status).toBe(401)
    expect((await send(request('GET', 'api/me'))).status).toBe(200)
    expect(fake.lines()).toEqual([
      'GET /hmis/api/system/info',
      'GET /hmis/api/me',
      'GET /hmis/api/system/info',
      'GET /hmis/api/me',
    ])
  })

  it('of an OAuth2 function asks it once more, together with others, and leaves the old session behind', async () => {
    let asked = 0
    const fake = server()
    const send = authenticatorOf({ accessToken: () => Promise.resolve(`tok${++asked}`) }).wrap(fake.send)
    await send(request('GET', 'api/me'))
    fake.received.length = 0
    fake.on('*', ({ headers }) =>
      headers.get('authorization') === 'Bearer tok2'
        ? json({}, 200, cookie('JSESSIONID=two'))
        : refusal(401, 'Unauthorized'),
    )
    const got = await Promise.all([send(request('GET', 'api/me')), send(request('PUT', 'api/documents/x'))])
    expect(got.map(({ status }) => status)).toEqual([200, 200])
    expect(asked).toBe(2)
    await send(request('GET', 'api/me'))
    expect(lines(fake)).toEqual([
      'GET /hmis/api/me Bearer tok1 JSESSIONID=one',
      'PUT /hmis/api/documents/x Bearer tok1 JSESSIONID=one',
      'GET /hmis/api/me Bearer tok2 null',
      'PUT /hmis/api/documents/x Bearer tok2 null',
      'GET /hmis/api/me Bearer tok2 JSESSIONID=two',
    ])
  })

  it('of the renewed token too is the answer, and asks no third time', async () => {
    let asked = 0
    const fake = new FakeServer().on('*', () => refusal(401, 'Unauthorized'))
    const send = authenticatorOf({ accessToken: () => Promise.resolve(`tok${++asked}`) }, { jar: false }).wrap(
      fake.send,
    )
    expect((await send(request('GET', 'api/me'))).status).toBe(401)
    expect(asked).toBe(2)
    expect(fake.received).toHaveLength(2)
  })

  it('is the answer where the body can be read once', async () => {
    const fake = server().on('POST /hmis/api/fileResources', () => refusal(401, 'Unauthorized'))
    let asked = 0
    const send = authenticatorOf({ accessToken: () => Promise.resolve(`tok${++asked}`) }).wrap(fake.send)
    const body = { type: '', size: 1, replayable: false, open: () => Promise.resolve(new Blob(['x']).stream()) }
    expect((await send(request('POST', 'api/fileResources', { body }))).status).toBe(401)
    expect(asked).toBe(1)
    expect(fake.of('POST /hmis/api/fileResources')).toHaveLength(1)
  })
})

describe('cookies', () => {
  it('never go to another origin, nor does a header', async () => {
    const fake = server()
    const send = authenticatorOf(BASIC).wrap(fake.send)
    for (const url of ['https://evil.test/api/me', 'http://dhis2.test/hmis/api/me', 'https://dhis2.test:8443/api/me']) {
      await expect(send(request('GET', 'x', { url: new URL(url) }))).rejects.toThrow(TypeError)
    }
    expect(fake.received).toEqual([])
  })

  it('of a late answer to an old sign-in are dropped', async () => {
    let release: (response: Response) => void = () => undefined
    let asked = 0
    const fake = server().on('GET /hmis/api/slow', () => new Promise<Response>((resolve) => (release = resolve)))
    const send = authenticatorOf({ accessToken: () => Promise.resolve(`tok${++asked}`) }).wrap(fake.send)
    await send(request('GET', 'api/me'))
    const slow = send(request('GET', 'api/slow'))
    fake.on('GET /hmis/api/me', refusal(401, 'Unauthorized'), () => json({}))
    await send(request('GET', 'api/me'))
    release(json({}, 200, cookie('JSESSIONID=of-the-old-user')))
    await slow
    await send(request('GET', 'api/me'))
    expect(fake.received.at(-1)?.headers.get('cookie')).toBeNull()
    expect(fake.received.at(-1)?.headers.get('authorization')).toBe('Bearer tok2')
  })

  it('of the caller are replaced by what the server sets', async () => {
    const fake = server().on('GET /hmis/api/me', json({}, 200, cookie('JSESSIONID=new')), () => json({}))
    const send = authenticatorOf({ cookie: 'JSESSIONID=mine; lang=fr' }).wrap(fake.send)
    await send(request('GET', 'api/me'))
    await send(request('GET', 'api/me'))
    expect(fake.received.map(({ headers }) => headers.get('cookie'))).toEqual([
      'JSESSIONID=mine; lang=fr',
      'JSESSIONID=new; lang=fr',
    ])
  })

  it('and credentials of a request itself are dropped', async () => {
    const fake = server()
    const headers = new Headers({ cookie: 'JSESSIONID=stolen', authorization: 'Basic other' })
    await authenticatorOf({ token: 'd2p_abcdef' }, { jar: false }).wrap(fake.send)(
      request('GET', 'api/me', { headers }),
    )
    expect(lines(fake)).toEqual(['GET /hmis/api/me ApiToken d2p_abcdef null'])
  })
})

describe('the XSRF token', () => {
  it.each<[string, Auth]>([
    ['Basic', BASIC],
    ['a token', { token: 'd2p_abcdef' }],
    ['OAuth2', { accessToken: 'eyJ.a.b' }],
    ['a session', { cookie: 'JSESSIONID=mine' }],
  ])('that a server sets is sent back on unsafe methods, with %s', async (_, auth) => {
    const fake = new FakeServer().on('*', () => json({}, 200, cookie('XSRF-TOKEN=abc')))
    const send = authenticatorOf(auth).wrap(fake.send)
    await send(request('GET', 'api/me'))
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)
      await send(request(method, 'api/x'))
    expect(fake.received.slice(-6).map(({ headers }) => headers.get('x-xsrf-token'))).toEqual([
      null,
      null,
      ...['abc', 'abc', 'abc', 'abc'],
    ])
  })

  it.each<[string, Auth, ((name: string) => string) | undefined, string]>([
    ['of the caller', { cookie: 'JSESSIONID=mine', xsrfToken: 'given' }, undefined, 'given'],
    ['in the caller’s cookies', { cookie: 'JSESSIONID=mine; XSRF-TOKEN=inside' }, undefined, 'inside'],
    ['of the page', 'browser', (name) => `page ${name}`, 'page XSRF-TOKEN'],
  ])('%s is sent', async (_, auth, pageCookie, expected) => {
    const fake = server()
    const send = authenticatorOf(auth, { jar: false, ...(pageCookie && { pageCookie }) }).wrap(fake.send)
    await send(request('DELETE', 'api/documents/x'))
    expect(fake.received[0]?.headers.get('x-xsrf-token')).toBe(expected)
  })
})

describe('redact', () => {
  it('takes out a secret however a server writes it back', () => {
    const { redact } = authenticatorOf({ username: 'admin', password: 'p"a&s<s w' })
    const text =
      'raw p"a&s<s w, JSON p\\"a&s<s w, URL p%22a%26s%3Cs%20w, HTML p&quot;a&amp;s&lt;s w and p&#34;a&#38;s&#60;s w'
    expect(redact(text)).toBe('raw •••, JSON •••, URL •••, HTML ••• and •••')
    expect(redact(`Basic ${btoa('admin:p"a&s<s w')}`)).toBe('Basic •••')
  })

  it('takes out the cookies that the server has set', async () => {
    const authenticator = authenticatorOf(BASIC)
    await authenticator.wrap(server().on('GET /hmis/api/system/info', json({}, 200, cookie('JSESSIONID=A1B2C3'))).send)(
      request('GET', 'api/me'),
    )
    expect(authenticator.redact('no such session: A1B2C3')).toBe('no such session: •••')
  })

  it('leaves the words of a text alone', () => {
    expect(authenticatorOf({ username: 'a', password: 'the' }).redact('the file')).toBe('the file')
  })
})
