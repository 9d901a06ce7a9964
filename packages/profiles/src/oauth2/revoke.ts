import { createBareFetch } from '../bare-fetch.js'
import { connectionOf } from '../connection.js'
import type { Profile } from '../profile.js'
import { secretsOf } from '../profile-secrets.js'
import type { StoreCore } from '../store-core.js'
import type { Tokens } from '../tokens.js'
import { discover } from './endpoints.js'
import { Grants } from './grants.js'

/**
 * Tells the server that tokens are not wanted any more.
 * @returns Whether it was told: not where it has no place for that
 * @throws ProfileError · Dhis2Error · `signal.reason`
 */
export async function revoke(
  core: StoreCore,
  profile: Profile,
  tokens: Pick<Tokens, 'clientId' | 'accessToken' | 'refreshToken'>,
  signal: AbortSignal,
): Promise<boolean> {
  const secret = (await secretsOf(core, profile)).clientSecret?.reveal()
  const bare = await createBareFetch(await connectionOf(core, profile))
  try {
    const server = await discover(bare, signal)
    if (server.revocation_endpoint === undefined) return false
    const grants = await Grants.load(bare, server, { id: tokens.clientId, secret })
    await grants.revoke(tokens.refreshToken ?? tokens.accessToken, signal)
    return true
  } finally {
    await bare.close()
  }
}
