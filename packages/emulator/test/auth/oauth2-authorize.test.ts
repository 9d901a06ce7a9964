import { afterEach, describe, expect, it } from 'vitest'
import { type Dhis2Version, type OAuth2Client, createEmulator } from '../../src/index.js'
import { ADMIN, clientOf } from '../client.js'
import { APP, CALLBACK, type OAuth2World, WHO, answer, request, sessionOf, startOAuth2 } from './oauth2-world.js'

let world: OAuth2World
afterEach(() => world.emulator.close())
const start = (...given: Parameters<typeof startOAuth2>) => (world = startOAuth2(...given))
const locationOf = ({ headers }: { headers: Headers }) => headers.get('location')
const text = ({ bytes }: { bytes: Uint8Array }) => new TextDecoder().decode(bytes)

describe('the authorization server', () => {
  it.each([
    ['2.41', true],
    ['2.43', false],
  ] as const)('is as unknown as any other route on %s when it is turned on: %s', async (version, on) => {
    world = startOAuth2({}, { version, ...(!on && { settings: { oauth2: undefined } }) })
    const { client } = world
    const routes = [
      'GET /oauth2/authorize',
      'POST /oauth2/token',
      'GET /oauth2/jwks',
      'POST /oauth2/revoke',
      'GET /userinfo',
      'GET /.well-known/openid-configuration',
      'GET /.well-known/oauth-authorization-server',
    ]
    for (const [method = '', path = ''] of routes.map((route) => route.split(' '))) {
      const unknown = await client.send(method, '/no/such/route')
      expect([path, (await client.send(method, path)).status]).toEqual([path, unknown.status])
      expect(unknown.status).toBe(404)
      expect((await client.send(method, path, undefined, { authorization: undefined })).status).toBe(401)
    }
    const bearer = await client.get('/api/me', { authorization: 'Bearer a.b.c' })
    expect([bearer.status, bearer.headers.get('www-authenticate')]).toEqual([401, null])
  })

  it('describes itself under the address that it is asked at', async () => {
    const { client } = start({}, { settings: { contextPath: '/dhis' } })
    const { status, json } = await client.get('/dhis/.well-known/openid-configuration', { authorization: undefined })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      issuer: 'http://dhis2.test/dhis',
      authorization_endpoint: 'http://dhis2.test/dhis/oauth2/authorize',
      token_endpoint: 'http://dhis2.test/dhis/oauth2/token',
      jwks_uri: 'http://dhis2.test/dhis/oauth2/jwks',
      userinfo_endpoint: 'http://dhis2.test/dhis/userinfo',
      code_challenge_methods_supported: ['S256'],
    })
    const plain = await client.get('/dhis/.well-known/oauth-authorization-server', { authorization: undefined })
    expect(plain.json).toMatchObject({
      issuer: 'http://dhis2.test/dhis',
      grant_types_supported: ['authorization_code', 'refresh_token'],
    })
  })
})

describe('a redirect URI', () => {
  const cases: readonly (readonly [registered: string, asked: string, allowed: boolean])[] = [
    [CALLBACK, CALLBACK, true],
    [CALLBACK, 'http://127.0.0.1:51234/callback', true],
    [CALLBACK, 'http://127.0.0.1/callback', true],
    ['http://127.0.0.1/callback', CALLBACK, true],
    ['http://[::1]/callback', 'http://[::1]:51234/callback', true],
    [CALLBACK, 'http://127.0.0.2:8765/callback', false],
    [CALLBACK, 'http://127.0.0.1:8765/callback/', false],
    [CALLBACK, 'http://127.0.0.1:8765/callback?a=b', false],
    [CALLBACK, 'http://127.0.0.1:8765/callback#a', false],
    [CALLBACK, 'https://127.0.0.1:8765/callback', false],
    [CALLBACK, 'http://127.0.0.1.evil.example:8765/callback', false],
    [CALLBACK, 'http://127.0.0.1:8765@evil.example/callback', false],
    [CALLBACK, 'http://localhost:8765/callback', false],
    ['http://localhost:8765', 'http://localhost:8765', true],
    ['http://localhost:8765', 'http://localhost:51234', false],
    ['http://localhost:8765', 'http://localhost:8765/', false],
    ['https://app.example/in', 'https://app.example/in', true],
    ['https://app.example/in', 'https://app.example:443/in', false],
    ['https://app.example/in', 'https://APP.example/in', false],
    ['my-app://in', 'my-app://in', true],
  ]
  it.each(cases)('registered as %s lets %s in: %s', async (registered, asked, allowed) => {
    const { authorize } = start({ redirectUris: [registered] })
    const sent = await authorize({ redirect_uri: asked })
    if (allowed) {
      expect(sent.status).toBe(302)
      expect(locationOf(sent)?.startsWith(`${asked}?code=`)).toBe(true)
      return
    }
    expect([sent.status, locationOf(sent)]).toEqual([400, null])
    expect(text(sent)).toContain('[invalid_request] OAuth 2.0 Parameter: redirect_uri')
  })

  it('may be left out where there is one, and OpenID Connect is not asked for', async () => {
    const { authorize } = start()
    expect(locationOf(await authorize({ redirect_uri: undefined, scope: 'username' }))).toMatch(
      /^http:\/\/127\.0\.0\.1:8765\/callback\?code=/,
    )
    expect((await authorize({ redirect_uri: undefined })).status).toBe(400)
  })

  it('keeps its own query', async () => {
    const { authorize } = start({ redirectUris: ['https://app.example/in?tenant=1'] })
    const sent = answer(await authorize({ redirect_uri: 'https://app.example/in?tenant=1' }))
    expect([...sent.keys()]).toEqual(['tenant', 'code', 'state'])
  })
})

describe('an authorization request', () => {
  it('gets a code and its state back', async () => {
    const { authorize } = start()
    const sent = await authorize({ state: "ä'b(c)*! &=%" })
    expect([sent.status, sent.headers.get('cache-control')]).toEqual([302, expect.stringContaining('no-store')])
    expect(answer(sent).get('state')).toBe("ä'b(c)*! &=%")
    expect([...answer(await authorize({ state: undefined })).keys()]).toEqual(['code'])
  })

  it.each([
    [{ client_id: 'nobody' }, 'client_id'],
    [{ client_id: undefined }, 'client_id'],
    [{ response_type: undefined }, 'response_type'],
    [{ response_type: 'token' }, 'response_type'],
  ])('with %j is told to the user, and nobody is redirected', async (more, parameter) => {
    const { authorize } = start()
    const sent = await authorize(more)
    expect([sent.status, locationOf(sent)]).toEqual([400, null])
    expect(text(sent)).toContain(`OAuth 2.0 Parameter: ${parameter}`)
  })

  it.each(['state', 'scope', 'code_challenge', 'redirect_uri', 'client_id'])(
    'with %s twice is told to the user',
    async (name) => {
      const { client } = start()
      const twice = request()
      twice.append(name, 'again')
      expect((await client.get(`/oauth2/authorize?${twice}`)).status).toBe(400)
    },
  )

  const refusals: readonly (readonly [Partial<OAuth2Client>, Record<string, string | undefined>, string, string])[] = [
    [{}, { scope: 'openid ALL' }, 'invalid_scope', 'scope'],
    [{}, { code_challenge_method: 'plain' }, 'invalid_request', 'code_challenge_method'],
    [{}, { code_challenge_method: undefined }, 'invalid_request', 'code_challenge_method'],
    [{ secret: undefined }, { code_challenge: undefined }, 'invalid_request', 'code_challenge'],
    [{ requirePkce: true }, { code_challenge: undefined }, 'invalid_request', 'code_challenge'],
  ]
  it.each(refusals)('of client %j with %j is refused to the program: %s', async (client, more, error, parameter) => {
    const { authorize } = start(client)
    const sent = answer(await authorize(more))
    expect(sent.get('error')).toBe(error)
    expect(sent.get('error_description')).toBe(`OAuth 2.0 Parameter: ${parameter}`)
    expect([sent.get('state'), sent.get('code')]).toEqual(['a state & more', null])
  })

  it('of a client with a secret needs no PKCE', async () => {
    const { code, exchange } = start()
    const given = await code({ code_challenge: undefined, code_challenge_method: undefined })
    expect((await exchange(given, { ...WHO, code_verifier: undefined })).status).toBe(200)
  })
})

describe('a browser', () => {
  const asBrowser = { authorization: undefined }
  const pages: readonly (readonly [Dhis2Version, string])[] = [
    ['2.42', 'http://dhis2.test/dhis/dhis-web-login/'],
    ['2.43', 'http://dhis2.test/dhis/login/'],
    ['2.44', '/dhis/login/'],
  ]
  it.each(pages)('signs in on the form, and comes back with a code (%s)', async (version, address) => {
    const { authorize, client, exchange } = start({}, { version, settings: { contextPath: '/dhis', csrf: true } })
    const sent = await authorize({}, asBrowser)
    expect([sent.status, locationOf(sent)]).toEqual([302, address])
    const anonymous = sessionOf(sent)
    expect(anonymous).toBeDefined()

    const page = await client.get(new URL(address, 'http://dhis2.test').pathname, { ...asBrowser, cookie: anonymous })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html;charset=utf-8'])
    const action = /<form method="post" action="([^"]+)"/.exec(text(page))?.[1] ?? ''
    const names = [...text(page).matchAll(/<input id="(\w+)" name="(\w+)"/g)].map(([, id, name]) => [id, name])
    expect(names).toEqual(['username', 'password', 'twoFA'].map((name) => [name, name]))

    const form = new URLSearchParams({ username: 'admin', password: 'district', twoFA: '' })
    const headers = { ...asBrowser, 'content-type': 'application/x-www-form-urlencoded' }
    const done = await client.send('POST', action, form.toString(), { ...headers, cookie: anonymous })
    expect(done.status).toBe(303)
    const session = sessionOf(done)
    expect(session).not.toBe(anonymous)

    const back = await client.get(locationOf(done) ?? '', { ...asBrowser, cookie: session })
    expect(answer(back).get('state')).toBe('a state & more')
    expect((await exchange(answer(back).get('code') ?? '')).json.token_type).toBe('Bearer')
    // the session before the sign-in is none any more
    expect(locationOf(await authorize({}, { ...asBrowser, cookie: anonymous }))).toBe(address)
  })

  it('signs in by /api/auth/login, which says where to go on', async () => {
    const { authorize, client } = start()
    const cookie = sessionOf(await authorize({}, asBrowser))
    const credentials = { username: 'admin', password: 'district' }
    const { json } = await client.post('/api/auth/login', credentials, { ...asBrowser, cookie })
    expect(json).toEqual({ loginStatus: 'SUCCESS', redirectUrl: `/oauth2/authorize?${request()}` })
    const elsewhere = await client.post('/api/auth/login', credentials, asBrowser)
    expect(elsewhere.json.redirectUrl).toBe('/')
  })

  it('with a wrong password sees the form again, with its name and not its password', async () => {
    const { client, post } = start({}, { users: [{ username: 'o"<b>', password: 'right' }] })
    const sent = await post('/login/', { username: 'o"<b>', password: 'wrong-password' })
    expect([sent.status, sessionOf(sent)]).toEqual([401, undefined])
    expect(text(sent)).toContain('role="alert">Incorrect username or password')
    expect(text(sent)).toContain('value="o&quot;&lt;b&gt;"')
    expect(text(sent)).not.toMatch(/wrong-password|<b>/)
    expect((await client.get('/login/', { authorization: undefined })).status).toBe(200)
    const right = await post('/login/', { username: 'o"<b>', password: 'right' })
    expect([right.status, locationOf(right)]).toEqual([303, '/'])
  })

  it('signs in with two factors on the form', async () => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    const { emulator, post } = start({}, { users: [{ username: 'ada', password: 'pw', twoFactorSecret: secret }] })
    const asked = await post('/login/', { username: 'ada', password: 'pw' })
    expect([asked.status, text(asked)]).toEqual([
      401,
      expect.stringContaining('Enter the code of your authenticator app'),
    ])
    const code = emulator.state.twoFactorCode('ada')
    expect((await post('/login/', { username: 'ada', password: 'pw', twoFA: code })).status).toBe(303)
  })
})

describe('consent', () => {
  const ask = async (scope = 'openid username profile') => {
    const sent = await world.authorize({ scope })
    expect(sent.status).toBe(200)
    const state = /name="state" value="([^"]+)"/.exec(text(sent))?.[1] ?? ''
    const boxes = [...text(sent).matchAll(/name="scope" value="(\w+)"/g)].map((match) => match[1])
    return { state, boxes }
  }
  const say = (state: string, scopes: readonly string[], headers: Record<string, string> = { authorization: ADMIN }) =>
    world.post(
      '/oauth2/authorize',
      new URLSearchParams([['client_id', 'app'], ['state', state], ...scopes.map((scope) => ['scope', scope])] as [
        string,
        string,
      ][]),
      headers,
    )

  it('is asked for once for each scope, and the token has what was ticked', async () => {
    const { authorize, exchange } = start({ consent: true }, { settings: { csrf: true } })
    const { state, boxes } = await ask()
    expect(boxes).toEqual(['username', 'profile'])
    const granted = answer(await say(state, ['username']))
    expect(granted.get('state')).toBe('a state & more')
    expect((await exchange(granted.get('code') ?? '')).json.scope).toBe('openid username')
    expect((await ask()).boxes).toEqual(['profile'])
    expect(answer(await authorize()).get('code')).not.toBeNull()
    expect(answer(await authorize({ scope: 'openid' })).get('code')).not.toBeNull()
  })

  it('that is not given is told to the program', async () => {
    start({ consent: true })
    const { state } = await ask()
    const sent = answer(await say(state, []))
    expect([sent.get('error'), sent.get('state')]).toEqual(['access_denied', 'a state & more'])
    expect((await ask()).boxes).toEqual(['username', 'profile'])
  })

  it('is a question to one user, answered once, about what was asked', async () => {
    start({ consent: true }, { users: [{ username: 'ada', password: 'pw' }] })
    const ada = { authorization: `Basic ${btoa('ada:pw')}` }
    const { state } = await ask()
    expect((await say(state, ['username'], ada)).status).toBe(400)
    expect((await say('another', ['username'])).status).toBe(400)
    expect(answer(await say(state, ['username', 'email'])).get('error')).toBe('invalid_scope')
    expect((await say(state, ['username'])).status).toBe(400)
  })
})

describe('a client that makes no sense', () => {
  it.each([
    [{ ...APP, id: 'a b' }, 'OAuth2 client "a b": its id must be printable ASCII without blanks'],
    [{ ...APP, secret: '' }, 'OAuth2 client "app": its secret is empty; leave it out for a public client'],
    [{ ...APP, redirectUris: [] }, 'OAuth2 client "app": it needs a redirect URI'],
    [{ ...APP, redirectUris: ['/in'] }, 'a redirect URI must be absolute and without a fragment, not "/in"'],
    [{ ...APP, redirectUris: ['https://a.example/#b'] }, 'a redirect URI must be absolute and without a fragment'],
    [{ ...APP, accessTokenSeconds: 0 }, 'accessTokenSeconds must be a whole number above 0, not 0'],
  ])('%j is a TypeError', (client, message) => {
    start()
    expect(() => createEmulator({ settings: { oauth2: { clients: [client] } } })).toThrow(message)
    expect(() => createEmulator({ settings: { oauth2: { clients: [APP, APP] } } })).toThrow(
      'The OAuth2 client app is there twice',
    )
    expect(() => createEmulator({ settings: { oauth2: { clients: [], mappingClaim: 'uid' as 'sub' } } })).toThrow(
      'mappingClaim must be',
    )
  })
})

describe('signing out', () => {
  it.each(['GET', 'POST'])('by %s ends the session and takes its cookie away', async (method) => {
    const { client, emulator } = start({}, { settings: { contextPath: '/dhis' } })
    const cookie = sessionOf(await client.get('/dhis/api/me'))
    const none = { authorization: undefined }
    const sent = await client.send(method, '/dhis/dhis-web-commons-security/logout.action', undefined, {
      ...none,
      cookie,
    })
    expect([sent.status, locationOf(sent)]).toEqual([302, 'http://dhis2.test/dhis/'])
    expect(sent.headers.getSetCookie()).toEqual([expect.stringMatching(/^JSESSIONID=; Path=\/dhis; Max-Age=0/)])
    expect((await clientOf(emulator).get('/dhis/api/me', { ...none, cookie })).status).toBe(401)
  })

  it('is not done by a link where CSRF tokens are asked for', async () => {
    const { client } = start({}, { settings: { csrf: true } })
    const cookie = sessionOf(await client.get('/api/me'))
    await client.get('/dhis-web-commons-security/logout.action', { authorization: undefined, cookie })
    await client.send('POST', '/dhis-web-commons-security/logout.action', undefined, {
      authorization: undefined,
      cookie,
    })
    expect((await client.get('/api/me', { authorization: undefined, cookie })).status).toBe(200)
  })
})
