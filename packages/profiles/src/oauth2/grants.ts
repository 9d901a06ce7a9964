import type { Dhis2Error } from '@dhis2-files/client'
import type * as oauth from 'oauth4webapi'
import type { BareFetch } from '../bare-fetch.js'
import { ProfileError } from '../errors.js'
import { objectOf } from '../vault.js'
import type { Server } from './endpoints.js'

/** The program that asks, as DHIS2 has it registered. */
export interface OAuth2Client {
  readonly id: string
  /** `undefined` for a public one. */
  readonly secret: string | undefined
}

/** What the token endpoint gives. */
export interface Granted {
  readonly accessToken: string
  /** When the access token ends, in milliseconds since 1970. */
  readonly expires: number | undefined
  readonly refreshToken: string | undefined
}

/** The token endpoint of one server, for one client. The library for it is loaded at first use. */
export class Grants {
  readonly #library: typeof oauth
  readonly #bare: BareFetch
  readonly #server: Server
  readonly #client: OAuth2Client

  private constructor(library: typeof oauth, bare: BareFetch, server: Server, client: OAuth2Client) {
    this.#library = library
    this.#bare = bare
    this.#server = server
    this.#client = client
  }

  static async load(bare: BareFetch, server: Server, client: OAuth2Client): Promise<Grants> {
    return new Grants(await import('oauth4webapi'), bare, server, client)
  }

  /** What one sign-in is made with: only who began it can end it. */
  async newRequest(): Promise<{ readonly verifier: string; readonly challenge: string; readonly state: string }> {
    const verifier = this.#library.generateRandomCodeVerifier()
    const challenge = await this.#library.calculatePKCECodeChallenge(verifier)
    return { verifier, challenge, state: this.#library.generateRandomState() }
  }

  /** Checks what a browser brought, and exchanges it. @throws ProfileError `sign-in-failed` · Dhis2Error without an answer */
  async exchange(
    redirected: URLSearchParams,
    expected: {
      readonly state: string
      readonly redirectUri: string
      readonly verifier: string
      readonly signal: AbortSignal
    },
  ): Promise<Granted> {
    const { state, redirectUri, verifier, signal } = expected
    const client = { client_id: this.#client.id }
    return this.#understood(async (library) => {
      const checked = library.validateAuthResponse(this.#server, client, redirected, state)
      const options = this.#options(signal)
      const answer = await library.authorizationCodeGrantRequest(
        this.#server,
        client,
        this.#authentication(),
        checked,
        redirectUri,
        verifier,
        options,
      )
      return library.processAuthorizationCodeResponse(this.#server, client, answer)
    })
  }

  /** New tokens for a refresh token. @throws as `exchange` */
  async refresh(refreshToken: string, signal: AbortSignal): Promise<Granted> {
    const client = { client_id: this.#client.id }
    return this.#understood(async (library) => {
      const options = this.#options(signal)
      const answer = await library.refreshTokenGrantRequest(
        this.#server,
        client,
        this.#authentication(),
        refreshToken,
        options,
      )
      return library.processRefreshTokenResponse(this.#server, client, answer)
    })
  }

  /** Tells the server that a token is not wanted any more. @throws ProfileError · Dhis2Error */
  async revoke(token: string, signal: AbortSignal): Promise<void> {
    const client = { client_id: this.#client.id }
    await this.#understood(async (library) => {
      const authentication = this.#authentication()
      const answer = await library.revocationRequest(this.#server, client, authentication, token, this.#options(signal))
      await library.processRevocationResponse(answer)
      return { access_token: 'none', token_type: 'bearer' }
    })
  }

  #authentication(): oauth.ClientAuth {
    const { secret } = this.#client
    return secret === undefined ? this.#library.None() : this.#library.ClientSecretBasic(secret)
  }

  #options(signal: AbortSignal): oauth.TokenEndpointRequestOptions {
    const { customFetch, allowInsecureRequests } = this.#library
    const send = async (url: string, given: oauth.CustomFetchOptions<'POST', URLSearchParams>): Promise<Response> => {
      const { method, headers, body } = given
      const answer = await this.#bare.fetch(url, { method, headers, body, signal })
      if (answer.status >= 500 || answer.status === 429) throw await notNow(new URL(url).pathname, answer.status)
      return withoutIdToken(answer)
    }
    // who has a base URL with http: has decided so
    return { [customFetch]: send, [allowInsecureRequests]: this.#bare.baseUrl.protocol === 'http:', signal }
  }

  /** What a grant gave, or what the server said against it. The library's own errors hold the answers: they go no further. */
  async #understood(work: (library: typeof oauth) => Promise<oauth.TokenEndpointResponse>): Promise<Granted> {
    const library = this.#library
    let tokens: oauth.TokenEndpointResponse
    try {
      tokens = await work(library)
    } catch (error) {
      if (error instanceof library.AuthorizationResponseError || error instanceof library.ResponseBodyError) {
        throw refused(error.error, error.error_description)
      }
      if (error instanceof library.WWWAuthenticateChallengeError) throw refused('invalid_client', undefined)
      if (error instanceof library.OperationProcessingError || error instanceof library.UnsupportedOperationError) {
        throw new ProfileError(`DHIS2 did not answer the sign-in as OAuth2 has it: ${error.message}.`, {
          code: 'sign-in-failed',
          hint: 'Check base_url, and whether oauth2.server.enabled is on in its dhis.conf (2.42 and later).',
        })
      }
      throw error
    }
    const { access_token: accessToken, expires_in: seconds, refresh_token: refreshToken } = tokens
    const expires = seconds === undefined ? undefined : Date.now() + seconds * 1000
    return { accessToken, expires, refreshToken }
  }
}

/** Nobody reads who the server says it is: the API is asked whom a token is for. So it cannot be a reason to throw tokens away. */
async function withoutIdToken(answer: Response): Promise<Response> {
  const text = await answer.text()
  const { id_token: idToken, ...rest } = objectOf(text)
  const { status, statusText, headers } = answer
  const isEmpty = status === 204 || status === 205 || status === 304
  const body = idToken === undefined ? text : JSON.stringify(rest)
  return new Response(isEmpty ? null : body, { status, statusText, headers })
}

/** What says nothing of the sign-in: the server, or what is before it, is not well. */
async function notNow(path: string, status: number): Promise<Dhis2Error> {
  const code = status === 429 ? 'rate-limited' : 'server'
  const hint = 'Try again later; the sign-in itself was not refused.'
  const { Dhis2Error: Failure } = await import('@dhis2-files/client')
  return new Failure(`Cannot get an access token: POST ${path} answered ${status}. ${hint}`, {
    code,
    retryable: true,
    method: 'POST',
    path,
    status,
    hint,
  })
}

const HINTS: Readonly<Record<string, string>> = {
  access_denied: 'Sign in again, and agree.',
  invalid_client: 'client_id or client_secret is not that of an OAuth2 client in this DHIS2.',
  invalid_grant: 'What was granted has ended or was used already: sign in again.',
  invalid_scope: 'Set scope to what the OAuth2 client in DHIS2 may ask for.',
  unauthorized_client: 'The OAuth2 client in DHIS2 lacks the grant types authorization_code and refresh_token.',
}

/** What the server said, as it is. */
function refused(code: string, description: string | undefined): ProfileError {
  const line = (text: string): string =>
    text
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .slice(0, 300)
  const said = description === undefined ? line(code) : `${line(code)}: ${line(description)}`
  return new ProfileError(`DHIS2 refused the sign-in: ${said.replace(/\.$/, '')}.`, {
    code: 'sign-in-failed',
    loginStatus: line(code),
    hint: HINTS[code],
  })
}
