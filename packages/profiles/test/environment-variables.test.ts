import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { environmentOf, profileFromEnvironment, shellLine } from '../src/index.js'
import { createWorld } from './world.js'

const NASTY = `it's "$HOME" \`id\` \\ !x\nnew %line ’ \\' é`

describe('a profile as variables', () => {
  test('is itself again, whatever was set before', async () => {
    const world = createWorld()
    const store = await world.open()
    const { profile } = await store.add({
      name: 'prod',
      baseUrl: 'https://dhis2.example.org/hmis',
      auth: 'basic',
      username: 'Ægir',
      version: 'v43',
      secrets: { password: NASTY },
    })
    const variables = await environmentOf(store, profile)
    const lines = variables.map((variable) => shellLine(variable, 'sh')).join('\n')
    const program = `${lines}\nexec ${process.execPath} -e 'console.log(JSON.stringify(process.env))'`
    const before = {
      PATH: process.env['PATH'],
      DHIS2_PROFILE: 'other',
      DHIS2_PAT: 'd2p_other',
      DHIS2_SESSION_COOKIE: 'x',
    }
    const env = JSON.parse(execFileSync('sh', ['-c', program], { env: before, encoding: 'utf8' })) as Record<
      string,
      string
    >
    const again = await world.open({ env: { ...env, HOME: world.home } })
    expect(again.resolve()).toMatchObject({
      name: undefined,
      baseUrl: profile.baseUrl,
      auth: 'basic',
      username: 'Ægir',
      version: 'v43',
    })
    expect((await again.secrets(again.resolve())).password?.reveal()).toBe(NASTY)
    expect(variables.filter(({ secret }) => secret).map(({ name }) => name)).toEqual(['DHIS2_PASSWORD'])
  })

  test('has a token, or a session, and unsets what would win', async () => {
    const world = createWorld()
    const store = await world.open()
    const { profile: pat } = await store.add({
      name: 'a',
      baseUrl: 'https://a',
      auth: 'pat',
      secrets: { token: 'd2p_a' },
    })
    expect(Object.fromEntries((await environmentOf(store, pat)).map(({ name, value }) => [name, value]))).toEqual({
      DHIS2_PROFILE: undefined,
      DHIS2_URL: 'https://a',
      DHIS2_VERSION: undefined,
      DHIS2_PAT: 'd2p_a',
      DHIS2_USERNAME: undefined,
      DHIS2_PASSWORD: undefined,
      DHIS2_SESSION_COOKIE: undefined,
      DHIS2_SESSION_XSRF: undefined,
    })
    const session = {
      name: 'b',
      baseUrl: 'https://a',
      auth: 'session',
      secrets: { cookie: 'S=1', xsrfToken: 'x' },
    } as const
    const { profile } = await store.add(session)
    expect(await environmentOf(store, profile)).toContainEqual({ name: 'DHIS2_SESSION_XSRF', value: 'x', secret: true })
    expect(await environmentOf(store, profile)).toContainEqual({ name: 'DHIS2_PAT', value: undefined, secret: false })
  })

  test('is not there for OAuth2, and warns that settings do not go along', async () => {
    const world = createWorld()
    const store = await world.open()
    const { profile } = await store.add({ name: 'o', baseUrl: 'https://a', auth: 'oauth2', clientId: 'x' })
    await expect(environmentOf(store, profile)).rejects.toMatchObject({ code: 'unsupported' })
    const readOnly = { name: 'a', baseUrl: 'https://a', auth: 'pat', settings: { readOnly: true } } as const
    await environmentOf(store, (await store.add({ ...readOnly, secrets: { token: 't' } })).profile)
    expect(world.warnings).toEqual([expect.stringContaining('read_only, proxy and ca do not go along')])
  })

  test.each([
    ['fish', "set -gx DHIS2_PASSWORD 'it\\'s \\\\ $x'", 'set -e DHIS2_PASSWORD'],
    [
      'powershell',
      "$Env:DHIS2_PASSWORD = 'it''s \\ $x'",
      'Remove-Item Env:DHIS2_PASSWORD -ErrorAction SilentlyContinue',
    ],
    ['sh', "export DHIS2_PASSWORD='it'\\''s \\ $x'", 'unset DHIS2_PASSWORD'],
  ] as const)('is quoted for %s', (shell, set, unset) => {
    const variable = { name: 'DHIS2_PASSWORD', value: "it's \\ $x", secret: true }
    expect(shellLine(variable, shell)).toBe(set)
    expect(shellLine({ ...variable, value: undefined }, shell)).toBe(unset)
  })

  test('has its typographic quotes doubled for PowerShell, which takes them for plain ones', () => {
    expect(shellLine({ name: 'A', value: 'a’b‘c', secret: false }, 'powershell')).toBe("$Env:A = 'a’’b‘‘c'")
  })
})

test('a new profile takes from the environment what its way to sign in needs', () => {
  const env = {
    DHIS2_URL: 'https://a',
    DHIS2_PAT: 'd2p_a',
    DHIS2_USERNAME: 'u',
    DHIS2_PASSWORD: '',
    DHIS2_SESSION_COOKIE: 'S=1',
    DHIS2_OAUTH_CLIENT_ID: 'app',
    DHIS2_OAUTH_CLIENT_SECRET: 's',
    DHIS2_OAUTH_SCOPES: 'ALL',
  }
  const baseUrl = 'https://a'
  expect(profileFromEnvironment('pat', env)).toEqual({ baseUrl, auth: 'pat', secrets: { token: 'd2p_a' } })
  expect(profileFromEnvironment('basic', env)).toEqual({ baseUrl, auth: 'basic', username: 'u', secrets: {} })
  expect(profileFromEnvironment('session', env)).toEqual({ baseUrl, auth: 'session', secrets: { cookie: 'S=1' } })
  const oauth2 = { baseUrl, auth: 'oauth2', clientId: 'app', scope: 'ALL', secrets: { clientSecret: 's' } }
  expect(profileFromEnvironment('oauth2', env)).toEqual(oauth2)
})
