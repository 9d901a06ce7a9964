import { dirname, join } from 'node:path'
import type { AccessTokenProvider, Dhis2Error } from '@dhis2-files/client'
import { createBareFetch } from '../bare-fetch.js'
import { connectionOf } from '../connection.js'
import { isProfileError, ProfileError } from '../errors.js'
import { withLock } from '../lock.js'
import type { Profile } from '../profile.js'
import { secretsOf } from '../profile-secrets.js'
import type { StoreCore } from '../store-core.js'
import type { Tokens } from '../tokens.js'
import { startWait } from '../wait.js'
import { Grants } from './grants.js'
import { keepTokens, readTokens } from './keep-tokens.js'

/** How long before its end an access token is renewed, in milliseconds: when the client asks again. */
const EARLY = 60_000

/** How long before its end an access token is not used any more, and how long a renewal may take without one, in milliseconds. */
const MARGIN = 5_000
const PATIENCE = 120_000

/** Whether it need not be renewed yet. One that lives for less than two minutes is used for half of that. */
function isFresh({ expires, obtained }: Tokens): boolean {
  return expires === undefined || Date.now() < expires - Math.min(EARLY, (expires - obtained) / 2)
}

/**
 * Gives the access token of a profile's sign-in, and renews it before it ends, or when the server does not take it any more. Of all
 * programs that use the profile one renews at a time; the others take what it got. A new refresh token is kept before anything
 * is done with what came with it.
 */
export function accessTokenOf(core: StoreCore, profile: Profile): AccessTokenProvider {
  return async ({ signal, rejected }) => {
    const tokens = await known(core, profile)
    const isGood = (one: Tokens): boolean => one.accessToken !== rejected && isFresh(one)
    const { refreshToken } = tokens
    if (isGood(tokens)) return given(tokens)
    if (refreshToken === undefined) {
      if (tokens.accessToken !== rejected && Date.now() < (tokens.expires ?? 0)) return given(tokens)
      throw await ended(profile, 'it has ended, and came without a refresh token')
    }
    const { folder, name } = core.placeOf(profile)
    const lock = join(dirname(folder.settings.path), `.dhis2-files-${name}.renewal.lock`)
    const work = async (): Promise<Given> => {
      const latest = await known(core, profile)
      if (isGood(latest)) return given(latest)
      return renew(core, profile, latest, { signal, isRejected: latest.accessToken === rejected })
    }
    return withLock(lock, work, { signal, patience: 180_000 })
  }
}

async function renew(
  core: StoreCore,
  profile: Profile,
  tokens: Tokens,
  { signal, isRejected }: { readonly signal: AbortSignal; readonly isRejected: boolean },
): Promise<Given> {
  const { clientId, tokenEndpoint, refreshToken = '' } = tokens
  const left = isRejected || tokens.expires === undefined ? 0 : tokens.expires - MARGIN - Date.now()
  const { Dhis2Error: Failure, isDhis2Error } = await import('@dhis2-files/client')
  const late = { code: 'timeout', retryable: true, clock: 'total' } as const
  const wait = startWait(
    signal,
    left > 0 ? left : PATIENCE,
    () => new Failure('The access token was not renewed in time: the server does not answer.', late),
  )
  const secret = (await secretsOf(core, profile)).clientSecret?.reveal()
  const bare = await createBareFetch(await connectionOf(core, profile))
  try {
    const server = { issuer: tokens.origin, authorization_endpoint: '', token_endpoint: tokenEndpoint }
    const grants = await Grants.load(bare, server, { id: clientId, secret })
    const granted = await grants.refresh(refreshToken, wait.signal)
    const all = { ...granted, refreshToken: granted.refreshToken ?? refreshToken }
    const { fallback } = await keepTokens(core, profile, all, { tokenEndpoint, clientId })
    if (fallback !== undefined) core.warn(fallback)
    return given(granted)
  } catch (error) {
    const isRefused = isProfileError(error, 'sign-in-failed')
    // not renewed, and good for some more seconds
    if ((isRefused || isDhis2Error(error)) && left > 0) return given(tokens)
    throw isRefused ? await ended(profile, error.message, error) : error
  } finally {
    wait.end()
    await bare.close()
  }
}

/** A token as the client takes it. */
interface Given {
  readonly token: string
  readonly expires: Date | undefined
}

function given({ accessToken, expires }: Pick<Tokens, 'accessToken' | 'expires'>): Given {
  return { token: accessToken, expires: expires === undefined ? undefined : new Date(expires) }
}

/** @throws Dhis2Error `unauthenticated` when nobody has signed in */
async function known(core: StoreCore, profile: Profile): Promise<Tokens> {
  const tokens = await readTokens(core, profile)
  if (tokens === undefined) throw await ended(profile, 'nobody has signed in yet')
  return tokens
}

/** As the client has it: a sign-in that is not good. */
async function ended(profile: Profile, why: string, cause?: ProfileError): Promise<Dhis2Error> {
  const hint = signInHint(profile)
  const sentence = `The sign-in of the profile “${profile.name}” is not good: ${why.replace(/\.$/, '')}.`
  const below = cause ?? new ProfileError(sentence, { code: 'sign-in-needed', profile: profile.name, hint })
  const { Dhis2Error: Failure } = await import('@dhis2-files/client')
  return new Failure(`${sentence} ${hint}`, { code: 'unauthenticated', hint, cause: below })
}

/** What to do when a sign-in is needed. */
export function signInHint({ name }: Profile): string {
  return `Sign in: dhis2-files profile login ${name}.`
}
