import { afterEach, describe, expect, it } from 'vitest'
import { type Dhis2Version, type Emulator, type EmulatorOptions, createEmulator } from '../../src/index.js'
import { clientOf } from '../client.js'

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const all: readonly Dhis2Version[] = ['2.41', '2.42', '2.43', '2.44']

let emulator: Emulator
let now: number
afterEach(() => emulator.close())
const start = (options: EmulatorOptions = {}) => {
  now = Date.parse('2026-05-01T10:00:00Z')
  emulator = createEmulator({
    clock: () => new Date(now),
    users: [{ username: 'ada', password: 'pw', twoFactorSecret: SECRET }],
    ...options,
  })
  const client = clientOf(emulator)
  return {
    ...client,
    logIn: (twoFactorCode?: string, password = 'pw') =>
      client.post('/api/auth/login', { username: 'ada', password, twoFactorCode }, { authorization: undefined }),
  }
}

describe('an account with two factors', () => {
  it.each(all)('signs in with its code, and is asked for it without (%s)', async (version) => {
    const client = start({ version })
    const asked = version === '2.41' ? 'INCORRECT_TWO_FACTOR_CODE' : 'INCORRECT_TWO_FACTOR_CODE_TOTP'
    for (const code of [undefined, '', '000000']) {
      const { status, json, headers } = await client.logIn(code)
      expect([status, json, headers.get('set-cookie')]).toEqual([
        200,
        { loginStatus: asked },
        version === '2.41' ? expect.any(String) : null,
      ])
    }
    const { json, headers } = await client.logIn(emulator.state.twoFactorCode('ada'))
    expect(json.loginStatus).toBe('SUCCESS')
    const cookie = headers
      .getSetCookie()
      .find((one) => one.startsWith('JSESSIONID='))
      ?.split(';')[0]
    expect((await client.get('/api/me?fields=username', { authorization: undefined, cookie })).json).toEqual({
      username: 'ada',
    })
  })
})
