import { Dhis2Error, isDhis2Error } from '../errors.js'
import { abortable } from '../signals.js'

/**
 * How the client signs in.
 * - `{ username, password }`: Basic.
 * - `{ token }`: a personal access token (`d2p_…`), sent as `ApiToken`.
 * - `{ accessToken }`: OAuth2, sent as `Bearer`: a string, or a function that is asked at first use, again when what it gave is
 *   about to end, and once more after a 401.
 * - `{ cookie, xsrfToken? }`: an existing session, as a `Cookie` header's value.
 * - `'browser'`: the page's own session; the page comes from the DHIS2 server, or from an origin on its CORS list.
 */
export type Auth =
  | { readonly username: string; readonly password: string }
  | { readonly token: string }
  | { readonly accessToken: string | AccessTokenProvider }
  | { readonly cookie: string; readonly xsrfToken?: string | undefined }
  | 'browser'

/**
 * Gives an OAuth2 access token. `rejected` is the one that the server has just answered with a 401; absent at first. With
 * `expires` it is asked again from a minute before that, so that no upload begins with a token that ends on the way.
 */
export type AccessTokenProvider = (context: {
  readonly signal: AbortSignal
  readonly rejected?: string | undefined
}) => Promise<
  | string
  | {
      /** Printable ASCII without blanks. */
      readonly token: string
      /** When it ends, where that is known. */
      readonly expires?: Date | undefined
    }
>

/** The `Authorization` header of one client. */
export interface Credentials {
  /** Whether they are an existing session, which needs no sign-in. */
  readonly session: boolean
  /** The caller's own cookies. */
  readonly cookie: string | undefined
  readonly xsrfToken: string | undefined
  authorization(signal: AbortSignal): Promise<string | undefined>
  /** Asks for something else than what was just refused; resolves with `undefined` when there is nothing else. */
  renew(rejected: string | undefined, signal: AbortSignal): Promise<string | undefined>
  /** What must not appear in a message. */
  secrets(): readonly string[]
}

/** @throws TypeError when `auth` is none of the known forms or cannot be sent. Its message holds no secret. */
export function credentialsOf(auth: Auth): Credentials {
  if (auth === 'browser') return fixed(undefined, [], { session: true })
  if (typeof auth !== 'object' || auth === null) throw new TypeError(AUTH_FORMS)
  if ('username' in auth) return basic(auth.username, auth.password)
  if ('token' in auth) return fixed(`ApiToken ${headerSafe(auth.token, 'auth.token')}`, [auth.token])
  if ('accessToken' in auth) {
    if (typeof auth.accessToken === 'function') return oauth2(auth.accessToken)
    return fixed(bearer(headerSafe(auth.accessToken, 'auth.accessToken')), [auth.accessToken])
  }
  if ('cookie' in auth) return session(auth.cookie, auth.xsrfToken)
  throw new TypeError(AUTH_FORMS)
}

const AUTH_FORMS =
  "auth must be { username, password }, { token }, { accessToken }, { cookie, xsrfToken? } or 'browser'."

function fixed(
  authorization: string | undefined,
  secrets: readonly string[],
  more: Partial<Pick<Credentials, 'session' | 'cookie' | 'xsrfToken'>> = {},
): Credentials {
  return {
    session: false,
    cookie: undefined,
    xsrfToken: undefined,
    ...more,
    authorization: () => Promise.resolve(authorization),
    renew: () => Promise.resolve(undefined),
    secrets: () => secrets,
  }
}

function basic(username: unknown, password: unknown): Credentials {
  if (typeof username !== 'string' || typeof password !== 'string' || username === '') throw new TypeError(AUTH_FORMS)
  if (username.includes(':')) throw new TypeError('auth.username must not hold a colon: Basic has no way to send it.')
  const bytes = new TextEncoder().encode(`${username}:${password}`)
  const encoded = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return fixed(`Basic ${encoded}`, [password, encoded])
}

function session(cookie: unknown, xsrfToken: string | undefined): Credentials {
  if (typeof cookie !== 'string' || cookie === '' || /[\r\n\0]/.test(cookie)) {
    throw new TypeError('auth.cookie must be the value of a Cookie header, such as JSESSIONID=….')
  }
  const values = cookie.split(/;\s*/).map((pair) => pair.slice(pair.indexOf('=') + 1))
  const secrets = xsrfToken === undefined ? values : [...values, xsrfToken]
  return fixed(undefined, [cookie, ...secrets], { session: true, cookie, xsrfToken })
}

/** How long before its end a token is asked for again, in milliseconds. */
const EARLY = 60_000

function oauth2(provider: AccessTokenProvider): Credentials {
  let current: string | undefined
  let ends = Number.POSITIVE_INFINITY
  let asking: { readonly answer: Promise<string>; readonly asker: AbortSignal } | undefined
  /** The last few: an answer to an old one may still come. */
  const known: string[] = []
  const ask = async (signal: AbortSignal, rejected?: string): Promise<string> => {
    let token: unknown
    let expires: Date | undefined
    try {
      const given = await provider({ signal, rejected })
      token = given
      if (typeof given === 'object' && given !== null) ({ token, expires } = given)
    } catch (cause) {
      throw isDhis2Error(cause) || signal.aborted ? cause : providerFailed(cause)
    }
    if (typeof token !== 'string' || token === '' || /[^\x21-\x7e]/.test(token)) {
      throw new Dhis2Error('The accessToken function gave no token: a string without blanks is expected.', {
        code: 'unauthenticated',
      })
    }
    current = token
    ends = expires?.getTime() ?? Number.POSITIVE_INFINITY
    if (!known.includes(token)) known.unshift(token)
    known.length = Math.min(known.length, 8)
    return token
  }
  /** One question for all who need a token now; they have what it got unless that is the one that was refused. */
  const get = async (signal: AbortSignal, rejected?: string): Promise<string> => {
    for (;;) {
      const isFresh = current !== rejected && Date.now() < ends - EARLY
      if (asking === undefined && current !== undefined && isFresh) return current
      asking ??= { asker: signal, answer: ask(signal, rejected).finally(() => (asking = undefined)) }
      const { answer, asker } = asking
      try {
        return await abortable(answer, signal)
      } catch (error) {
        // who asked gave up, which says nothing about the provider: another one asks
        if (signal.aborted || !asker.aborted) throw error
      }
    }
  }
  return {
    session: false,
    cookie: undefined,
    xsrfToken: undefined,
    authorization: async (signal) => bearer(await get(signal)),
    async renew(rejected, signal) {
      const fresh = bearer(await get(signal, rejected?.slice(bearer('').length)))
      return fresh === rejected ? undefined : fresh
    },
    secrets: () => known,
  }
}

function bearer(token: string): string {
  return `Bearer ${token}`
}

function providerFailed(cause: unknown): Dhis2Error {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new Dhis2Error(`The accessToken function failed: ${why}`, { code: 'unauthenticated', cause })
}

function headerSafe(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '' || /[^\x21-\x7e]/.test(value)) {
    throw new TypeError(`${name} must be a token: printable ASCII without blanks or line ends.`)
  }
  return value
}
