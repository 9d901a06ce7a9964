import { fromBytes } from '../bytes/chunks.js'
import type { CookieJar } from '../platform.js'
import { type Answer, LightAnswer } from './answer.js'
import type { Credentials } from './credentials.js'
import { isSafe } from './request-line.js'
import { discard, readText } from './response-body.js'
import { SharedSignIn, type SignInAnswer } from './sign-in.js'
import { type Send, type TransportRequest, Unsent } from './transport.js'

/** What {@link Authenticator} takes from its runtime and its client. */
export interface AuthenticatorOptions {
  readonly credentials: Credentials
  /** A small GET that shows whether the credentials are good and starts a session. Credentials go to its origin alone. */
  readonly signInUrl: URL
  readonly jar: CookieJar | undefined
  readonly pageCookie: ((name: string) => string | undefined) | undefined
}

/** How much of the answer to a sign-in is read, in bytes. */
const SIGN_IN_LIMIT = 262_144

/**
 * One sign-in shared by all calls of a client. DHIS2 hashes the password on each Basic request without a session
 * (80–100 ms) and makes a new session for it. So where cookies are kept by us, the first call signs in by one small GET,
 * the others wait for it, and every request then carries cookie and Authorization header: a stale cookie does no harm.
 * WIRE.md 8.1.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions
  readonly #signIn: SharedSignIn
  /** Grows with each sign-in, so that a late answer to an old one leaves no cookie behind. */
  #generation = 0
  #authorizedAs: string | undefined

  constructor(options: AuthenticatorOptions) {
    this.#options = options
    this.#signIn = new SharedSignIn(options.jar !== undefined && !options.credentials.session)
  }

  /** Takes the secrets of this sign-in, and others that are known, out of a text. */
  readonly redact = (text: string, others: readonly string[] = []): string => {
    const { credentials, jar, signInUrl } = this.#options
    const secrets = [...others, ...credentials.secrets(), ...cookiesOf(jar?.header(signInUrl)).values()]
    // one as short as a word would blacken ordinary text
    const forms = secrets.filter((secret) => secret.length >= 4).flatMap(writtenForms)
    // the longest first: one may be a part of another
    return forms.sort((a, b) => b.length - a.length).reduce((clean, form) => clean.replaceAll(form, '•••'), text)
  }

  /** The layer: credentials per attempt. */
  wrap(next: Send): Send {
    return async (request) => {
      const { origin } = this.#options.signInUrl
      if (request.url.origin !== origin) {
        throw new TypeError(
          `${request.url.origin} is not ${origin}: the credentials of this client are not sent there.`,
        )
      }
      const answer = await this.#signIn.ensure(request.signal, () => this.#performSignIn(next, request))
      if (answer && this.#isSignIn(request)) return answerOf(answer)
      if (answer?.ok === false) throw new Unsent(this.#signInRequest(request), { response: answerOf(answer) })
      return this.#sendAuthorized(next, request)
    }
  }

  #isSignIn(request: TransportRequest): boolean {
    return request.method === 'GET' && request.url.href === this.#options.signInUrl.href
  }

  async #performSignIn(next: Send, request: TransportRequest): Promise<SignInAnswer> {
    const signIn = this.#signInRequest(request)
    this.#newSession()
    try {
      const response = await this.#sendAuthorized(next, signIn)
      const text = await readText(response, SIGN_IN_LIMIT, signIn.signal)
      signIn.signal.throwIfAborted()
      const { ok, status, statusText, headers } = response
      return { ok, status, statusText, headers, text }
    } catch (cause) {
      throw new Unsent(signIn, { cause })
    }
  }

  /** With the headers of the request that needs it, but for those that are about that one's own body and answer. */
  #signInRequest({ headers: given, signal, timeouts }: TransportRequest): TransportRequest {
    const headers = new Headers(given)
    for (const name of ['content-type', 'if-none-match', 'if-modified-since', 'range']) headers.delete(name)
    headers.set('accept', 'application/json')
    return { method: 'GET', url: this.#options.signInUrl, headers, idempotent: true, signal, timeouts }
  }

  async #sendAuthorized(next: Send, request: TransportRequest): Promise<Answer> {
    const { credentials } = this.#options
    const authorization = await credentials.authorization(request.signal)
    const response = await this.#send(next, request, authorization)
    if (response.status !== 401) return response
    const fresh =
      request.body?.replayable === false ? undefined : await credentials.renew(authorization, request.signal)
    if (fresh === undefined) {
      this.#signIn.reset()
      return response
    }
    discard(response)
    const second = await this.#send(next, request, fresh)
    if (second.status === 401) this.#signIn.reset()
    return second
  }

  async #send(next: Send, request: TransportRequest, authorization: string | undefined): Promise<Answer> {
    // another token may be another user: nothing of the old session goes with it
    if (this.#authorizedAs !== authorization) this.#newSession()
    this.#authorizedAs = authorization
    const generation = this.#generation
    const response = await next({ ...request, headers: this.#headers(request, authorization) })
    if (generation === this.#generation) this.#options.jar?.store(request.url, response.headers)
    return response
  }

  #newSession(): void {
    this.#generation++
    this.#options.jar?.clear()
  }

  #headers(request: TransportRequest, authorization: string | undefined): Headers {
    const { credentials, jar, pageCookie } = this.#options
    const headers = new Headers(request.headers)
    headers.delete('cookie')
    headers.delete('authorization')
    if (authorization !== undefined) headers.set('authorization', authorization)
    const cookies = cookiesOf(credentials.cookie)
    for (const [name, value] of cookiesOf(jar?.header(request.url))) cookies.set(name, value)
    if (cookies.size > 0) headers.set('cookie', Array.from(cookies, (pair) => pair.join('=')).join('; '))
    const xsrf =
      jar?.get('XSRF-TOKEN') ?? credentials.xsrfToken ?? cookies.get('XSRF-TOKEN') ?? pageCookie?.('XSRF-TOKEN')
    if (xsrf !== undefined && !isSafe(request)) headers.set('x-xsrf-token', xsrf)
    return headers
  }
}

/** A secret as a server may write it back: as it is, in a URL, in JSON, in HTML. */
function writtenForms(secret: string): string[] {
  const html = secret.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  const named = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
  return [...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), html, named])]
}

function cookiesOf(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim())
  }
  return cookies
}

function answerOf(signIn: SignInAnswer): Answer {
  return new LightAnswer(signIn, signIn.text === '' ? undefined : fromBytes(new TextEncoder().encode(signIn.text)))
}
