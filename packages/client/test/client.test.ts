import { describe, expect, it, vi } from 'vitest'
import { ClientCore, Dhis2ClientBase, type Dhis2ClientOptions } from '../src/client.js'
import { json, systemInfo } from './doubles/answers.js'
import { failure, rejection } from './doubles/failure.js'
import { FakeServer } from './doubles/fake-server.js'
import { fakePlatform } from './doubles/fake-platform.js'
import type { Platform } from '../src/platform.js'

class Client extends Dhis2ClientBase {
  static of(platform: Platform, options: Partial<Dhis2ClientOptions> = {}): Client {
    const auth = { username: 'admin', password: 'district' }
    return new Client(new ClientCore({ baseUrl: 'https://dhis2.test/hmis', auth, ...options }, platform))
  }

  private constructor(core: ClientCore) {
    super(core)
  }

  with(overrides: Partial<Dhis2ClientOptions>): Client {
    return new Client(this.derive(overrides))
  }
}

const cookie = (value: string): Record<string, string> => ({ 'set-cookie': `JSESSIONID=${value}; Path=/hmis` })

function session(): FakeServer {
  let sessions = 0
  return new FakeServer()
    .on('GET /hmis/api/system/info', () => json({ version: '2.43.1' }, 200, cookie(`s${++sessions}`)))
    .on('*', () => json({}))
}

const credentials = (server: FakeServer): (string | null)[][] =>
  server.received.map(({ headers }) => [headers.get('authorization'), headers.get('cookie')])

describe('a client', () => {
  it('sends nothing before it is asked to', () => {
    const server = session()
    expect(Client.of(fakePlatform(server)).baseUrl.href).toBe('https://dhis2.test/hmis/')
    expect(server.received).toEqual([])
  })

  it('knows its methods in small letters too: what changes something is not repeated', async () => {
    const server = session().on('POST /hmis/api/x', () => json({}, 502))
    const error = await failure(Client.of(fakePlatform(server)).request('api/x', { method: 'post' as 'POST' }))
    expect(error).toMatchObject({ method: 'POST', doubtful: true, attempts: 1 })
    expect(server.lines().filter((line) => line.startsWith('POST'))).toHaveLength(1)
  })

  it('makes one request of its first call for the system info', async () => {
    const server = session()
    const client = Client.of(fakePlatform(server))
    await Promise.all([client.system.version(), client.system.version()])
    expect(server.lines()).toEqual(['GET /hmis/api/system/info'])
  })

  it.each<[string, Partial<Dhis2ClientOptions>, RegExp]>([
    ['a base URL with a password', { baseUrl: 'https://a:b@dhis2.test' }, /must not hold/],
    ['no auth', { auth: undefined as never }, /^auth must be/],
    [
      'a proxy for a fetch of its own',
      { fetch: globalThis.fetch, proxy: 'http://p' },
      /no effect on a transport or fetch/,
    ],
    ['a ca for a transport of its own', { transport: session().send, ca: 'x' }, /no effect on a transport or fetch/],
    ['transport and fetch', { transport: session().send, fetch: globalThis.fetch }, /not both/],
  ])('refuses %s', (_, options, message) => {
    expect(() => Client.of(fakePlatform(session()), options)).toThrow(message)
  })

  it('refuses a version that is too old, and a page’s session where there is no page', () => {
    expect(() => Client.of(fakePlatform(session()), { version: '2.40' })).toThrow(/not supported/)
    expect(() => Client.of(fakePlatform(session()), { auth: 'browser' })).toThrow(/for pages/)
  })

  it('shows no secret when it is printed', () => {
    const client = Client.of(fakePlatform(session()))
    expect(JSON.stringify(client)).not.toContain('district')
  })
})

describe('with', () => {
  it('shares session and version where only other things are changed', async () => {
    const server = session()
    const client = Client.of(fakePlatform(server))
    await client.system.version()
    const other = client.with({ retry: false, headers: { 'x-a': 'b' } })
    await other.system.version()
    await other.request('api/x')
    expect(server.lines()).toEqual(['GET /hmis/api/system/info', 'GET /hmis/api/x'])
    expect(credentials(server)[1]).toEqual([`Basic ${btoa('admin:district')}`, 'JSESSIONID=s1'])
  })

  it('never shares a session between two sign-ins', async () => {
    const server = session()
    const client = Client.of(fakePlatform(server))
    await client.request('api/x')
    const other = client.with({ auth: { token: 'd2p_other' } })
    await other.request('api/x')
    await client.request('api/x')
    const basic = `Basic ${btoa('admin:district')}`
    expect(credentials(server)).toEqual([
      [basic, null],
      [basic, 'JSESSIONID=s1'],
      ['ApiToken d2p_other', null],
      ['ApiToken d2p_other', 'JSESSIONID=s2'],
      [basic, 'JSESSIONID=s1'],
    ])
  })

  it('never takes a session to another server', async () => {
    const server = session().on('GET /api/system/info', () => systemInfo())
    const client = Client.of(fakePlatform(server))
    await client.request('api/x')
    await client.with({ baseUrl: 'https://other.test/' }).request('api/x')
    expect(
      credentials(server)
        .slice(2)
        .map(([, sent]) => sent),
    ).toEqual([null, null])
  })

  it('shares connections, which are closed once', async () => {
    const close = vi.fn(() => Promise.resolve())
    const createTransport = vi.fn(() => ({ send: session().send, close }))
    const client = Client.of(fakePlatform(session(), { createTransport }))
    await client.with({ auth: { token: 'd2p_other' } }).close()
    expect(createTransport).toHaveBeenCalledOnce()
    expect(close).toHaveBeenCalledOnce()
  })

  it.each<Partial<Dhis2ClientOptions>>([{ proxy: 'http://p' }, { proxy: false }, { ca: 'x' }, { insecure: true }])(
    'makes connections of its own for %j, and warns of each insecure pool once',
    async (changed) => {
      const createTransport = vi.fn(fakePlatform(session()).createTransport)
      const warn = vi.fn()
      const client = Client.of(fakePlatform(session(), { createTransport }), { logger: { warn } })
      const other = client.with(changed)
      expect(createTransport).toHaveBeenCalledTimes(2)
      expect(createTransport).toHaveBeenLastCalledWith(expect.objectContaining(changed))
      await other.with({ retry: false }).request('api/x')
      expect(createTransport).toHaveBeenCalledTimes(2)
      expect(warn).toHaveBeenCalledTimes(changed.insecure ? 1 : 0)
    },
  )

  it('follows links without the cookies of the page', async () => {
    const created: string[] = []
    const platform = fakePlatform(session(), {
      createTransport({ credentials: mode }) {
        return {
          send: (request) => {
            created.push(`${mode} ${request.url.href}`)
            return Promise.resolve(
              request.url.host === 'dhis2.test'
                ? json({ id: 'AbcDefGhi12', name: 'Portal', external: true, url: 'https://example.org/a' })
                : new Response('bytes'),
            )
          },
          close: () => Promise.resolve(),
        }
      },
      createCookieJar: undefined,
      pageCookie: () => undefined,
    })
    const link = await Client.of(platform, { auth: 'browser' }).files.downloadDocument('AbcDefGhi12')
    if (link.kind !== 'external') throw new Error('no link')
    await link.follow().bytes()
    expect(created).toEqual([
      'include https://dhis2.test/hmis/api/documents/AbcDefGhi12?fields=*',
      'omit https://example.org/a',
    ])
  })
})

describe('request', () => {
  it('goes on the same stack, below the base URL, with or without a slash', async () => {
    const server = session()
    const client = Client.of(fakePlatform(server))
    await client.request('/api/organisationUnits', { query: { paging: false } })
    await client.request('api/x', { method: 'PUT', json: { a: 1 } })
    expect(server.lines().slice(1)).toEqual(['GET /hmis/api/organisationUnits?paging=false', 'PUT /hmis/api/x'])
    expect(server.received[2]?.body).toBe('{"a":1}')
  })

  it.each([
    'https://evil.test/api',
    '\\\\evil.test/api',
    'http://dhis2.test/hmis/api',
    '../../other/api',
    'api/../../other',
    'https://user:secret-word@evil.test/',
  ])('sends nothing to %s', async (path) => {
    const server = session()
    const error = await rejection(Client.of(fakePlatform(server)).request(path))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).not.toContain('secret-word')
    expect(server.received).toEqual([])
  })

  it('says what failed', async () => {
    const server = session().on('*', () => new Response(null, { status: 404 }))
    const error = await failure(Client.of(fakePlatform(server)).request('api/x'))
    expect(error.message).toMatch(/^Cannot read \/hmis\/api\/x: GET \/hmis\/api\/x answered 404/)
  })
})

describe('no secret', () => {
  it('is in a message, a JSON or a log line, whatever the server writes back', async () => {
    const logged: unknown[] = []
    const logger = { debug: (line: string) => void logged.push(line), warn: (line: string) => void logged.push(line) }
    const echo = (status: number) => (request: { headers: Headers }) =>
      json({ httpStatus: 'x', status: 'ERROR', message: JSON.stringify(Object.fromEntries(request.headers)) }, status)
    for (const auth of [
      { username: 'admin', password: 'district-word' },
      { token: 'd2p_district-word' },
      { accessToken: () => Promise.resolve('eyJ.district-word') },
      { cookie: 'JSESSIONID=district-word', xsrfToken: 'xsrf-district-word' },
    ]) {
      for (const status of [400, 401, 403, 409, 500, 503]) {
        const server = new FakeServer()
          .on('GET /hmis/api/system/info', () => json({}, 200, cookie('district-word-too')))
          .on('*', echo(status))
        const client = Client.of(fakePlatform(server), { auth, logger, retry: { attempts: 2, minDelay: 0 } })
        const error = await failure(client.request('api/x', { method: 'PUT', json: {} }))
        expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/district-word|ZGlzdHJpY3Q/)
      }
    }
    expect(JSON.stringify(logged)).not.toContain('district-word')
  })
})
