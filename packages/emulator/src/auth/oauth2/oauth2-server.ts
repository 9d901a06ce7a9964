import { randomUUID } from 'node:crypto'
import type { EmulatorState, User } from '../../state.js'
import type { Collection, Row } from '../../storage/collection.js'
import { hashToken } from '../tokens.js'
import { type AuthorizationCode, AuthorizationCodes, newSecret, verifierMatches } from './authorization-codes.js'
import { type OAuth2Settings, type RegisteredClient, registerClients } from './clients.js'
import { OAuth2Error } from './oauth2-error.js'
import { SigningKey, readClaims } from './signing-key.js'

/** What a user has granted to a client, and the tokens that came of it. Tokens are kept as hashes and ids. */
interface Authorization extends Row {
  clientId: string
  userId: string
  scopes: readonly string[]
  /** When the user signed in (seconds since 1970). */
  signedIn: number
  refreshToken: string | undefined
  /** When the refresh token ends (milliseconds since 1970). */
  refreshEnds: number
  /** Living access tokens by their `jti`, with their ends (seconds since 1970). */
  accessTokens: Readonly<Record<string, number>>
}

/** The answer of the token endpoint. */
export type TokenAnswer = Readonly<Record<string, string | number>>

/** Who a bearer token stands for, or what is wrong with it. */
export type Bearer = { readonly user: User } | { readonly problem: string }

const ID_TOKEN_SECONDS = 30 * 60
/** Spring's own allowance for clocks that differ (seconds). */
const CLOCK_SKEW = 60

/**
 * DHIS2's authorization server: Spring's, with the defaults that DHIS2 leaves or sets. Access tokens are signed JWTs, because
 * DHIS2's are; they end with the process, as the key does. Refresh tokens are opaque and are kept in the state.
 */
export class OAuth2Server {
  readonly clients: ReadonlyMap<string, RegisteredClient>
  readonly codes: AuthorizationCodes
  readonly key: SigningKey = new SigningKey()
  readonly #mappingClaim: string
  readonly #state: EmulatorState

  /** @throws TypeError when a client makes no sense */
  constructor(settings: OAuth2Settings, state: EmulatorState) {
    this.clients = registerClients(settings)
    this.#mappingClaim = settings.mappingClaim ?? 'username'
    this.#state = state
    this.codes = new AuthorizationCodes(() => state.now().getTime())
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
      if (code.authorization !== undefined) this.#authorizations.delete(code.authorization)
      throw new OAuth2Error('invalid_grant')
    }
    code.used = true
    const authorization = this.#authorizations.put({
      id: this.#state.newUid(),
      clientId: client.id,
      userId: code.userId,
      scopes: request.scopes,
      signedIn: Math.floor(code.issued / 1000),
      refreshToken: undefined,
      refreshEnds: this.#state.now().getTime() + client.refreshTokenSeconds * 1000,
      accessTokens: {},
    })
    code.authorization = authorization.id
    // like Spring, none for a public client
    const refreshToken = client.secret === undefined ? undefined : newSecret()
    if (refreshToken !== undefined) authorization.refreshToken = hashToken(refreshToken)
    return this.#answer(authorization, client, { issuer, refreshToken, nonce: request.nonce, scopes: request.scopes })
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
    const authorization = this.#authorizations.find((one) => one.refreshToken === hash)
    if (authorization === undefined) throw new OAuth2Error('invalid_grant')
    if (authorization.clientId !== client.id) throw new OAuth2Error('invalid_client')
    if (this.#state.now().getTime() > authorization.refreshEnds) throw new OAuth2Error('invalid_grant')
    if (given.scopes.some((scope) => !authorization.scopes.includes(scope))) throw new OAuth2Error('invalid_scope')
    let { refreshToken } = given
    if (client.rotateRefreshTokens) {
      refreshToken = newSecret()
      authorization.refreshToken = hashToken(refreshToken)
      authorization.refreshEnds = this.#state.now().getTime() + client.refreshTokenSeconds * 1000
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
    const jti = String(readClaims(token)?.['jti'])
    const authorization = this.#authorizations.find(
      ({ refreshToken, accessTokens }) => refreshToken === hash || jti in accessTokens,
    )
    if (authorization === undefined) return
    if (authorization.clientId !== client.id) throw new OAuth2Error('invalid_client')
    if (authorization.refreshToken === hash) {
      this.#authorizations.delete(authorization.id)
      return
    }
    authorization.accessTokens = without(authorization.accessTokens, (id) => id === jti)
  }

  /**
   * Reads a bearer token. Stricter than DHIS2 in one thing: a revoked token is refused at once, where DHIS2 does not ask and
   * takes it until it ends.
   */
  read(token: string): Bearer {
    const decoding = 'An error occurred while attempting to decode the Jwt: '
    if (readClaims(token) === undefined) return { problem: 'Invalid JWT serialization' }
    const claims = this.key.verify(token)
    if (claims === undefined)
      return { problem: `${decoding}Signed JWT rejected: Another algorithm expected, or no matching key(s) found` }
    const ends = Number(claims['exp'])
    if (this.#state.now().getTime() / 1000 > ends + CLOCK_SKEW)
      return { problem: `${decoding}Jwt expired at ${new Date(ends * 1000).toISOString().replace('.000', '')}` }
    const audience = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']]
    if (!audience.every((id) => this.clients.has(String(id)))) return { problem: 'Invalid audience' }
    const jti = String(claims['jti'])
    if (this.#authorizations.find(({ accessTokens }) => jti in accessTokens) === undefined)
      return { problem: `${decoding}Jwt was revoked` }
    return this.#userOf(claims[this.#mappingClaim])
  }

  #userOf(value: unknown): Bearer {
    const member = this.#mappingClaim === 'email' ? 'openId' : 'username'
    const user = value === undefined ? undefined : this.#state.users.find((one) => one[member] === value)
    if (user !== undefined) return { user }
    const claim = `'${this.#mappingClaim}' with the value: '${value === undefined ? 'null' : String(value)}'`
    return { problem: `Found no matching DHIS2 user for the mapping claim: ${claim}` }
  }

  async #answer(
    authorization: Authorization,
    client: RegisteredClient,
    given: {
      issuer: string
      refreshToken: string | undefined
      nonce: string | undefined
      scopes: readonly string[]
    },
  ): Promise<TokenAnswer> {
    const user = this.#state.users.get(authorization.userId)
    if (user === undefined) throw new OAuth2Error('invalid_grant')
    const { scopes, nonce, issuer } = given
    const now = Math.floor(this.#state.now().getTime() / 1000)
    const jti = randomUUID()
    const common = { iss: issuer, sub: user.username, aud: client.id, iat: now }
    const extra = claimsByScope(user, scopes)
    const end = now + client.accessTokenSeconds
    const living = without(authorization.accessTokens, (_, ends) => ends + CLOCK_SKEW < now)
    authorization.accessTokens = { ...living, [jti]: end }
    const scope = scopes.length > 0 ? { scope: scopes } : {}
    const accessToken = await this.key.sign({ ...common, exp: end, nbf: now, jti, ...scope, ...extra })
    const idToken = scopes.includes('openid') && {
      id_token: await this.key.sign({
        ...common,
        exp: now + ID_TOKEN_SECONDS,
        jti: randomUUID(),
        azp: client.id,
        auth_time: authorization.signedIn,
        ...(nonce !== undefined && { nonce }),
        ...extra,
      }),
    }
    return {
      access_token: accessToken,
      ...(given.refreshToken !== undefined && { refresh_token: given.refreshToken }),
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...idToken,
      token_type: 'Bearer',
      // the server counts whole seconds that are left, and some of the first is over
      expires_in: client.accessTokenSeconds - 1,
    }
  }

  get #authorizations(): Collection<Authorization> {
    return this.#state.collection<Authorization>('oauth2Authorizations')
  }
}

/** Claims that DHIS2 adds when the scope of their name was granted. */
function claimsByScope(user: User, scopes: readonly string[]): Record<string, unknown> {
  return {
    ...(scopes.includes('username') && { username: user.username }),
    ...(scopes.includes('email') && typeof user['email'] === 'string' && { email: user['email'] }),
  }
}

/** @throws OAuth2Error `invalid_grant` unless a verifier was given where there is a challenge, and fits it */
function checkVerifier({ request: { challenge } }: AuthorizationCode, verifier: string | undefined): void {
  const fits = challenge === undefined ? verifier === undefined : verifierMatches(verifier ?? '', challenge)
  if (!fits) throw new OAuth2Error('invalid_grant')
}

function without(
  tokens: Readonly<Record<string, number>>,
  goes: (id: string, ends: number) => boolean,
): Record<string, number> {
  return Object.fromEntries(Object.entries(tokens).filter(([id, ends]) => !goes(id, ends)))
}
