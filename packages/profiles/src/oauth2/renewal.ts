import type { AccessTokenProvider, Dhis2Error } from '@dhis2-files/client'
import { createBareFetch } from '../bare-fetch.js'
import { connectionOf } from '../connection.js'
import { isProfileError, ProfileError } from '../errors.js'
import { isProfileName, type Profile } from '../profile.js'
import { secretsOf } from '../profile-secrets.js'
import type { StoreCore } from '../store-core.js'
import { shellWord } from '../shell-word.js'
import type { Tokens } from '../tokens.js'
import { orAborted, startWait } from '../wait.js'
import { type Granted, Grants } from './grants.js'
import { keepRenewed, readTokens, rememberTokens } from './keep-tokens.js'
import { withRenewalTurn } from './renewal-turn.js'
import { revoke } from './revoke.js'

/** How long before its end an access token is renewed, in milliseconds: when the client asks again. */
const EARLY = 60_000

/** How long before its end an access token is not used any more, in milliseconds. */
const MARGIN = 5_000

/** How long a renewal may take, and how long one without an access token waits for it, in milliseconds. */
const PATIENCE = 120_000

/** How long the server may take to hear that new tokens are not wanted, in milliseconds. */
const REVOCATION = 10_000

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
    const left = tokens.accessToken === rejected ? 0 : leftOf(tokens)
    const wait = startWait(signal, left > 0 ? left : PATIENCE, () => new Late())
    const work = async (): Promise<Given> => {
      const latest = await known(core, profile)
      if (isGood(latest)) return given(latest)
      return renew(core, profile, latest, { isRejected: latest.accessToken === rejected })
    }
    try {
      // who asked may leave; a renewal that was sent goes on, else what the server gave for the old refresh token is lost
      return await orAborted(withRenewalTurn(core, profile, work, signal), wait.signal)
    } catch (error) {
      if (!(error instanceof Late)) throw error
      if (left > 0) return given(tokens)
      throw await notInTime()
    } finally {
      wait.end()
    }
  }
}

/** That somebody has waited long enough for a renewal, which goes on. */
class Late extends Error {}

/** How long an access token is good, in milliseconds; 0 where that is not known. */
function leftOf({ expires }: Tokens): number {
  return expires === undefined ? 0 : Math.max(0, expires - MARGIN - Date.now())
}

/** Renews, keeps and gives. Who has begun it cannot end it. */
async function renew(
  core: StoreCore,
  profile: Profile,
  tokens: Tokens,
  { isRejected }: { readonly isRejected: boolean },
): Promise<Given> {
  const { clientId, tokenEndpoint, refreshToken = '' } = tokens
  const { isDhis2Error } = await import('@dhis2-files/client')
  const late = await notInTime()
  const wait = startWait(undefined, PATIENCE, () => late)
  const secret = (await secretsOf(core, profile)).clientSecret?.reveal()
  const bare = await createBareFetch(await connectionOf(core, profile))
  try {
    const server = { issuer: tokens.origin, authorization_endpoint: '', token_endpoint: tokenEndpoint }
    const grants = await Grants.load(bare, server, { id: clientId, secret })
    const granted = await grants.refresh(refreshToken, wait.signal)
    const all = { ...granted, refreshToken: granted.refreshToken ?? refreshToken }
    if (await isKept(core, profile, all, tokens)) return given(granted)
  } catch (error) {
    const isRefused = isProfileError(error, 'sign-in-failed')
    // not renewed, and good for some more seconds
    if ((isRefused || isDhis2Error(error)) && !isRejected && leftOf(tokens) > 0) return given(tokens)
    throw isRefused ? await ended(profile, error.message, error) : error
  } finally {
    wait.end()
    await bare.close()
  }
  // outside: another sign-in, if there is one, has nothing to do with what was tried here
  const now = await readTokens(core, profile)
  if (now !== undefined && isFresh(now)) return given(now)
  throw await ended(profile, 'it was ended, or its profile changed, while it was renewed')
}

/**
 * Keeps what a renewal gave; where that fails, as long as this program goes on.
 * @returns Whether it counts: not when the sign-in was ended meanwhile; the server is told then
 */
async function isKept(core: StoreCore, profile: Profile, granted: Granted, renewed: Tokens): Promise<boolean> {
  try {
    const kept = await keepRenewed(core, profile, granted, renewed)
    if (kept?.fallback !== undefined) core.warn(kept.fallback)
    if (kept !== undefined) return true
  } catch (error) {
    if (!isProfileError(error)) throw error
    rememberTokens(core, profile, granted, renewed)
    const what = `The renewed sign-in of the profile “${profile.name}” could not be kept, and ends with this program`
    core.warn(`${what}: ${error.message} ${signInHint(profile)}`)
    return true
  }
  const signal = AbortSignal.timeout(REVOCATION)
  await revoke(core, profile, { clientId: renewed.clientId, ...granted }, signal).catch(() => undefined)
  return false
}

async function notInTime(): Promise<Dhis2Error> {
  const { Dhis2Error: Failure } = await import('@dhis2-files/client')
  const late = { code: 'timeout', retryable: true, clock: 'total' } as const
  return new Failure('The access token was not renewed in time: the server does not answer.', late)
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
export function signInHint({ name = '' }: Profile): string {
  return `Sign in: dhis2-files profile login ${isProfileName(name) ? name : shellWord(name)}.`
}
