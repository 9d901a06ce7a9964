import type { EmulatorState } from '../../state.js'
import type { Collection, Row } from '../../storage/collection.js'

/** What a user has granted to a client, and the tokens that came of it: the refresh token as a hash, the others by their ids. */
export interface Authorization extends Row {
  clientId: string
  userId: string
  scopes: readonly string[]
  /** When the user signed in (seconds since 1970). */
  signedIn: number
  /** Hash of the refresh token; undefined for a public client. */
  refreshToken: string | undefined
  /** When the refresh token ends (milliseconds since 1970). */
  refreshEnds: number
  /** Access tokens that nobody revoked, by their `jti`, with their ends (seconds since 1970). */
  accessTokens: Readonly<Record<string, number>>
}

/** All that users have granted. */
export function authorizationsOf(state: EmulatorState): Collection<Authorization> {
  return state.collection<Authorization>('oauth2Authorizations')
}
