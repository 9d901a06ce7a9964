import { randomUUID } from 'node:crypto'
import type { EmulatorState, User } from '../../state.js'
import { type Authorization, authorizationsOf } from './authorization.js'
import type { RegisteredClient } from './clients.js'
import { type Claims, SigningKey, readClaims } from './signing-key.js'

/** Who an access token stands for, or what is wrong with it. */
export type Bearer = { readonly user: User } | { readonly problem: string }

const ID_TOKEN_SECONDS = 30 * 60
/** Spring's own allowance for clocks that differ (seconds). */
export const CLOCK_SKEW = 60
const DECODING = 'An error occurred while attempting to decode the Jwt: '

/** Access tokens: signed JWTs, because DHIS2's are. They end with the process, as the key does. */
export class AccessTokens {
  readonly key: SigningKey = new SigningKey()
  readonly #state: EmulatorState
  readonly #clients: ReadonlyMap<string, RegisteredClient>
  readonly #mappingClaim: string

  constructor(options: {
    state: EmulatorState
    clients: ReadonlyMap<string, RegisteredClient>
    mappingClaim: string
  }) {
    this.#state = options.state
    this.#clients = options.clients
    this.#mappingClaim = options.mappingClaim
  }

  /** A new access token, and an id token where `openid` was granted. */
  async issue(
    authorization: Authorization,
    given: {
      client: RegisteredClient
      user: User
      issuer: string
      scopes: readonly string[]
      nonce: string | undefined
    },
  ): Promise<{ accessToken: string; idToken: string | undefined }> {
    const { client, user, scopes, nonce, issuer } = given
    const now = this.#seconds()
    const end = now + client.accessTokenSeconds
    const jti = randomUUID()
    const living = Object.entries(authorization.accessTokens).filter(([, ends]) => ends + CLOCK_SKEW >= now)
    authorization.accessTokens = { ...Object.fromEntries(living), [jti]: end }

    const common = { iss: issuer, sub: user.username, aud: client.id, iat: now, ...claimsByScope(user, scopes) }
    const scope = scopes.length > 0 ? { scope: scopes } : {}
    const accessToken = await this.key.sign({ ...common, exp: end, nbf: now, jti, ...scope })
    if (!scopes.includes('openid')) return { accessToken, idToken: undefined }
    const idToken = await this.key.sign({
      ...common,
      exp: now + ID_TOKEN_SECONDS,
      jti: randomUUID(),
      azp: client.id,
      auth_time: authorization.signedIn,
      ...(nonce !== undefined && { nonce }),
    })
    return { accessToken, idToken }
  }

  /** Who a bearer token stands for at the API. */
  userOf(token: string): Bearer {
    const read = this.claimsOf(token)
    if ('problem' in read) return read
    const value = read.claims[this.#mappingClaim]
    const member = this.#mappingClaim === 'email' ? 'openId' : 'username'
    const user = value === undefined ? undefined : this.#state.users.find((one) => one[member] === value)
    if (user !== undefined) return { user }
    const claim = `'${this.#mappingClaim}' with the value: '${value === undefined ? 'null' : String(value)}'`
    return { problem: `Found no matching DHIS2 user for the mapping claim: ${claim}` }
  }

  /**
   * What a living access token says, or why it is none. Stricter than DHIS2 in one thing: the API refuses a revoked token at
   * once, where DHIS2 does not ask and takes it until it ends.
   */
  claimsOf(token: string): { readonly claims: Claims } | { readonly problem: string } {
    if (readClaims(token) === undefined) return { problem: 'Invalid JWT serialization' }
    const claims = this.key.verify(token)
    if (claims === undefined)
      return { problem: `${DECODING}Signed JWT rejected: Another algorithm expected, or no matching key(s) found` }
    const ends = Number(claims['exp'])
    if (this.#seconds() > ends + CLOCK_SKEW)
      return { problem: `${DECODING}Jwt expired at ${new Date(ends * 1000).toISOString().replace('.000', '')}` }
    if (!this.#clients.has(String(claims['aud']))) return { problem: 'Invalid audience' }
    const jti = String(claims['jti'])
    const authorization = authorizationsOf(this.#state).find(({ accessTokens }) => Object.hasOwn(accessTokens, jti))
    return authorization === undefined ? { problem: `${DECODING}Jwt was revoked` } : { claims }
  }

  #seconds(): number {
    return Math.floor(this.#state.now().getTime() / 1000)
  }
}

/** Claims that DHIS2 adds when the scope of their name was granted. */
function claimsByScope(user: User, scopes: readonly string[]): Record<string, unknown> {
  return {
    ...(scopes.includes('username') && { username: user.username }),
    ...(scopes.includes('email') && typeof user['email'] === 'string' && { email: user['email'] }),
  }
}

/** The header of a 401 that tells what is wrong with a bearer token (RFC 6750), as Spring writes it. */
export function bearerChallenge(problem: string): string {
  const description = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(problem) ? problem : 'Invalid token'
  return `Bearer error="invalid_token", error_description="${description}", error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"`
}
