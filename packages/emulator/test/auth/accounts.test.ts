import { afterEach, describe, expect, it } from 'vitest'
import { type Dhis2Version, type Emulator, createEmulator } from '../../src/index.js'
import { clientOf } from '../client.js'

const all: readonly Dhis2Version[] = ['2.41', '2.42', '2.43', '2.44']
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const NOBODY = { authorization: undefined }

let emulator: Emulator
let now: number
afterEach(() => emulator.close())

const start = (version: Dhis2Version = '2.43', twoFactorSecret?: string) => {
  now = Date.parse('2026-05-01T10:00:00Z')
  const ada = { username: 'ada', password: 'pw', twoFactorSecret }
  emulator = createEmulator({ version, clock: () => new Date(now), users: [ada] })
  const client = clientOf(emulator)
  const id = emulator.state.users.find(({ username }) => username === 'ada')?.id ?? ''
  return {
    client,
    id,
    account: (changes: Record<string, unknown>) => emulator.state.users.update(id, changes),
    logIn: (password = 'pw', twoFactorCode?: string) =>
      client.post('/api/auth/login', { username: 'ada', password, twoFactorCode }, NOBODY),
    basic: (password = 'pw') => client.get('/api/me', { authorization: `Basic ${btoa(`ada:${password}`)}` }),
    set: (key: string, value: string) => client.post(`/api/systemSettings/${key}?value=${value}`),
  }
}
const signedIn = ({ headers }: { headers: Headers }) =>
  headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith('JSESSIONID='))
    ?.split(';')[0]

describe('an account with two factors', () => {
  it.each(all)('signs in with its code, and is asked for it otherwise (%s)', async (version) => {
    const { client, logIn } = start(version, SECRET)
    const asked = version === '2.41' ? 'INCORRECT_TWO_FACTOR_CODE' : 'INCORRECT_TWO_FACTOR_CODE_TOTP'
    for (const code of [undefined, '', '000000', 'nonsense']) {
      const answer = await logIn('pw', code)
      expect([answer.status, answer.json]).toEqual([200, { loginStatus: asked }])
      expect((await client.get('/api/me', { ...NOBODY, cookie: signedIn(answer) })).status).toBe(401)
    }
    expect((await logIn('wrong', emulator.state.twoFactorCode('ada'))).status).toBe(401)
    const answer = await logIn('pw', emulator.state.twoFactorCode('ada'))
    expect(answer.json.loginStatus).toBe('SUCCESS')
    const { json } = await client.get('/api/me?fields=username', { ...NOBODY, cookie: signedIn(answer) })
    expect(json).toEqual({ username: 'ada' })
    expect(emulator.state.signIns).toEqual([expect.objectContaining({ username: 'ada', scheme: 'login' })])
  })

  it('cannot sign in by Basic, with the right password either', async () => {
    const { basic } = start('2.43', SECRET)
    const { status, json, headers } = await basic()
    expect([status, json.message, headers.get('set-cookie')]).toEqual([401, 'Unauthorized', null])
  })

  it('may go on by Basic beside its own session, whose password nobody looks at', async () => {
    const { client, logIn } = start('2.43', SECRET)
    const cookie = signedIn(await logIn('pw', emulator.state.twoFactorCode('ada')))
    const authorization = `Basic ${btoa('ada:pw')}`
    expect((await client.get('/api/me', { authorization, cookie })).status).toBe(200)
  })

  it('has codes of 30 seconds, taken for 30 more', async () => {
    const { logIn } = start('2.43', SECRET)
    const code = emulator.state.twoFactorCode('ada')
    now += 59_999
    expect((await logIn('pw', code)).json.loginStatus).toBe('SUCCESS')
    now += 1
    expect((await logIn('pw', code)).json.loginStatus).toBe('INCORRECT_TWO_FACTOR_CODE_TOTP')
    expect(emulator.state.twoFactorCode('ada')).not.toBe(code)
    expect(emulator.state.twoFactorCode('admin')).toBeUndefined()
  })

  it.each(all)('never shows its secret (%s)', async (version) => {
    const { client, id } = start(version, SECRET)
    const routes = [
      `/api/users/${id}`,
      `/api/users/${id}?fields=:all,secret`,
      '/api/users?fields=:all,secret&paging=false',
      '/api/users?fields=id,secret&filter=username:eq:ada',
      '/api/metadata?users=true',
    ]
    for (const route of routes) expect(JSON.stringify((await client.get(route)).json ?? null)).not.toContain(SECRET)
    const cookie = signedIn(
      await client.post(
        '/api/auth/login',
        { username: 'ada', password: 'pw', twoFactorCode: emulator.state.twoFactorCode('ada') },
        NOBODY,
      ),
    )
    const me = await client.get('/api/me?fields=:all,secret', { ...NOBODY, cookie })
    expect(me.status).toBe(200)
    expect(JSON.stringify(me.json)).not.toContain(SECRET)
  })

  it('keeps them when it is updated', async () => {
    const { client, id, logIn } = start('2.43', SECRET)
    const { json } = await client.get(`/api/users/${id}?fields=:owner`)
    expect((await client.put(`/api/users/${id}`, { ...json, surname: 'Changed' })).status).toBe(200)
    expect((await logIn()).json.loginStatus).toBe('INCORRECT_TWO_FACTOR_CODE_TOTP')
  })

  it('needs a secret that DHIS2 would take', () => {
    start()
    const users = [{ username: 'ada', password: 'pw', twoFactorSecret: 'JBSWY3DPEHPK3PXP' }]
    expect(() => createEmulator({ users })).toThrow('twoFactorSecret of ada must be 20 bytes in base32')
  })
})

describe('a sign-in by form', () => {
  it('ends the session that the browser had', async () => {
    const { client } = start()
    const admin = { username: 'admin', password: 'district' }
    const first = signedIn(await client.post('/api/auth/login', admin, NOBODY))
    const second = signedIn(await client.post('/api/auth/login', admin, { ...NOBODY, cookie: first }))
    expect(second).not.toBe(first)
    expect((await client.get('/api/me', { ...NOBODY, cookie: first })).status).toBe(401)
    expect((await client.get('/api/me', { ...NOBODY, cookie: second })).status).toBe(200)
  })
})

describe('an account that may not sign in', () => {
  const states: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['ACCOUNT_DISABLED', { disabled: true }, 'Account disabled'],
    ['ACCOUNT_EXPIRED', { accountExpiry: '2026-05-01T09:00:00.000' }, 'Unauthorized'],
  ]
  it.each(states)('is told %s, whatever the password', async (loginStatus, changes, message) => {
    const { account, basic, logIn } = start()
    account(changes)
    for (const password of ['pw', 'wrong']) {
      const answer = await logIn(password)
      expect([answer.status, answer.json, signedIn(answer)]).toEqual([200, { loginStatus }, undefined])
      const refused = await basic(password)
      expect([refused.status, refused.json.message]).toEqual([401, message])
    }
  })

  it('before its end signs in', async () => {
    const { account, logIn } = start()
    account({ accountExpiry: '2026-05-01T11:00:00.000' })
    expect((await logIn()).json.loginStatus).toBe('SUCCESS')
  })

  it('is told PASSWORD_EXPIRED when its password is older than the setting allows', async () => {
    const { account, basic, logIn, set } = start()
    account({ passwordLastUpdated: '2026-02-01T10:00:01.000' })
    expect((await logIn()).json.loginStatus).toBe('SUCCESS')
    await set('credentialsExpires', '3')
    expect((await logIn()).json.loginStatus).toBe('SUCCESS')
    now += 1000
    expect((await logIn()).json).toEqual({ loginStatus: 'PASSWORD_EXPIRED' })
    expect((await logIn('wrong')).status).toBe(401)
    expect((await basic()).status).toBe(401)
  })

  it('is told REQUIRES_TWO_FACTOR_ENROLMENT when a role asks for two factors that it does not have', async () => {
    const { id, logIn, basic } = start()
    const role = emulator.state.users.get(id)?.userRoles[0]?.id ?? ''
    emulator.state.collection('userRoles').update(role, { restrictions: ['R_ENABLE_2FA'] })
    expect((await logIn()).json).toEqual({ loginStatus: 'REQUIRES_TWO_FACTOR_ENROLMENT' })
    expect((await basic()).status).toBe(401)
  })
})

describe('wrong passwords', () => {
  it('lock nobody out by default', async () => {
    const { logIn } = start()
    for (let count = 0; count < 7; count++) expect((await logIn('wrong')).status).toBe(401)
    expect((await logIn()).json.loginStatus).toBe('SUCCESS')
  })

  it('lock an account after five in a row, for fifteen minutes, where the setting says so', async () => {
    const { basic, logIn, set } = start()
    await set('keyLockMultipleFailedLogins', 'true')
    for (let count = 0; count < 4; count++) expect((await basic('wrong')).json.message).toBe('Unauthorized')
    expect((await logIn()).json.loginStatus).toBe('SUCCESS')
    for (let count = 0; count < 5; count++) expect((await logIn('wrong')).status).toBe(401)
    expect((await logIn()).json).toEqual({ loginStatus: 'ACCOUNT_LOCKED' })
    expect((await basic()).json.message).toBe('Account locked')
    now += 15 * 60_000 - 1
    expect((await logIn()).json).toEqual({ loginStatus: 'ACCOUNT_LOCKED' })
    now += 1
    expect((await logIn()).json.loginStatus).toBe('SUCCESS')
  })

  it('are forgotten by a reset', async () => {
    const { logIn, set } = start()
    await set('keyLockMultipleFailedLogins', 'true')
    for (let count = 0; count < 5; count++) await logIn('wrong')
    await emulator.reset()
    expect((await logIn()).json.loginStatus).toBe('SUCCESS')
  })
})
