import { createHash } from 'node:crypto'
import { type Emulator, type EmulatorOptions, type OAuth2Client, createEmulator } from '../../src/index.js'
import { ADMIN, type Sent, clientOf } from '../client.js'

export const CALLBACK = 'http://127.0.0.1:8765/callback'
export const SECRET = 'S3cret: of + the % client'
export const VERIFIER = 'v'.repeat(43)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
/** One client with a secret. */
export const APP: OAuth2Client = { id: 'app', secret: SECRET, redirectUris: [CALLBACK] }
/** How it says who it is, by `client_secret_post`. */
export const WHO = { client_id: 'app', client_secret: SECRET }

type Parameters = Readonly<Record<string, string | undefined>>
type Headers = Readonly<Record<string, string | undefined>>

export interface OAuth2World {
  readonly emulator: Emulator
  readonly client: ReturnType<typeof clientOf>
  /** Moves the emulator's clock (seconds). */
  later(seconds: number): void
  /** `GET /oauth2/authorize` as the administrator, with PKCE. */
  authorize(more?: Parameters, headers?: Headers): Promise<Sent>
  /** A form, without credentials in the header. */
  post(path: string, form: Parameters | URLSearchParams, headers?: Headers): Promise<Sent>
  /** A fresh code. */
  code(more?: Parameters): Promise<string>
  /** Exchanges a code. */
  exchange(code: string, form?: Parameters, headers?: Headers): Promise<Sent>
  /** Tokens of a whole sign-in. */
  signIn(more?: Parameters): Promise<{ access_token: string; refresh_token: string; id_token?: string }>
  refresh(token: string, form?: Parameters): Promise<Sent>
  /** Who the API says a token is. */
  me(token: string): Promise<Sent>
}

/** An emulator with one OAuth2 client, and a clock of its own. */
export function startOAuth2(change: Partial<OAuth2Client> = {}, options: EmulatorOptions = {}): OAuth2World {
  let now = Date.parse('2026-05-01T10:00:00Z')
  const { settings, ...more } = options
  const emulator = createEmulator({
    clock: () => new Date(now),
    ...more,
    settings: { oauth2: { clients: [{ ...APP, ...change }] }, ...settings },
  })
  const client = clientOf(emulator)
  const base = emulatorBase(options)
  const world: OAuth2World = {
    emulator,
    client,
    later: (seconds) => {
      now += seconds * 1000
    },
    authorize: (parameters, headers) =>
      client.get(`${base}/oauth2/authorize?${request(parameters)}`, {
        authorization: ADMIN,
        'x-requested-with': undefined,
        ...headers,
      }),
    post: (path, form, headers) =>
      client.send('POST', base + path, (form instanceof URLSearchParams ? form : defined(form)).toString(), {
        authorization: undefined,
        'content-type': 'application/x-www-form-urlencoded',
        'x-requested-with': undefined,
        ...headers,
      }),
    code: async (parameters) => answer(await world.authorize(parameters)).get('code') ?? '',
    exchange: (code, form = WHO, headers = {}) =>
      world.post(
        '/oauth2/token',
        { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER, ...form },
        headers,
      ),
    signIn: async (parameters) => (await world.exchange(await world.code(parameters))).json,
    refresh: (refresh_token, form = {}) =>
      world.post('/oauth2/token', { grant_type: 'refresh_token', refresh_token, ...WHO, ...form }),
    me: (token) => client.get(`${base}/api/me?fields=username`, { authorization: `Bearer ${token}` }),
  }
  return world
}

const emulatorBase = ({ settings }: EmulatorOptions) => settings?.contextPath ?? ''

/** An authorization request; members that are undefined are left out. */
export function request(more: Parameters = {}): URLSearchParams {
  return defined({
    response_type: 'code',
    client_id: 'app',
    redirect_uri: CALLBACK,
    scope: 'openid username',
    state: 'a state & more',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...more,
  })
}

function defined(parameters: Parameters): URLSearchParams {
  return new URLSearchParams(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

/** What a redirect tells the program. */
export function answer({ headers }: Sent): URLSearchParams {
  return new URL(headers.get('location') ?? 'none:', 'http://dhis2.test').searchParams
}

/** The session cookie that an answer sets, as a request sends it. */
export function sessionOf({ headers }: Sent): string | undefined {
  return headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith('JSESSIONID='))
    ?.split(';')[0]
}
