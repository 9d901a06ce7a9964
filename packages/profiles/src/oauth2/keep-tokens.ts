import { fallbackOf, type Keep, whereNow } from '../keep-secrets.js'
import { isProfileError } from '../errors.js'
import { reasonOf } from '../keyring.js'
import type { Profile } from '../profile.js'
import { ownChanges } from '../profile-changes.js'
import type { StoreCore } from '../store-core.js'
import type { Tokens } from '../tokens.js'
import { newId, originOf } from '../vault.js'
import type { Granted } from './grants.js'

/** Where tokens are, and why not where they were wanted. */
export interface KeptTokens {
  readonly place: Keep
  readonly fallback: string | undefined
}

/** Tokens of a renewal that nothing could keep: this program alone has them. */
export interface UnkeptTokens {
  /** What it replaced in the store. When something else is there, that counts. */
  readonly replaced: number
  readonly id: string
  readonly tokens: Tokens
}

/** How new tokens are kept. */
export interface KeepTokens {
  readonly tokenEndpoint: string
  readonly clientId: string
  readonly keep?: Keep | undefined
}

/** The tokens of a profile as they are kept now, by whichever program. @throws ProfileError `keyring-failed` · `invalid-file` */
export async function readTokens(core: StoreCore, profile: Profile): Promise<Tokens | undefined> {
  const { folder, name } = core.placeOf(profile)
  await folder.settings.load()
  const { id, tokens } = folder.own(name)
  if (id === undefined || tokens === undefined) return undefined
  const found = core.unkept.get(keyOf(core, profile))
  const origin = originOf(profile.baseUrl)
  const unkept = found?.id === id && found.tokens.origin === origin ? found : undefined
  try {
    const kept = await core.tokensOf(folder).read({ id, origin, keep: tokens })
    return unkept !== undefined && unkept.replaced === kept?.generation ? unkept.tokens : kept
  } catch (error) {
    if (unkept !== undefined && isProfileError(error, 'keyring-failed')) return unkept.tokens
    throw error
  }
}

/** Keeps the tokens of a renewal for as long as this program goes on. */
export function rememberTokens(core: StoreCore, profile: Profile, granted: Granted, renewed: Tokens): void {
  const { folder, name } = core.placeOf(profile)
  const { id } = folder.own(name)
  if (id === undefined) return
  const key = keyOf(core, profile)
  const before = core.unkept.get(key)
  const isAgain = before?.id === id && before.tokens.generation === renewed.generation
  const replaced = isAgain ? before.replaced : renewed.generation
  const obtained = Date.now()
  const tokens = { ...renewed, ...granted, obtained, generation: Math.max(obtained, renewed.generation + 1) }
  core.unkept.set(key, { id, replaced, tokens })
}

/** Keeps the tokens of a sign-in in place of all others of the profile. */
export function keepTokens(
  core: StoreCore,
  profile: Profile,
  granted: Granted,
  given: KeepTokens,
): Promise<KeptTokens> {
  return core.placeOf(profile).folder.locked(async () => {
    const before = await readTokens(core, profile).catch(() => undefined)
    return write(core, profile, granted, { ...given, before })
  })
}

/**
 * Keeps the tokens of a renewal in place of those that it was made from.
 * @returns `undefined` when these are there no more: ended, made anew, moved, or removed with their profile. Nothing is kept then
 */
export function keepRenewed(
  core: StoreCore,
  profile: Profile,
  granted: Granted,
  renewed: Tokens,
): Promise<KeptTokens | undefined> {
  const { clientId, tokenEndpoint } = renewed
  return core.placeOf(profile).folder.locked(async () => {
    if (!(await isStill(core, profile, renewed))) return undefined
    return write(core, profile, granted, { clientId, tokenEndpoint, before: renewed })
  })
}

async function write(
  core: StoreCore,
  profile: Profile,
  granted: Granted,
  given: KeepTokens & { readonly before: Tokens | undefined },
): Promise<KeptTokens> {
  const { folder, name } = core.placeOf(profile)
  const own = folder.own(name)
  const id = own.id ?? newId(name)
  const origin = originOf(profile.baseUrl)
  const { tokenEndpoint, clientId, before, keep = own.tokens ?? whereNow(folder, name) ?? 'keyring' } = given
  const store = core.tokensOf(folder)
  const obtained = Date.now()
  const generation = Math.max(obtained, (before?.generation ?? 0) + 1)
  const tokens: Tokens = { origin, clientId, tokenEndpoint, ...granted, obtained, generation }
  // first where they will be looked for: in a place that is both
  await folder.settings.edit(() => ownChanges(name, { id, tokens: own.tokens === 'keyring' ? 'keyring' : keep }))
  const { place, reason } = await store.write({ id, origin, keep }, tokens)
  core.unkept.delete(keyOf(core, profile))
  await folder.settings.edit(() => ownChanges(name, { tokens: place }))
  if (place === 'file' && own.tokens === 'keyring') {
    await store.forgetInKeyring(id).catch((error) => core.warn(`The keyring still has old tokens: ${reasonOf(error)}.`))
  }
  return { place, fallback: reason === undefined ? undefined : fallbackOf(reason) }
}

/** Whether a profile is there as it was, with these tokens. A keyring that does not answer is no reason to say no. */
async function isStill(core: StoreCore, profile: Profile, tokens: Tokens): Promise<boolean> {
  const { folder, name } = core.placeOf(profile)
  if (!folder.profiles.profiles.has(name)) return false
  const now = folder.profile(name, profile.source.chosenBy)
  const own = folder.own(name)
  if (originOf(now.baseUrl) !== tokens.origin || own.id === undefined || own.tokens === undefined) return false
  const { id, tokens: keep } = own
  const store = core.tokensOf(folder)
  try {
    const kept = await store.read({ id, origin: tokens.origin, keep })
    const unkept = core.unkept.get(keyOf(core, profile))
    const from = unkept?.tokens.generation === tokens.generation ? unkept.replaced : tokens.generation
    return kept?.generation === from
  } catch (error) {
    if (isProfileError(error, 'keyring-failed')) return true
    throw error
  }
}

/** Under what a store has the tokens of a profile that nothing could keep. */
export function keyOf(core: StoreCore, profile: Profile): string {
  const { folder, name } = core.placeOf(profile)
  return `${folder.settings.path}\n${name}`
}
