import { createBareFetch } from './bare-fetch.js'
import { connectionOf } from './connection.js'
import { discover } from './oauth2/endpoints.js'
import { Grants } from './oauth2/grants.js'
import { readTokens } from './oauth2/keep-tokens.js'
import type { Profile, Secrets } from './profile.js'
import { cookieHeader, ownChanges } from './profile-changes.js'
import { secretsOf } from './profile-secrets.js'
import { ProfileStore } from './store.js'
import type { StoreCore } from './store-core.js'
import { startWait } from './wait.js'

/** What {@link logout} did. */
export interface LoggedOut {
  /** Whether there was something to forget here. A token or password that was given is none: it stays. */
  readonly forgotten: boolean
  /** Whether the server ended it too: it said so, or does not take it any more. */
  readonly endedOnServer: boolean
  /** What could not be forgotten, as a sentence to print: in a keyring that does not answer. */
  readonly leftBehind: string | undefined
}

/** How long the server may take to hear of it, in milliseconds. */
const PATIENCE = 10_000

/**
 * Ends a sign-in: tells the server where that can be told, and forgets tokens or session here, whatever the server says.
 * @throws ProfileError where the files cannot be changed · `signal.reason`
 */
export async function logout(
  store: ProfileStore,
  profile: Profile,
  options: {
    /** Ends the waiting for the server; nothing is forgotten then. */
    readonly signal?: AbortSignal | undefined
  } = {},
): Promise<LoggedOut> {
  const core = ProfileStore.coreOf(store)
  const wait = startWait(options.signal, PATIENCE, () => new Error('The server does not answer.'))
  const told = async (work: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await work()
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason
      void error
      return false
    }
  }
  try {
    if (profile.auth === 'oauth2') {
      const endedOnServer = await told(() => revoke(core, profile, wait.signal))
      return { endedOnServer, ...(await forgetTokens(core, profile)) }
    }
    if (profile.auth !== 'session') return { forgotten: false, endedOnServer: false, leftBehind: undefined }
    const secrets: Secrets = await secretsOf(core, profile).catch(() => ({}))
    const endedOnServer = await told(() => endSession(core, profile, secrets, wait.signal))
    await store.update(profile, { secrets: { cookie: null, xsrfToken: null } })
    return { forgotten: secrets.cookie !== undefined, endedOnServer, leftBehind: undefined }
  } finally {
    wait.end()
  }
}

async function revoke(core: StoreCore, profile: Profile, signal: AbortSignal): Promise<boolean> {
  const tokens = await readTokens(core, profile)
  if (tokens === undefined) return false
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

async function forgetTokens(core: StoreCore, profile: Profile): Promise<Pick<LoggedOut, 'forgotten' | 'leftBehind'>> {
  const { folder, name } = core.placeOf(profile)
  return folder.locked(async () => {
    const { id, tokens } = folder.own(name)
    if (id === undefined || tokens === undefined) return { forgotten: false, leftBehind: undefined }
    let leftBehind: string | undefined
    const forgotten = await core.tokensOf(folder).forget({ id, keep: tokens }, (reason) => {
      leftBehind = `The keyring still has the tokens of “${name}” (entry “${id}.tokens” of dhis2-files): ${reason}.`
    })
    await folder.settings.edit(() => ownChanges(name, { tokens: null }))
    return { forgotten, leftBehind }
  })
}

async function endSession(core: StoreCore, profile: Profile, secrets: Secrets, signal: AbortSignal): Promise<boolean> {
  const { cookie: kept, xsrfToken } = secrets
  if (kept === undefined) return false
  const bare = await createBareFetch(await connectionOf(core, profile))
  try {
    const cookie = cookieHeader(kept.reveal())
    const headers = { accept: 'application/json', cookie }
    const xsrf = xsrfToken && { 'x-xsrf-token': xsrfToken.reveal() }
    const path = 'dhis-web-commons-security/logout.action'
    await bare.fetch(new URL(path, bare.baseUrl), { method: 'POST', headers: { ...headers, ...xsrf }, signal })
    const me = await bare.fetch(new URL('api/me?fields=username', bare.baseUrl), { headers, signal })
    return me.status === 401
  } finally {
    await bare.close()
  }
}
