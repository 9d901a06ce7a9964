import { afterEach, describe, expect, it } from 'vitest'
import { type Dhis2Version, type Emulator, type EmulatorOptions, createEmulator } from '../../src/index.js'
import { clientOf } from '../client.js'

let emulator: Emulator
afterEach(() => emulator.close())
const start = (options: EmulatorOptions = {}) => {
  emulator = createEmulator(options)
  return clientOf(emulator)
}
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
const sessionOf = (headers: Headers) =>
  headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith('JSESSIONID='))
    ?.split(';')[0]
const all: readonly Dhis2Version[] = ['2.41', '2.42', '2.43', '2.44']

describe('a sign-in', () => {
  it('is made by every request with Basic and no session, and counted', async () => {
    const client = start()
    await client.get('/api/me')
    const { headers } = await client.get('/api/me')
    expect(emulator.state.signIns.map(({ scheme }) => scheme)).toEqual(['basic', 'basic'])
    const cookie = sessionOf(headers)
    const third = await client.get('/api/me', { cookie })
    expect(sessionOf(third.headers)).toBeUndefined()
    expect(emulator.state.signIns).toHaveLength(2)
    expect(emulator.log.map(({ user, scheme, session }) => [user, scheme, session])).toEqual([
      ['admin', 'basic', 'new'],
      ['admin', 'basic', 'new'],
      ['admin', 'basic', 'reused'],
    ])
  })

  it('is made again when the session has expired', async () => {
    let now = Date.parse('2026-05-01T10:00:00Z')
    const client = start({ clock: () => new Date(now) })
    const cookie = sessionOf((await client.get('/api/me')).headers)
    now += 3_601_000
    expect((await client.get('/api/me', { cookie, authorization: undefined })).status).toBe(401)
    expect((await client.get('/api/me', { cookie })).status).toBe(200)
    expect(emulator.state.signIns).toHaveLength(2)
  })

  it('is made again when the session is somebody else’s', async () => {
    const client = start({ users: [{ username: 'ada', password: 'pw' }] })
    const cookie = sessionOf((await client.get('/api/me')).headers)
    const answer = await client.get('/api/me?fields=username', { cookie, authorization: basic('ada', 'pw') })
    expect(answer.json).toEqual({ username: 'ada' })
    expect(sessionOf(answer.headers)).toBeDefined()
  })

  it('with a wrong password is 401 without a session', async () => {
    const client = start()
    const answer = await client.get('/api/me', { authorization: basic('admin', 'nope') })
    expect([answer.status, answer.json.message, sessionOf(answer.headers)]).toEqual([401, 'Unauthorized', undefined])
  })

  it.each(all)('by /api/auth/login gives a cookie that does for the rest (%s)', async (version) => {
    const client = start({ version })
    const none = { authorization: undefined }
    const login = await client.post('/api/auth/login', { username: 'admin', password: 'district' }, none)
    expect(login.json.loginStatus).toBe('SUCCESS')
    const cookie = sessionOf(login.headers)
    expect((await client.get('/api/me?fields=username', { ...none, cookie })).json).toEqual({ username: 'admin' })
    expect((await client.post('/api/auth/login', { username: 'admin', password: 'x' }, none)).status).toBe(401)
  })

  it('pushes out the oldest of more than ten sessions, from 2.42 on', async () => {
    for (const [version, alive] of [
      ['2.41', 200],
      ['2.42', 401],
    ] as const) {
      const client = start({ version })
      const cookie = sessionOf((await client.get('/api/me')).headers)
      for (let more = 0; more < 10; more++) await client.get('/api/me')
      expect((await client.get('/api/me', { cookie, authorization: undefined })).status).toBe(alive)
      await emulator.close()
    }
  })
})

describe('a token', () => {
  it('signs in, can be limited to methods, expires, and is gone when it is deleted', async () => {
    let now = Date.parse('2026-05-01T10:00:00Z')
    const client = start({ clock: () => new Date(now) })
    const made = (body: object) => client.post('/api/apiToken', body).then(({ json }) => json.response)
    const { key, uid } = await made({ name: 'a', expire: now + 5000 })
    const token = { authorization: `ApiToken ${key}` }
    expect((await client.get('/api/me?fields=username', token)).json).toEqual({ username: 'admin' })
    expect((await client.get('/api/me', { authorization: `apitoken ${key}` })).status).toBe(200)
    const limited = await made({ attributes: [{ type: 'MethodAllowedList', allowedMethods: ['GET'] }] })
    expect((await client.post('/api/documents', {}, { authorization: `ApiToken ${limited.key}` })).status).toBe(401)
    now += 6000
    expect((await client.get('/api/me', token)).status).toBe(401)
    now -= 6000
    expect((await client.delete(`/api/apiToken/${uid}`)).status).toBe(200)
    const gone = await client.get('/api/me', token)
    expect([gone.status, gone.headers.get('www-authenticate')]).toEqual([401, 'ApiToken'])
  })

  it('never shows its key again', async () => {
    const client = start()
    const { key, uid } = (await client.post('/api/apiToken', { name: 'a' })).json.response
    const shown = JSON.stringify((await client.get(`/api/apiToken/${uid}`)).json)
    expect(shown).not.toContain(key)
    expect(shown).not.toContain('keyHash')
  })

  it('with a wrong checksum is 400', async () => {
    const client = start()
    const { key } = (await client.post('/api/apiToken', { name: 'a' })).json.response
    const last = key.at(-1) === '0' ? '1' : '0'
    const answer = await client.get('/api/me', { authorization: `ApiToken ${key.slice(0, -1)}${last}` })
    expect([answer.status, answer.json.message]).toEqual([400, 'Checksum validation failed'])
  })
})

describe('an anonymous request', () => {
  it.each([
    ['2.41', 'http://dhis2.test/dhis/dhis-web-login'],
    ['2.42', 'http://dhis2.test/dhis/dhis-web-login/'],
    ['2.43', 'http://dhis2.test/dhis/login/'],
    ['2.44', '/dhis/login/'],
  ] as const)('is sent to the login page of %s by a redirect, or gets a 401 as a script', async (version, location) => {
    const client = start({ version, settings: { contextPath: '/dhis' } })
    const browser = await client.get('/dhis/api/documents', { authorization: undefined, 'x-requested-with': undefined })
    expect([browser.status, browser.headers.get('location')]).toEqual([302, location])
    expect((await client.get('/dhis/api/documents', { authorization: undefined })).status).toBe(401)
    expect((await client.get('/dhis/api/ping', { authorization: undefined })).status).toBe(200)
  })
})

describe('the log', () => {
  it('shows no credentials', async () => {
    const client = start()
    await client.get('/api/me', { cookie: 'JSESSIONID=secret1; other=secret2' })
    await client.get('/api/me', { authorization: 'ApiToken d2p_secret3' })
    expect(JSON.stringify(emulator.log)).not.toMatch(/secret\d|YWRtaW4/)
    expect(emulator.log[0]?.headers['authorization']).toBe('Basic ***')
  })
})

describe('CSRF', () => {
  const settings = { csrf: true }

  it('asks for the cookie’s token on unsafe methods, whatever the credentials', async () => {
    const client = start({ settings })
    const first = await client.get('/api/me')
    const cookie =
      first.headers
        .getSetCookie()
        .find((one) => one.startsWith('XSRF-TOKEN='))
        ?.split(';')[0] ?? ''
    const body = { name: 'A', url: 'https://a.example', external: true }
    expect((await client.post('/api/documents', body)).status).toBe(403)
    expect((await client.post('/api/documents', body, { cookie })).status).toBe(403)
    expect((await client.post('/api/documents', body, { cookie, 'x-xsrf-token': 'other' })).status).toBe(403)
    const token = cookie.split('=')[1] ?? ''
    expect((await client.post('/api/documents', body, { cookie, 'x-xsrf-token': token })).status).toBe(201)
  })

  it('does not exist on 2.41', async () => {
    const client = start({ version: '2.41', settings })
    expect((await client.post('/api/documents', { name: 'A', url: 'https://a.example', external: true })).status).toBe(
      201,
    )
  })
})

describe('CORS', () => {
  const settings = { corsAllowList: ['https://app.example', 'https://*.trusted.example'] }
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-a',
    authorization: undefined,
  }

  it('answers a preflight of an allowed origin without credentials', async () => {
    const client = start({ settings })
    const { status, headers } = await client.send('OPTIONS', '/api/documents', undefined, {
      origin: 'https://app.example',
      ...preflight,
    })
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(headers.get('access-control-allow-headers')).toBe('x-a')
    expect(headers.get('access-control-max-age')).toBe('3600')
  })

  it.each([
    ['https://app.example', true],
    ['https://a.trusted.example', true],
    ['https://app.example.evil.example', false],
    ['https://trusted.example', false],
  ])('lets %s read: %s, and no more headers than ETag and Location', async (origin, allowed) => {
    const client = start({ settings })
    const { headers } = await client.get('/api/me', { origin })
    expect(headers.get('access-control-allow-origin')).toBe(allowed ? origin : null)
    expect(headers.get('access-control-expose-headers')).toBe(allowed ? 'ETag, Location' : null)
    const asked = await client.send('OPTIONS', '/api/documents', undefined, { origin, ...preflight })
    expect(asked.status).toBe(allowed ? 204 : 401)
  })
})
