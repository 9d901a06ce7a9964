import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { APP, CALLBACK, type OAuth2World, SECRET, VERIFIER, WHO, startOAuth2 } from './oauth2-world.js'

const worlds: OAuth2World[] = []
afterEach(() => Promise.all(worlds.splice(0).map(({ emulator }) => emulator.close())))
const start = (...given: Parameters<typeof startOAuth2>) => {
  const world = startOAuth2(...given)
  worlds.push(world)
  return world
}
const error = ({ status, json }: { status: number; json: any }) => [status, json]
const claimsOf = (token = '') => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const basic = (id: string, secret: string) => {
  const form = (text: string) => new URLSearchParams({ text }).toString().slice('text='.length)
  return { authorization: `Basic ${btoa(`${form(id)}:${form(secret)}`)}` }
}
const OTHER = { id: 'other', secret: 'another', redirectUris: [CALLBACK] }
const both = { settings: { oauth2: { clients: [APP, OTHER] } } }

describe('a code', () => {
  it('gives tokens, which are not to be cached', async () => {
    const { code, exchange } = start()
    const { status, json, headers } = await exchange(await code())
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json;charset=UTF-8'])
    expect(headers.get('cache-control')).toContain('no-store')
    expect(json).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      id_token: expect.any(String),
      scope: 'openid username',
      token_type: 'Bearer',
      expires_in: 299,
    })
    expect(claimsOf(json.access_token)).toEqual({
      iss: 'http://dhis2.test',
      sub: 'admin',
      aud: 'app',
      iat: 1_777_629_600,
      nbf: 1_777_629_600,
      exp: 1_777_629_900,
      jti: expect.any(String),
      scope: ['openid', 'username'],
      username: 'admin',
    })
  })

  it('is used once: a second time ends what it gave', async () => {
    const { code, exchange, me, refresh } = start()
    const given = await code()
    const { json } = await exchange(given)
    expect((await me(json.access_token)).status).toBe(200)
    expect(error(await exchange(given))).toEqual([400, { error: 'invalid_grant' }])
    expect((await me(json.access_token)).status).toBe(401)
    expect(error(await refresh(json.refresh_token))).toEqual([400, { error: 'invalid_grant' }])
  })

  it('is used once when it is sent twice at the same time', async () => {
    const { code, exchange } = start()
    const given = await code()
    const answers = await Promise.all([exchange(given), exchange(given), exchange(given)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400])
  })

  it.each([
    [300, 200],
    [301, 400],
  ])('after %i seconds is answered by %i', async (seconds, status) => {
    const { code, exchange, later } = start()
    const given = await code()
    later(seconds)
    expect((await exchange(given)).status).toBe(status)
  })

  it.each([
    ['another verifier', { code_verifier: 'w'.repeat(43) }],
    ['no verifier', { code_verifier: undefined }],
    ['another redirect URI', { redirect_uri: 'http://127.0.0.1:9/callback' }],
    ['no redirect URI', { redirect_uri: undefined }],
  ])('with %s is invalid_grant, and still there for its owner', async (_, form) => {
    const { code, exchange } = start()
    const given = await code()
    expect(error(await exchange(given, { ...WHO, ...form }))).toEqual([400, { error: 'invalid_grant' }])
    expect((await exchange(given)).status).toBe(200)
  })

  it('of a request without PKCE takes no verifier', async () => {
    const { code, exchange } = start()
    const given = await code({ code_challenge: undefined, code_challenge_method: undefined })
    expect((await exchange(given)).status).toBe(400)
    expect((await exchange(given, { ...WHO, code_verifier: undefined })).status).toBe(200)
  })

  it('is lost when another client tries it', async () => {
    const { code, exchange } = start({}, both)
    const given = await code()
    const stolen = await exchange(given, { client_id: 'other', client_secret: 'another' })
    expect(error(stolen)).toEqual([400, { error: 'invalid_grant' }])
    expect((await exchange(given)).status).toBe(400)
  })
})

describe('a client', () => {
  it('says who it is in the header or in the form', async () => {
    const { code, exchange } = start()
    expect((await exchange(await code(), WHO)).status).toBe(200)
    expect((await exchange(await code(), {}, basic('app', SECRET))).status).toBe(200)
  })

  it.each([
    ['a wrong secret in the form', { ...WHO, client_secret: 'wrong' }, {}],
    ['a wrong secret in the header', {}, basic('app', 'wrong')],
    ['a secret that is not form-encoded', {}, { authorization: `Basic ${btoa(`app:${SECRET.replace('%', '')}`)}` }],
    ['an unknown id', { ...WHO, client_id: 'nobody' }, {}],
    ['no secret', { client_id: 'app' }, {}],
    ['nothing', {}, {}],
    ['the password of a user', {}, { authorization: `Basic ${btoa('admin:district')}` }],
  ])('with %s is invalid_client', async (_, form, headers) => {
    const { code, exchange, emulator } = start()
    expect(error(await exchange(await code(), form, headers))).toEqual([401, { error: 'invalid_client' }])
    expect(emulator.log.at(-1)).not.toHaveProperty('user')
  })

  it('that is public has PKCE alone, and gets no refresh token', async () => {
    const { code, exchange, me } = start({ secret: undefined })
    expect((await exchange(await code(), { client_id: 'app', code_verifier: undefined })).status).toBe(401)
    expect((await exchange(await code(), WHO)).status).toBe(401)
    const { json } = await exchange(await code(), { client_id: 'app' })
    expect(Object.keys(json)).not.toContain('refresh_token')
    expect((await me(json.access_token)).status).toBe(200)
  })

  const wrong: readonly (readonly [Record<string, string | undefined>, string, string | undefined])[] = [
    [{ grant_type: undefined }, 'invalid_request', 'grant_type'],
    [{ grant_type: 'password' }, 'unsupported_grant_type', 'grant_type'],
    [{ grant_type: 'authorization_code' }, 'invalid_request', 'code'],
    [{ grant_type: 'refresh_token' }, 'invalid_request', 'refresh_token'],
    [{ grant_type: 'authorization_code', code: 'unknown' }, 'invalid_grant', undefined],
    [{ grant_type: 'refresh_token', refresh_token: 'unknown' }, 'invalid_grant', undefined],
  ]
  it.each(wrong)('that sends %j is told %s', async (form, code, parameter) => {
    const { post } = start()
    const { status, json } = await post('/oauth2/token', { ...WHO, ...form })
    expect([status, json.error]).toEqual([400, code])
    expect(json.error_description).toBe(parameter && `OAuth 2.0 Parameter: ${parameter}`)
  })

  it('needs no CSRF token', async () => {
    const { code, exchange } = start({}, { settings: { csrf: true } })
    expect((await exchange(await code())).status).toBe(200)
  })
})

describe('a refresh token', () => {
  it('stays the same, as in DHIS2, and lives for an hour from the sign-in', async () => {
    const { later, me, refresh, signIn } = start()
    const { access_token, refresh_token } = await signIn()
    later(3000)
    expect((await me(access_token)).status).toBe(401)
    const { json } = await refresh(refresh_token)
    expect(json).toMatchObject({ refresh_token, scope: 'openid username', id_token: expect.any(String) })
    expect((await me(json.access_token)).status).toBe(200)
    later(600)
    expect((await refresh(refresh_token)).status).toBe(200)
    later(1)
    expect(error(await refresh(refresh_token))).toEqual([400, { error: 'invalid_grant' }])
  })

  it('that rotates ends with its use, and the next one lives for an hour of its own', async () => {
    const { later, me, refresh, signIn } = start({ rotateRefreshTokens: true })
    const first = await signIn()
    later(3000)
    const second = (await refresh(first.refresh_token)).json
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect((await refresh(first.refresh_token)).status).toBe(400)
    later(3000)
    const third = (await refresh(second.refresh_token)).json
    expect((await me(third.access_token)).status).toBe(200)
  })

  it('can ask for less, never for more', async () => {
    const { refresh, signIn } = start()
    const { refresh_token } = await signIn()
    const less = (await refresh(refresh_token, { scope: 'username' })).json
    expect([less.scope, less.id_token]).toEqual(['username', undefined])
    expect(error(await refresh(refresh_token, { scope: 'username email' }))).toEqual([400, { error: 'invalid_scope' }])
    expect((await refresh(refresh_token)).json.scope).toBe('openid username')
  })

  it('is no other client’s', async () => {
    const { refresh, signIn } = start({}, both)
    const { refresh_token } = await signIn()
    const stolen = await refresh(refresh_token, { client_id: 'other', client_secret: 'another' })
    expect(stolen.json).toEqual({ error: 'invalid_client' })
    expect((await refresh(refresh_token)).status).toBe(200)
  })

  it('lives as long as its client says, and so does an access token', async () => {
    const { later, me, refresh, signIn } = start({ accessTokenSeconds: 1000, refreshTokenSeconds: 2000 })
    const { access_token, refresh_token } = await signIn()
    later(1000)
    expect((await me(access_token)).status).toBe(200)
    later(1000)
    expect((await refresh(refresh_token)).json.expires_in).toBe(999)
    later(1)
    expect((await refresh(refresh_token)).status).toBe(400)
  })
})

describe('a bearer token', () => {
  const refused = async (world: OAuth2World, token: string) => {
    const { status, headers, json } = await world.me(token)
    const challenge = headers.get('www-authenticate') ?? ''
    expect([status, json.message, headers.getSetCookie()]).toEqual([401, 'invalid_token', []])
    expect(challenge).toMatch(/^Bearer error="invalid_token", error_description="[^"]+", error_uri="https:[^"]+"$/)
    expect(challenge).toContain(`"${json.devMessage}"`)
    return json.devMessage
  }

  it('signs in without a session, and is counted as a sign-in', async () => {
    const { client, emulator, me, signIn } = start()
    const { access_token } = await signIn()
    const { headers, json } = await me(access_token)
    expect(json).toEqual({ username: 'admin' })
    expect(headers.getSetCookie().filter((cookie) => cookie.startsWith('JSESSIONID'))).toEqual([])
    expect(emulator.log.at(-1)).toMatchObject({ user: 'admin', scheme: 'bearer', session: 'none' })
    expect(emulator.state.signIns.at(-1)).toMatchObject({ username: 'admin', scheme: 'bearer' })
    const made = await client.upload('a.txt', 'a')
    expect(made.status).toBe(202)
  })

  it('ends after five minutes, and a minute for clocks that differ', async () => {
    const world = start()
    const { access_token } = await world.signIn()
    world.later(360)
    expect((await world.me(access_token)).status).toBe(200)
    world.later(1)
    expect(await refused(world, access_token)).toBe(
      'An error occurred while attempting to decode the Jwt: Jwt expired at 2026-05-01T10:05:00Z',
    )
  })

  it('that is none, is forged, or of another server is refused', async () => {
    const world = start({}, { users: [{ username: 'ada', password: 'pw' }] })
    const { access_token } = await world.signIn()
    const [head = '', body = '', signature = ''] = access_token.split('.')
    const mine = { ...claimsOf(access_token), username: 'ada' }
    const forged = Buffer.from(JSON.stringify(mine)).toString('base64url')
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url')
    const other = start()
    const foreign = (await other.signIn()).access_token
    for (const token of ['nonsense', 'a.b.c']) expect(await refused(world, token)).toBe('Invalid JWT serialization')
    for (const token of [`${head}.${forged}.${signature}`, `${unsigned}.${body}.`, `${unsigned}.${forged}.`, foreign])
      expect(await refused(world, token)).toContain('Signed JWT rejected')
    expect((await world.me(access_token)).status).toBe(200)
  })

  it('without the claim that names the user is refused: DHIS2 asks for the scope username', async () => {
    const world = start()
    const { access_token } = await world.signIn({ scope: 'openid profile' })
    expect(await refused(world, access_token)).toBe(
      "Found no matching DHIS2 user for the mapping claim: 'username' with the value: 'null'",
    )
  })

  it.each([
    ['sub', 'ALL', {}],
    ['email', 'email', { email: 'a@b.example', openId: 'a@b.example' }],
  ] as const)('names the user by %s where the server is set up so', async (mappingClaim, scope, account) => {
    const settings = { oauth2: { mappingClaim, clients: [{ ...APP, scopes: [scope] }] } }
    const { emulator, me, signIn } = start({}, { settings })
    emulator.state.users.update('M5zQapPyTZI', account)
    expect((await me((await signIn({ scope })).access_token)).json).toEqual({ username: 'admin' })
  })

  it('of a user who is gone is refused', async () => {
    const world = start({}, { users: [{ username: 'ada', password: 'pw' }] })
    const ada = { authorization: `Basic ${btoa('ada:pw')}` }
    const code = new URL((await world.authorize({}, ada)).headers.get('location') ?? '').searchParams.get('code') ?? ''
    const { json } = await world.exchange(code)
    expect((await world.me(json.access_token)).json).toEqual({ username: 'ada' })
    const id = world.emulator.state.users.find(({ username }) => username === 'ada')?.id ?? ''
    world.emulator.state.users.delete(id)
    expect(await refused(world, json.access_token)).toContain("with the value: 'ada'")
    expect((await world.refresh(json.refresh_token)).json).toEqual({ error: 'invalid_grant' })
  })
})

describe('revoking', () => {
  it('a refresh token ends the access tokens beside it', async () => {
    const { me, post, refresh, signIn } = start()
    const { access_token, refresh_token } = await signIn()
    const later = (await refresh(refresh_token)).json.access_token
    const { status, bytes } = await post('/oauth2/revoke', { ...WHO, token: refresh_token })
    expect([status, bytes.length]).toEqual([200, 0])
    expect((await refresh(refresh_token)).json).toEqual({ error: 'invalid_grant' })
    for (const token of [access_token, later]) expect((await me(token)).status).toBe(401)
  })

  it('an access token ends it alone', async () => {
    const { me, post, refresh, signIn } = start()
    const { access_token, refresh_token } = await signIn()
    const other = (await refresh(refresh_token)).json.access_token
    await post('/oauth2/revoke', { ...WHO, token: access_token, token_type_hint: 'access_token' })
    const { status, headers } = await me(access_token)
    expect([status, headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('Bearer error="invalid_token"'),
    ])
    expect((await me(other)).status).toBe(200)
    expect((await refresh(refresh_token)).status).toBe(200)
  })

  it('an unknown token is no error; somebody else’s is, and so is an unknown client', async () => {
    const { post, refresh, signIn } = start({}, both)
    const { refresh_token } = await signIn()
    expect((await post('/oauth2/revoke', { ...WHO, token: 'unknown' })).status).toBe(200)
    const thief = { client_id: 'other', client_secret: 'another' }
    expect((await post('/oauth2/revoke', { ...thief, token: refresh_token })).json).toEqual({ error: 'invalid_client' })
    expect((await post('/oauth2/revoke', { token: refresh_token })).status).toBe(401)
    expect((await post('/oauth2/revoke', WHO)).json.error).toBe('invalid_request')
    expect((await refresh(refresh_token)).status).toBe(200)
  })
})

describe('the log', () => {
  it('shows no code, state, secret or token', async () => {
    const { client, code, emulator, exchange, me, post } = start()
    const given = await code({ state: 'the-state' })
    const { json } = await exchange(given, { ...WHO })
    await exchange(given, {}, basic('app', SECRET))
    await me(json.access_token)
    await client.get(`/oauth2/token?code=${given}&client_secret=the-secret`, {
      referer: `${CALLBACK}?code=${given}&state=the-state`,
    })
    await client.get('/api/documents?access_token=the-token&filter=code:eq:kept&fields=id')
    await post('/login/', { username: 'admin', password: 'the-password' })
    const shown = JSON.stringify(emulator.log)
    for (const secret of [
      given,
      'the-state',
      'the-secret',
      'the-token',
      'the-password',
      VERIFIER,
      json.access_token,
      json.refresh_token,
      SECRET,
    ])
      expect(shown).not.toContain(secret)
    expect(emulator.log.map(({ path }) => path)).toContain(
      '/api/documents?access_token=***&filter=code:eq:kept&fields=id',
    )
    expect(emulator.log[0]?.path).toContain('client_id=app')
  })
})

describe('over a restart', () => {
  it('refresh tokens stay, and access tokens end with the key; the file is the owner’s alone and holds neither', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'emulator-test-'))
    try {
      const first = start({}, { storage: { folder } })
      const { access_token, refresh_token } = await first.signIn()
      await first.emulator.close()
      const file = path.join(folder, 'state.json')
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      const kept = await readFile(file, 'utf8')
      for (const secret of [access_token, refresh_token, SECRET]) expect(kept).not.toContain(secret)

      const second = start({}, { storage: { folder } })
      expect((await second.me(access_token)).status).toBe(401)
      const { json } = await second.refresh(refresh_token)
      expect((await second.me(json.access_token)).json).toEqual({ username: 'admin' })
      expect((await second.me(access_token)).json.devMessage).toContain('no matching key(s) found')
      await second.emulator.close()
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('and after a reset nothing is left: no token, code or consent', async () => {
    const { code, emulator, exchange, me, refresh, signIn } = start()
    const { access_token, refresh_token } = await signIn()
    const open = await code()
    await emulator.reset()
    expect((await me(access_token)).status).toBe(401)
    expect((await refresh(refresh_token)).status).toBe(400)
    expect((await exchange(open)).status).toBe(400)
    expect((await me((await signIn()).access_token)).status).toBe(200)
  })

  it('what is over is not kept', async () => {
    const { emulator, later, signIn } = start()
    for (let count = 0; count < 3; count++) {
      await signIn()
      later(4000)
    }
    expect(emulator.state.collection('oauth2Authorizations').size).toBe(1)
  })
})
