import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorOptions, type OAuth2Client, createEmulator } from '../../src/index.js'
import { ADMIN, type Sent, clientOf } from '../client.js'

const CALLBACK = 'http://127.0.0.1:8765/callback'
const SECRET = 'S3cret of the client'
const VERIFIER = 'v'.repeat(43)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
const APP: OAuth2Client = { id: 'app', secret: SECRET, redirectUris: [CALLBACK] }

let emulator: Emulator
let now: number
afterEach(() => emulator.close())

const start = (client: Partial<OAuth2Client> = {}, options: EmulatorOptions = {}) => {
  now = Date.parse('2026-05-01T10:00:00Z')
  const { settings, ...more } = options
  emulator = createEmulator({
    clock: () => new Date(now),
    settings: { oauth2: { clients: [{ ...APP, ...client }] }, ...settings },
    ...more,
  })
  return clientOf(emulator)
}
type Client = ReturnType<typeof start>

const query = (more: Record<string, string | undefined> = {}) => {
  const all = {
    response_type: 'code',
    client_id: 'app',
    redirect_uri: CALLBACK,
    scope: 'openid username',
    state: 'st ate',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...more,
  }
  return new URLSearchParams(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
const authorize = (client: Client, more = {}, headers = {}) =>
  client.get(`/oauth2/authorize?${query(more)}`, { authorization: ADMIN, 'x-requested-with': undefined, ...headers })
const answered = ({ headers }: Sent) => new URL(headers.get('location') ?? '').searchParams
const post = (client: Client, path: string, form: Record<string, string>, headers = {}) =>
  client.send('POST', path, new URLSearchParams(form).toString(), {
    authorization: undefined,
    'content-type': 'application/x-www-form-urlencoded',
    ...headers,
  })
const WHO = { client_id: 'app', client_secret: SECRET }
const codeOf = async (client: Client, more = {}) => answered(await authorize(client, more)).get('code') ?? ''
const exchange = (client: Client, code: string, form: Record<string, string> = WHO, headers = {}) =>
  post(
    client,
    '/oauth2/token',
    { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER, ...form },
    headers,
  )
const me = (client: Client, token: string) =>
  client.get('/api/me?fields=username', { authorization: `Bearer ${token}` })

describe('authorization code with PKCE', () => {
  it('gives a token that signs in to the API', async () => {
    const client = start()
    expect(answered(await authorize(client)).get('state')).toBe('st ate')
    const { status, json, headers } = await exchange(client, await codeOf(client))
    expect([status, headers.get('cache-control')]).toEqual([200, expect.stringContaining('no-store')])
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 299, scope: 'openid username' })
    const answer = await me(client, json.access_token)
    expect([answer.status, answer.json]).toEqual([200, { username: 'admin' }])
    expect(emulator.log.at(-1)).toMatchObject({ user: 'admin', scheme: 'bearer', session: 'none' })
  })
})
