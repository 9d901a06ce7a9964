import { fallbackOf, type Keep, whereNow } from '../keep-secrets.js'
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

/** The tokens of a profile as they are kept now, by whichever program. @throws ProfileError `keyring-failed` · `invalid-file` */
export async function readTokens(core: StoreCore, profile: Profile): Promise<Tokens | undefined> {
  const { folder, name } = core.placeOf(profile)
  await folder.settings.load()
  const { id, tokens } = folder.own(name)
  if (id === undefined || tokens === undefined) return undefined
  return core.tokensOf(folder).read({ id, origin: originOf(profile.baseUrl), keep: tokens })
}

/** Keeps new tokens in place of all others of the profile. */
export async function keepTokens(
  core: StoreCore,
  profile: Profile,
  granted: Granted,
  given: { readonly tokenEndpoint: string; readonly clientId: string; readonly keep?: Keep | undefined },
): Promise<KeptTokens> {
  const { folder, name } = core.placeOf(profile)
  return folder.locked(async () => {
    const own = folder.own(name)
    const id = own.id ?? newId(name)
    const origin = originOf(profile.baseUrl)
    const keep = given.keep ?? own.tokens ?? whereNow(folder, name) ?? 'keyring'
    const store = core.tokensOf(folder)
    const before = await readTokens(core, profile).catch(() => undefined)
    const obtained = Date.now()
    const generation = Math.max(obtained, (before?.generation ?? 0) + 1)
    const { tokenEndpoint, clientId } = given
    const tokens: Tokens = { origin, clientId, tokenEndpoint, ...granted, obtained, generation }
    // first where they will be looked for: in a place that is both
    await folder.settings.edit(() => ownChanges(name, { id, tokens: own.tokens === 'keyring' ? 'keyring' : keep }))
    const { place, reason } = await store.write({ id, origin, keep }, tokens)
    await folder.settings.edit(() => ownChanges(name, { tokens: place }))
    if (place === 'file' && own.tokens === 'keyring') {
      await store
        .forgetInKeyring(id)
        .catch((error) => core.warn(`The keyring still has old tokens: ${reasonOf(error)}.`))
    }
    return { place, fallback: reason === undefined ? undefined : fallbackOf(reason) }
  })
}
