import type { AuthorizationRequest } from '../../auth/oauth2/authorization-codes.js'
import { type RegisteredClient, redirectAllowed } from '../../auth/oauth2/clients.js'
import { OAuth2Error } from '../../auth/oauth2/oauth2-error.js'
import type { OAuth2Server } from '../../auth/oauth2/oauth2-server.js'

/** A request that may be granted. */
export interface CheckedRequest {
  readonly client: RegisteredClient
  readonly request: AuthorizationRequest
  /** Where the browser goes with the answer. */
  readonly redirectUri: string
}

/** An error that the program is told of, by its redirect URI. */
export interface RefusedRequest {
  readonly error: OAuth2Error
  /** The part of the specification that the error names. */
  readonly section: string
  readonly redirectUri: string
  readonly state: string | undefined
}

/** The part of the specification that most errors name. */
export const SECTION = 'rfc6749#section-4.1.2.1'
const PKCE_SECTION = 'rfc7636#section-4.4.1'
/** Parameters that may be there once at most. */
const SINGLE = ['redirect_uri', 'scope', 'state', 'code_challenge', 'code_challenge_method']

/**
 * Checks a request to `/oauth2/authorize`, in the order of the server.
 *
 * @throws OAuth2Error for what is shown to the user, because no redirect URI can be trusted
 */
export function readAuthorizationRequest(
  server: OAuth2Server,
  parameters: URLSearchParams,
): CheckedRequest | RefusedRequest {
  const get = (name: string) => parameters.get(name) || undefined
  const single = (name: string) => {
    const value = get(name)
    if (value === undefined || parameters.getAll(name).length > 1) throw new OAuth2Error('invalid_request', name)
    return value
  }
  if (single('response_type') !== 'code') throw new OAuth2Error('unsupported_response_type', 'response_type')
  const clientId = single('client_id')
  for (const name of SINGLE) if (parameters.getAll(name).length > 1) throw new OAuth2Error('invalid_request', name)

  const client = server.clients.get(clientId)
  if (client === undefined) throw new OAuth2Error('invalid_request', 'client_id')
  const scopes = [...new Set((get('scope') ?? '').split(' ').filter((scope) => scope !== ''))]
  const given = get('redirect_uri')
  const [only, ...others] = client.redirectUris
  const redirectUri = given ?? (others.length > 0 || scopes.includes('openid') ? undefined : only)
  if (redirectUri === undefined || !redirectAllowed(client, redirectUri))
    throw new OAuth2Error('invalid_request', 'redirect_uri')

  const state = get('state')
  const refuse = (code: string, parameter: string, section = SECTION): RefusedRequest => ({
    error: new OAuth2Error(code, parameter),
    section,
    redirectUri,
    state,
  })
  if (scopes.some((scope) => !client.scopes.includes(scope))) return refuse('invalid_scope', 'scope')
  const challenge = get('code_challenge')
  if (challenge !== undefined && get('code_challenge_method') !== 'S256')
    return refuse('invalid_request', 'code_challenge_method', PKCE_SECTION)
  if (challenge === undefined && client.requirePkce) return refuse('invalid_request', 'code_challenge', PKCE_SECTION)
  return {
    client,
    redirectUri,
    request: { clientId, redirectUri: given, scopes, state, challenge, nonce: get('nonce') },
  }
}
