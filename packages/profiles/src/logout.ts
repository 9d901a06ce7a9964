import { createBareFetch } from './bare-fetch.js'
import { connectionOf } from './connection.js'
import { isProfileError } from './errors.js'
import { reasonOf } from './keyring.js'
import { keyOf, readTokens } from './oauth2/keep-tokens.js'
import { withRenewalTurn } from './oauth2/renewal-turn.js'
import { revoke } from './oauth2/revoke.js'
import type { Profile, Secrets } from './profile.js'
import { cookieHeader, ownChanges, secretsInFile } from './profile-changes.js'
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
  /** Why the server did not end it although there was something to end, as a sentence to print. */
  readonly serverProblem: string | undefined
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
  const { signal } = options
  switch (profile.auth) {
    case 'oauth2':
      // a renewal that goes on elsewhere ends first: else its tokens would be there after this
      return withRenewalTurn(
        core,
        profile,
        async () => {
          const told = await tell(signal, async (given) => {
            const tokens = await readTokens(core, profile)
            if (tokens === undefined) return NOTHING
            return (await revoke(core, profile, tokens, given)) ? undefined : 'it has no way to be told'
          })
          return { ...told, ...(await forgetTokens(core, profile)) }
        },
        signal,
      )
    case 'session': {
      let had = true
      const told = await tell(signal, async (given) => {
        const secrets = await secretsOf(core, profile)
        had = secrets.cookie !== undefined
        return endSession(core, profile, secrets, given)
      })
      return { ...told, forgotten: had, leftBehind: await forgetSession(store, profile) }
    }
    default:
      return { forgotten: false, endedOnServer: false, leftBehind: undefined, serverProblem: undefined }
  }
}

/** That there was nothing to tell the server. */
const NOTHING = ''

/** @param work Gives why the server did not end it, in one line, or {@link NOTHING}; `undefined` when it did */
async function tell(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<string | undefined>,
): Promise<Pick<LoggedOut, 'endedOnServer' | 'serverProblem'>> {
  const wait = startWait(signal, PATIENCE, () => new Error('The server does not answer.'))
  try {
    const problem = await work(wait.signal)
    return { endedOnServer: problem === undefined, serverProblem: problem === NOTHING ? undefined : sentence(problem) }
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    return { endedOnServer: false, serverProblem: sentence(reasonOf(error)) }
  } finally {
    wait.end()
  }
}

function sentence(problem: string | undefined): string | undefined {
  return problem && `The server did not end the sign-in: ${problem}.`
}

/** As the tokens: also where the keyring does not answer, or has the session of another server. @returns What stays, as a sentence */
async function forgetSession(store: ProfileStore, profile: Profile): Promise<string | undefined> {
  const core = ProfileStore.coreOf(store)
  const { folder, name } = core.placeOf(profile)
  try {
    await store.update(profile, { secrets: { cookie: null, xsrfToken: null } })
    return undefined
  } catch (error) {
    if (!isProfileError(error, 'keyring-failed') && !isProfileError(error, 'no-secret')) throw error
  }
  return folder.locked(async () => {
    const { id, secretsInKeyring } = folder.own(name)
    let leftBehind: string | undefined
    if (id !== undefined && secretsInKeyring) {
      await core.vault.forget(id).catch((error) => {
        leftBehind = `The keyring still has the session of “${name}” (entry “${id}” of dhis2-files): ${reasonOf(error)}.`
      })
    }
    const { cookie: _, xsrfToken: __, ...rest } = folder.secretsInFile(name)
    await folder.profiles.edit(() => secretsInFile(name, rest))
    await folder.settings.edit(() => ownChanges(name, { secrets: null }))
    return leftBehind
  })
}

async function forgetTokens(core: StoreCore, profile: Profile): Promise<Pick<LoggedOut, 'forgotten' | 'leftBehind'>> {
  const { folder, name } = core.placeOf(profile)
  core.unkept.delete(keyOf(core, profile))
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

async function endSession(
  core: StoreCore,
  profile: Profile,
  secrets: Secrets,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { cookie: kept, xsrfToken } = secrets
  if (kept === undefined) return NOTHING
  const bare = await createBareFetch(await connectionOf(core, profile))
  try {
    const cookie = cookieHeader(kept.reveal())
    const headers = { accept: 'application/json', cookie }
    const xsrf = xsrfToken && { 'x-xsrf-token': xsrfToken.reveal() }
    const path = 'dhis-web-commons-security/logout.action'
    const { status } = await bare.fetch(new URL(path, bare.baseUrl), {
      method: 'POST',
      headers: { ...headers, ...xsrf },
      signal,
    })
    const me = await bare.fetch(new URL('api/me?fields=username', bare.baseUrl), { headers, signal })
    if (me.status === 401) return undefined
    return `POST /${path} answered ${status}, and it still takes the session (GET /api/me answered ${me.status})`
  } finally {
    await bare.close()
  }
}
