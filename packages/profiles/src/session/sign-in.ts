import { type BareFetch, createBareFetch } from '../bare-fetch.js'
import { connectionOf } from '../connection.js'
import { ProfileError } from '../errors.js'
import type { Profile } from '../profile.js'
import type { SignedIn, SignInOptions } from '../signed-in.js'
import { ProfileStore } from '../store.js'
import { Cookies } from './cookies.js'

/** Options of {@link signInWithPassword}. */
export interface PasswordSignInOptions extends SignInOptions {
  /** Default: that of the profile. It is kept in the profile. */
  readonly username?: string | undefined
  /** It is sent, and not kept. */
  readonly password: string
  /** Of the authenticator app, or as it came by mail. */
  readonly twoFactorCode?: string | undefined
}

/** What DHIS2 says instead of `SUCCESS`, and what to do then. Any other is shown as it is. */
const HINTS: Readonly<Record<string, string>> = {
  INCORRECT_TWO_FACTOR_CODE: 'Give the code that the authenticator app shows now.',
  INCORRECT_TWO_FACTOR_CODE_TOTP: 'Give the code that the authenticator app shows now.',
  INCORRECT_TWO_FACTOR_CODE_EMAIL: 'Give the code that was sent by mail.',
  EMAIL_TWO_FACTOR_CODE_SENT: 'A code was sent by mail: sign in again with it.',
  REQUIRES_TWO_FACTOR_ENROLMENT: 'This account needs a second factor: set it up in the browser first.',
  PASSWORD_EXPIRED: 'Set a new password in the browser first.',
  ACCOUNT_DISABLED: 'An administrator of this DHIS2 can enable the account.',
  ACCOUNT_LOCKED: 'There were too many wrong passwords: wait a quarter of an hour.',
  ACCOUNT_EXPIRED: 'An administrator of this DHIS2 can extend the account.',
}

/**
 * Signs in by user name, password and where the account has one a second factor, and keeps the session in the profile. The
 * password is not kept: when the session has ended, one signs in again.
 * @throws ProfileError `sign-in-failed`, with `loginStatus` as the server says it · `unsupported` for a profile that signs in otherwise
 * · Dhis2Error without an answer · `signal.reason`
 */
export async function signInWithPassword(
  store: ProfileStore,
  profile: Profile,
  options: PasswordSignInOptions,
): Promise<SignedIn> {
  const core = ProfileStore.coreOf(store)
  core.placeOf(profile)
  const { signal, keep, password, twoFactorCode, username = profile.username ?? '' } = options
  if (profile.auth !== 'session') throw notBySession(profile)
  if (username === '') throw failed(profile, 'nobody says who: the user name is missing')
  const bare = await createBareFetch(await connectionOf(core, profile))
  try {
    const cookies = new Cookies()
    const body = JSON.stringify({ username, password, ...(twoFactorCode && { twoFactorCode: twoFactorCode.trim() }) })
    let answer = await post(bare, cookies, body, signal)
    // where CSRF is on, the refusal brings the token that is wanted
    if (answer.status === 403 && cookies.get('XSRF-TOKEN')) answer = await post(bare, cookies, body, signal)
    await checkLogin(profile, answer)
    // what a session is called is the server's matter, and what stands before it may have cookies too: whether it is one is asked
    const session = cookies.header()
    const me = await bare.fetch(new URL('api/me?fields=username', bare.baseUrl), {
      headers: { accept: 'application/json', ...(session !== undefined && { cookie: session }) },
      signal,
    })
    cookies.store(me)
    const known = me.ok ? memberOf(await me.text(), 'username') : undefined
    if (known === undefined) throw failed(profile, `DHIS2 took the password, and not the session (status ${me.status})`)
    const secrets = {
      // the two belong together: DHIS2 compares the header with the cookie
      cookie: cookies.header(),
      xsrfToken: cookies.get('XSRF-TOKEN') ?? null,
    }
    const saved = await store.update(profile, { username: known, secrets }, { keep })
    const { place = 'file', fallback } = saved
    return { profile: saved.profile, username: known, place, fallback, expires: undefined }
  } finally {
    await bare.close()
  }
}

async function post(
  { baseUrl, fetch }: BareFetch,
  cookies: Cookies,
  body: string,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/json' })
  const cookie = cookies.header()
  const xsrf = cookies.get('XSRF-TOKEN')
  if (cookie !== undefined) headers.set('cookie', cookie)
  if (xsrf !== undefined) headers.set('x-xsrf-token', xsrf)
  const answer = await fetch(new URL('api/auth/login', baseUrl), { method: 'POST', headers, body, signal })
  cookies.store(answer)
  return answer
}

/** @throws ProfileError unless it is a success */
async function checkLogin(profile: Profile, answer: Response): Promise<void> {
  const { status } = answer
  const text = await answer.text()
  const loginStatus = memberOf(text, 'loginStatus')
  if (answer.ok && loginStatus === 'SUCCESS') return
  if (answer.ok && loginStatus !== undefined) {
    throw failed(profile, `DHIS2 says ${oneLine(loginStatus)}`, { hint: HINTS[loginStatus], loginStatus })
  }
  const said = memberOf(text, 'message')
  if (status === 401) {
    const hint = 'Check user name and password. Several wrong ones in a row lock the account.'
    throw failed(profile, `DHIS2 says ${oneLine(said ?? 'Unauthorized')}`, { hint })
  }
  const what = /^\s*</.test(text) ? 'a web page' : said === undefined ? 'something else' : oneLine(said)
  const hint = 'Check base_url, and that nothing stands before DHIS2 that asks for a sign-in of its own.'
  throw failed(profile, `POST /api/auth/login answered ${status} with ${what}`, { hint })
}

function memberOf(text: string, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const member = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
    return typeof member === 'string' && member !== '' ? member : undefined
  } catch {
    return undefined
  }
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 300)
}

function failed(
  { name }: Profile,
  why: string,
  more: { readonly hint?: string | undefined; readonly loginStatus?: string } = {},
): ProfileError {
  return new ProfileError(`The profile “${name}” could not sign in: ${why}.`, {
    code: 'sign-in-failed',
    profile: name,
    ...more,
  })
}

function notBySession({ name, auth }: Profile): ProfileError {
  return new ProfileError(`The profile “${name}” signs in by ${auth}: it has no session.`, {
    code: 'unsupported',
    profile: name,
    hint: 'Set auth = "session" to sign in by user name, password and second factor.',
  })
}
