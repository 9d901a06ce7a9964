import { createHash, timingSafeEqual } from 'node:crypto'

/** The built-in OAuth2 server: `oauth2.server.enabled` of dhis.conf. 2.41 does not have it. */
export interface OAuth2Settings {
  /** The programs that may ask for tokens. */
  readonly clients: readonly OAuth2Client[]
  /**
   * The claim of an access token that names the user: `oidc.provider.dhis2.mapping_claim`. A token has `username` and `email`
   * only when the scope of that name was asked for, and `sub` always. Without its claim the API refuses it. @default 'username'
   */
  readonly mappingClaim?: 'username' | 'email' | 'sub' | undefined
}

/** A program that may ask for tokens, as an administrator registers it. */
export interface OAuth2Client {
  /** `client_id`. */
  readonly id: string
  /** `client_secret`, sent as Basic or in the form. Without it the client is public: it needs PKCE, and gets no refresh token. */
  readonly secret?: string | undefined
  /** Compared character by character; of a loopback IP address any port will do, of `localhost` none but its own. */
  readonly redirectUris: readonly string[]
  /** What it may ask for. @default ['openid', 'profile', 'username', 'email'] */
  readonly scopes?: readonly string[] | undefined
  /** Refuses an authorization request without PKCE. @default true for a public client */
  readonly requirePkce?: boolean | undefined
  /** Asks the user on a page of its own, as DHIS2 does for clients that are made in its settings. @default false */
  readonly consent?: boolean | undefined
  /** How long an access token lives. @default 300 */
  readonly accessTokenSeconds?: number | undefined
  /** How long a refresh token lives, from the sign-in on. @default 3600 */
  readonly refreshTokenSeconds?: number | undefined
  /** Each refresh gives a new refresh token and ends the old one. @default false: as in DHIS2, it stays the same */
  readonly rotateRefreshTokens?: boolean | undefined
}

/** A client with its defaults. */
export interface RegisteredClient {
  readonly id: string
  readonly secret: string | undefined
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
  readonly requirePkce: boolean
  readonly consent: boolean
  readonly accessTokenSeconds: number
  readonly refreshTokenSeconds: number
  readonly rotateRefreshTokens: boolean
}

const SCOPES = ['openid', 'profile', 'username', 'email']
const MAPPING_CLAIMS: readonly unknown[] = ['username', 'email', 'sub']

/**
 * Fills in the defaults.
 *
 * @throws TypeError when a client makes no sense
 */
export function registerClients(settings: OAuth2Settings): ReadonlyMap<string, RegisteredClient> {
  const { mappingClaim } = settings
  if (mappingClaim !== undefined && !MAPPING_CLAIMS.includes(mappingClaim))
    throw new TypeError(`oauth2.mappingClaim must be username, email or sub, not ${String(mappingClaim)}`)
  const clients = new Map<string, RegisteredClient>()
  for (const client of settings.clients) {
    if (clients.has(client.id)) throw new TypeError(`The OAuth2 client ${client.id} is there twice`)
    clients.set(client.id, complete(client))
  }
  return clients
}

function complete(client: OAuth2Client): RegisteredClient {
  const complain = (what: string) => new TypeError(`OAuth2 client "${client.id}": ${what}`)
  if (!/^[\x21-\x7e]+$/.test(client.id)) throw complain('its id must be printable ASCII without blanks')
  if (client.secret === '') throw complain('its secret is empty; leave it out for a public client')
  if (client.redirectUris.length === 0) throw complain('it needs a redirect URI')
  for (const uri of client.redirectUris)
    if (!URL.canParse(uri) || uri.includes('#'))
      throw complain(`a redirect URI must be absolute and without a fragment, not "${uri}"`)
  for (const name of ['accessTokenSeconds', 'refreshTokenSeconds'] as const) {
    const seconds = client[name]
    if (seconds !== undefined && !(Number.isInteger(seconds) && seconds > 0))
      throw complain(`${name} must be a whole number above 0, not ${seconds}`)
  }
  return {
    id: client.id,
    secret: client.secret,
    redirectUris: client.redirectUris,
    scopes: client.scopes ?? SCOPES,
    requirePkce: client.requirePkce ?? client.secret === undefined,
    consent: client.consent ?? false,
    accessTokenSeconds: client.accessTokenSeconds ?? 300,
    refreshTokenSeconds: client.refreshTokenSeconds ?? 3600,
    rotateRefreshTokens: client.rotateRefreshTokens ?? false,
  }
}

/** Whether an authorization request may ask for this redirect URI. */
export function redirectAllowed(client: RegisteredClient, uri: string): boolean {
  if (uri.includes('#')) return false
  if (client.redirectUris.includes(uri)) return true
  const asked = splitUri(uri)
  if (asked === undefined || !isLoopback(asked.host)) return false
  return client.redirectUris.some((registered) => {
    const known = splitUri(registered)
    return known?.scheme === asked.scheme && known.host === asked.host && known.rest === asked.rest
  })
}

/** Takes a URI apart as it is written: a parser would normalize it, and then other ones would match. */
function splitUri(uri: string): { scheme: string; host: string; rest: string } | undefined {
  const found = /^([a-z][a-z\d+.-]*):\/\/(\[[\da-f:]*\]|[^:/?#]*)(?::\d+)?(|[/?#].*)$/is.exec(uri)
  if (found === null) return undefined
  const [, scheme = '', host = '', rest = ''] = found
  return { scheme, host, rest }
}

/** IP addresses of the loopback interface, as Spring knows them; `localhost` is none. */
function isLoopback(host: string): boolean {
  if (host === '[::1]' || host === '[0:0:0:0:0:0:0:1]') return true
  const octets = host.split('.')
  if (octets.length !== 4 || !octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255)) return false
  return Number(octets[0]) === 127 && Number(octets[3]) >= 1
}

/** Whether this is the client's secret. A public client has none that fits. */
export function secretMatches(client: RegisteredClient, secret: string): boolean {
  if (client.secret === undefined) return false
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(client.secret), digest(secret))
}
