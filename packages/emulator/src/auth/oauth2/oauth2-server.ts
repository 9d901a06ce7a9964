import type { EmulatorState } from '../../state.js'
import { hashToken } from '../tokens.js'
import { AccessTokens, CLOCK_SKEW } from './access-tokens.js'
import { type Authorization, authorizationsOf } from './authorization.js'
import { type AuthorizationCode, AuthorizationCodes, newSecret, verifierMatches } from './authorization-codes.js'
import { type OAuth2Settings, type RegisteredClient, registerClients } from './clients.js'
import { Consents } from './consents.js'
import { OAuth2Error } from './oauth2-error.js'

/** The answer of the token endpoint. */
export type TokenAnswer = Readonly<Record<string, string | number>>

/**
 * DHIS2's authorization server: Spring's, with the defaults that DHIS2 leaves or sets. What users have granted is in the state,
 * and stays over a restart; codes are in memory.
 */
export class OAuth2Server {
  readonly clients: ReadonlyMap<string, RegisteredClient>
  readonly codes: AuthorizationCodes
  readonly consents: Consents
  readonly tokens: AccessTokens
  readonly #state: EmulatorState

  /** @throws TypeError when a client makes no sense */
  constructor(settings: OAuth2Settings, state: EmulatorState) {
    this.clients = registerClients(settings)
    this.codes = new AuthorizationCodes(() => state.now().getTime())
    this.consents = new Consents(state)
    this.tokens = new AccessTokens({ state, clients: this.clients, mappingClaim: settings.mappingClaim ?? 'username' })
    this.#state = state
  }

  /**
   * Exchanges a code for tokens.
   *
   * @throws OAuth2Error `invalid_grant`
   */
  async exchange(
    client: RegisteredClient,
    given: { code: string; redirectUri: string | undefined; verifier: string | undefined },
    issuer: string,
  ): Promise<TokenAnswer> {
    const code = this.codes.find(given.code)
    if (code === undefined) throw new OAuth2Error('invalid_grant')
    const { request } = code
    checkVerifier(code, given.verifier)
    if (request.clientId !== client.id) {
      code.used = true
      throw new OAuth2Error('invalid_grant')
    }
    if (request.redirectUri !== undefined && request.redirectUri !== given.redirectUri)
      throw new OAuth2Error('invalid_grant')
    if (code.used) {
      // somebody has the code who should not: what came of it ends
      if (code.authorization !== undefined) authorizationsOf(this.#state).delete(code.authorization)
      throw new OAuth2Error('invalid_grant')
    }
    code.used = true
    this.#forget()
    // like Spring, none for a public client
    const refreshToken = client.secret === undefined ? undefined : newSecret()
    const authorization = authorizationsOf(this.#state).put({
      id: this.#state.newUid(),
      clientId: client.id,
      userId: code.userId,
      scopes: request.scopes,
      signedIn: Math.floor(code.issued / 1000),
      refreshToken: refreshToken === undefined ? undefined : hashToken(refreshToken),
      refreshEnds: this.#endOfRefresh(client),
      accessTokens: {},
    })
    code.authorization = authorization.id
    const { scopes, nonce } = request
    return this.#answer(authorization, client, { issuer, refreshToken, nonce, scopes })
  }

  /**
   * New tokens for a refresh token.
   *
   * @throws OAuth2Error `invalid_grant`, `invalid_client`, `invalid_scope`
   */
  async refresh(
    client: RegisteredClient,
    given: { refreshToken: string; scopes: readonly string[] },
    issuer: string,
  ): Promise<TokenAnswer> {
    const hash = hashToken(given.refreshToken)
    const authorization = authorizationsOf(this.#state).find((one) => one.refreshToken === hash)
    if (authorization === undefined) throw new OAuth2Error('invalid_grant')
    if (authorization.clientId !== client.id) throw new OAuth2Error('invalid_client')
    if (this.#state.now().getTime() > authorization.refreshEnds) throw new OAuth2Error('invalid_grant')
    if (given.scopes.some((scope) => !authorization.scopes.includes(scope))) throw new OAuth2Error('invalid_scope')
    let { refreshToken } = given
    if (client.rotateRefreshTokens) {
      refreshToken = newSecret()
      authorization.refreshToken = hashToken(refreshToken)
      authorization.refreshEnds = this.#endOfRefresh(client)
    }
    const scopes = given.scopes.length > 0 ? given.scopes : authorization.scopes
    return this.#answer(authorization, client, { issuer, refreshToken, nonce: undefined, scopes })
  }

  /**
   * Ends a token: with a refresh token also the access tokens beside it. An unknown one is none any more.
   *
   * @throws OAuth2Error `invalid_client` for somebody else's
   */
  revoke(client: RegisteredClient, token: string): void {
    const hash = hashToken(token)
    const jti = String(this.tokens.key.verify(token)?.['jti'])
    const authorization = authorizationsOf(this.#state).find(
      ({ refreshToken, accessTokens }) => refreshToken === hash || Object.hasOwn(accessTokens, jti),
    )
    if (authorization === undefined) return
    if (authorization.clientId !== client.id) throw new OAuth2Error('invalid_client')
    if (authorization.refreshToken === hash) {
      authorizationsOf(this.#state).delete(authorization.id)
      return
    }
    const { [jti]: _, ...others } = authorization.accessTokens
    authorization.accessTokens = others
  }

  /** No code, no question about consent is open any more. */
  clear(): void {
    this.codes.clear()
    this.consents.clear()
  }

  /** Drops what no token can come of any more, and whose tokens are over. */
  #forget(): void {
    const now = this.#state.now().getTime()
    for (const { id, refreshToken, refreshEnds, accessTokens } of [...authorizationsOf(this.#state)]) {
      if (refreshToken !== undefined && refreshEnds >= now) continue
      if (Object.values(accessTokens).every((end) => end + CLOCK_SKEW < now / 1000))
        authorizationsOf(this.#state).delete(id)
    }
  }

  #endOfRefresh(client: RegisteredClient): number {
    return this.#state.now().getTime() + client.refreshTokenSeconds * 1000
  }

  async #answer(
    authorization: Authorization,
    client: RegisteredClient,
    given: { issuer: string; refreshToken: string | undefined; nonce: string | undefined; scopes: readonly string[] },
  ): Promise<TokenAnswer> {
    const user = this.#state.users.get(authorization.userId)
    if (user === undefined) throw new OAuth2Error('invalid_grant')
    const { refreshToken, scopes } = given
    const { accessToken, idToken } = await this.tokens.issue(authorization, { client, user, ...given })
    return {
      access_token: accessToken,
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(idToken !== undefined && { id_token: idToken }),
      token_type: 'Bearer',
      // the server counts whole seconds that are left, and some of the first is over
      expires_in: client.accessTokenSeconds - 1,
    }
  }
}

/** @throws OAuth2Error `invalid_grant` unless a verifier was given where there is a challenge, and fits it */
function checkVerifier({ request: { challenge } }: AuthorizationCode, verifier: string | undefined): void {
  const fits = challenge === undefined ? verifier === undefined : verifierMatches(verifier ?? '', challenge)
  if (!fits) throw new OAuth2Error('invalid_grant')
}
