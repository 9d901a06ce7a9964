import { createBareFetch } from '../bare-fetch.js'
import { type Connection, connectionOf } from '../connection.js'
import { ProfileError } from '../errors.js'
import type { Profile } from '../profile.js'
import { secretsOf } from '../profile-secrets.js'
import type { SignedIn, SignInOptions } from '../signed-in.js'
import { ProfileStore } from '../store.js'
import { startWait } from '../wait.js'
import { discover } from './endpoints.js'
import { Grants } from './grants.js'
import { keepTokens } from './keep-tokens.js'
import { type RedirectOptions, withRedirect } from './redirect.js'

/** Where the browser comes back to when the profile does not say. */
const DEFAULT_REDIRECT_URI = 'http://localhost:8765'

/** What is asked for when the profile does not say: DHIS2 finds the user of a token by one of these. */
const DEFAULT_SCOPE = 'username email'

/** Options of {@link signInWithOAuth2}. */
export interface OAuth2SignInOptions extends SignInOptions, RedirectOptions {
  /** How long to wait for the user, in milliseconds. Default 300 000. */
  readonly wait?: number | undefined
}

/**
 * Signs in by OAuth2 in the user's browser: authorization code with PKCE. The browser comes back to a port of this machine, or
 * the user brings the address that it ended at. The tokens are kept once the API takes them.
 * @throws ProfileError `sign-in-failed`, with `loginStatus` where the server says one · `invalid-profile` · `unsupported`
 * · Dhis2Error for network and server · `signal.reason`
 */
export async function signInWithOAuth2(
  store: ProfileStore,
  profile: Profile,
  options: OAuth2SignInOptions = {},
): Promise<SignedIn> {
  const core = ProfileStore.coreOf(store)
  const { folder, name } = core.placeOf(profile)
  const { clientId, redirectUri = DEFAULT_REDIRECT_URI, scope = DEFAULT_SCOPE } = profile
  if (profile.auth !== 'oauth2' || clientId === undefined) throw notForOAuth2(profile)
  const secret = (await secretsOf(core, profile)).clientSecret?.reveal()
  const connection = await connectionOf(core, profile)
  const bare = await createBareFetch(connection)
  const { wait = 300_000 } = options
  const { signal, end } = startWait(options.signal, wait, () => nobodyCame(wait))
  try {
    const server = await discover(bare, signal)
    const grants = await Grants.load(bare, server, { id: clientId, secret })
    const { verifier, challenge, state } = await grants.newRequest()
    const url = new URL(server.authorization_endpoint)
    const request = { response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope, state }
    const proof = { code_challenge: challenge, code_challenge_method: 'S256' }
    for (const [key, value] of Object.entries({ ...request, ...proof })) url.searchParams.set(key, value)
    const trip = { url: url.href, redirectUri, state, signal, warn: core.warn }
    return await withRedirect(trip, options, async (parameters) => {
      const granted = await grants.exchange(parameters, { state, redirectUri, verifier, signal })
      const username = await usernameOf(connection, granted.accessToken, signal)
      const { token_endpoint: tokenEndpoint } = server
      const kept = await keepTokens(core, profile, granted, { tokenEndpoint, clientId, keep: options.keep })
      const ends = granted.refreshToken === undefined ? granted.expires : undefined
      const expires = ends === undefined ? undefined : new Date(ends)
      return { profile: folder.profile(name, profile.source.chosenBy), username, ...kept, expires }
    })
  } finally {
    end()
    await bare.close()
  }
}

/** Whom the API takes a token for. @throws ProfileError `sign-in-failed` when for nobody */
async function usernameOf(connection: Connection, accessToken: string, signal: AbortSignal): Promise<string> {
  const { Dhis2Client, isDhis2Error } = await import('@dhis2-files/client')
  const client = new Dhis2Client({ ...connection, auth: { accessToken } })
  try {
    return (await client.system.me({ signal })).username
  } catch (error) {
    if (!isDhis2Error(error, 'unauthenticated')) throw error
    throw new ProfileError(`DHIS2 gave an access token that its API does not take: ${error.message}`, {
      code: 'sign-in-failed',
      hint: 'Its dhis.conf needs oidc.jwt.token.authentication.enabled = on, and the scope must give the claim that oidc.provider.dhis2.mapping_claim names.',
    })
  } finally {
    await client.close()
  }
}

function notForOAuth2({ name, auth }: Profile): ProfileError {
  const why = auth === 'oauth2' ? 'it has no client_id' : `it signs in by ${auth}`
  const hint = 'Register an OAuth2 client in DHIS2, and set auth = "oauth2" and its client_id.'
  return new ProfileError(`The profile “${name}” cannot sign in by OAuth2: ${why}.`, {
    code: auth === 'oauth2' ? 'invalid-profile' : 'unsupported',
    profile: name,
    hint,
  })
}

function nobodyCame(wait: number): ProfileError {
  return new ProfileError(`Nobody signed in within ${Math.round(wait / 1000)} s.`, {
    code: 'sign-in-failed',
    hint: 'Sign in again. If DHIS2 showed an error in the browser, that is what is wrong: most often the client_id, or a redirect_uri that the OAuth2 client does not have.',
  })
}
