import { ProfileError } from './errors.js'
import type { ProfileFolder } from './folder.js'
import { forgetOwn, type Keep, type Kept, keepSecrets, whereNow } from './keep-secrets.js'
import { reasonOf } from './keyring.js'
import { withRenewalTurn } from './oauth2/renewal-turn.js'
import {
  checkProfileName,
  type NewProfile,
  type Profile,
  type ProfileChanges,
  type SavedProfile,
  type SecretValues,
} from './profile.js'
import {
  checkProfile,
  checkSecrets,
  checkSettings,
  defaultChange,
  fieldChanges,
  ownChanges,
  presentSecrets,
  settingChanges,
} from './profile-changes.js'
import { defined } from './profile-tables.js'
import type { StoreCore } from './store-core.js'
import type { Change } from './toml/change.js'
import { newId, originOf } from './vault.js'

/** What removing a profile did. */
export interface RemovedProfile {
  /** The profile as it was. */
  readonly profile: Profile
  /** The file it was in. */
  readonly path: string
  /** Whether it was the default of that file, which has none now. */
  readonly wasDefault: boolean
  /** What could not be removed, as a sentence to print: an entry of a keyring that does not answer. */
  readonly leftBehind: string | undefined
}

/*
 * The order of the steps: what is secret is in its new place before it leaves the old one, and settings come before the profile
 * that they are of. A program that dies between two steps leaves something too much, never too little.
 */

/** How a new profile is kept. */
export interface AddOptions {
  readonly keep?: Keep | undefined
  readonly makeDefault?: boolean | undefined
}

/** Adds a profile to a folder. */
export async function addProfile(
  core: StoreCore,
  folder: ProfileFolder,
  given: NewProfile,
  { keep = 'keyring', makeDefault = false }: AddOptions,
): Promise<SavedProfile> {
  const { name, settings = {}, secrets: givenSecrets = {}, ...fields } = given
  checkProfileName(name)
  checkProfile({ ...fields, name }, folder.profiles.path)
  checkSettings(name, settings, folder.settings.path)
  const secrets = presentSecrets(checkSecrets(name, givenSecrets))
  return folder.locked(async () => {
    ensureFree(folder, name)
    await forgetOwn(core, folder, name)
    const kept = await keepSecrets(core, { name, id: newId(name), origin: originOf(given.baseUrl), keep, secrets })
    // false is what holds without it
    const readOnly = settings.readOnly === true ? true : undefined
    await folder.settings.edit(() => [...settingChanges(name, { ...settings, readOnly }), ...kept.settings])
    await folder.profiles.edit(() => {
      ensureFree(folder, name)
      const asDefault = makeDefault ? [defaultChange(name)] : []
      return [...fieldChanges(name, fields), ...kept.profile, ...asDefault]
    })
    return saved(folder, name, kept)
  })
}

/** Changes members, settings and secrets of a profile. */
export async function updateProfile(
  core: StoreCore,
  profile: Profile,
  changes: ProfileChanges,
  options: { readonly keep?: Keep | undefined },
): Promise<SavedProfile> {
  const { folder, name } = core.placeOf(profile)
  const { settings = {}, secrets: givenSecrets = {}, ...fields } = changes
  const secrets = checkSecrets(name, givenSecrets)
  return folder.locked(async () => {
    const now = folder.profile(name, profile.source.chosenBy)
    const next = { ...now, ...defined(fields), name }
    checkProfile(withoutNull(next), folder.profiles.path)
    checkSettings(name, withoutNull(settings), folder.settings.path)
    const own = folder.own(name)
    const id = own.id ?? newId(name)
    const origins = { before: originOf(now.baseUrl), after: originOf(next.baseUrl ?? now.baseUrl) }
    const isMoved = own.secretsInKeyring && origins.before !== origins.after
    let kept: Kept | undefined
    let moved: SecretValues | undefined
    if (Object.keys(secrets).length > 0 || options.keep !== undefined || isMoved) {
      const inFile = folder.secretsInFile(name)
      const given = presentSecrets(secrets)
      const inKeyring = own.secretsInKeyring ? await secretsInKeyring(core, id, origins.before, given) : {}
      const all = presentSecrets({ ...inKeyring, ...inFile, ...secrets })
      const keep = options.keep ?? whereNow(folder, name) ?? 'keyring'
      // until the file says the new base URL the old one must find its own
      const before = isMoved ? { origin: origins.before, secrets: inKeyring } : undefined
      kept = await keepSecrets(core, { name, id, origin: origins.after, keep, secrets: all, before })
      if (isMoved && kept.place === 'keyring') moved = all
    }
    await folder.settings.edit(() => [...settingChanges(name, settings), ...(kept?.settings ?? [])])
    await folder.profiles.edit(() => {
      ensureThere(folder, name)
      return [...fieldChanges(name, fields), ...(kept?.profile ?? [])]
    })
    if (moved !== undefined) {
      const reason = await core.vault.keepSecrets(id, origins.after, moved)
      if (reason !== undefined) core.warn(`The keyring still has the secrets for ${origins.before} too: ${reason}.`)
    }
    if (kept !== undefined && kept.place !== 'keyring' && own.secretsInKeyring) {
      await core.vault.forget(id).catch((error) => core.warn(`The keyring still has an old entry: ${reasonOf(error)}.`))
      await folder.settings.edit(() => ownChanges(name, { secrets: null }))
    }
    return saved(folder, name, kept, profile.source.chosenBy)
  })
}

/** Removes a profile with its settings, secrets and tokens. */
export async function removeProfile(core: StoreCore, profile: Profile): Promise<RemovedProfile> {
  const { folder, name } = core.placeOf(profile)
  return whileNobodyRenews(core, profile, async () => {
    ensureThere(folder, name)
    const wasDefault = folder.defaultName === name
    const remove: Change = { kind: 'remove', path: ['profiles', name] }
    await folder.profiles.edit(() => [remove, ...(wasDefault ? [defaultChange(undefined)] : [])])
    const leftBehind = await forgetOwn(core, folder, name)
    return { profile, path: folder.profiles.path, wasDefault, leftBehind }
  })
}

/** Gives a profile another name. While it still has the old one, its settings are there under both. */
export async function renameProfile(core: StoreCore, profile: Profile, to: string): Promise<SavedProfile> {
  const { folder, name } = core.placeOf(profile)
  checkProfileName(to)
  return whileNobodyRenews(core, profile, async () => {
    ensureThere(folder, name)
    ensureFree(folder, to)
    await forgetOwn(core, folder, to)
    const settings = folder.settings.profiles.get(name)
    const copies = Object.entries(settings ?? {}).flatMap(([key, value]): Change[] => {
      const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      return isScalar ? [{ kind: 'set', path: ['profiles', to, key], value }] : []
    })
    await folder.settings.edit(() => copies)
    await folder.profiles.edit(() => {
      ensureThere(folder, name)
      ensureFree(folder, to)
      const rename: Change = { kind: 'rename', path: ['profiles', name], to }
      return [rename, ...(folder.defaultName === name ? [defaultChange(to)] : [])]
    })
    if (settings !== undefined) {
      // the copy goes, and what was written by hand keeps its place and its comments
      await folder.settings.edit(() => [
        { kind: 'remove', path: ['profiles', to] },
        { kind: 'rename', path: ['profiles', name], to },
      ])
    }
    return saved(folder, to, undefined, profile.source.chosenBy)
  })
}

/** Says which profile a file calls default. */
export async function changeDefault(folder: ProfileFolder, name: string | undefined): Promise<void> {
  await folder.locked(() => folder.profiles.edit(() => [defaultChange(name)]))
}

/** What the keyring has, so that it is not lost. Where it does not answer, the secrets that are given come in place of all. */
async function secretsInKeyring(
  core: StoreCore,
  id: string,
  origin: string,
  given: SecretValues,
): Promise<SecretValues> {
  try {
    return await core.vault.secrets(id, origin)
  } catch (error) {
    if (Object.keys(given).length > 0) return {}
    throw error
  }
}

/** Under the lock of the folder, and where there are tokens also that of who renews them: they would come back. */
async function whileNobodyRenews<T>(core: StoreCore, profile: Profile, work: () => Promise<T>): Promise<T> {
  const { folder, name } = core.placeOf(profile)
  const locked = (): Promise<T> => folder.locked(work)
  if (profile.auth !== 'oauth2' && folder.own(name).tokens === undefined) return locked()
  return withRenewalTurn(core, profile, locked)
}

function saved(folder: ProfileFolder, name: string, kept: Kept | undefined, chosenBy = '--profile'): SavedProfile {
  const place = kept === undefined ? whereNow(folder, name) : kept.place
  return { profile: folder.profile(name, chosenBy), path: folder.profiles.path, place, fallback: kept?.fallback }
}

function ensureFree(folder: ProfileFolder, name: string): void {
  if (!folder.profiles.profiles.has(name)) return
  const { path } = folder.profiles
  throw new ProfileError(`There is a profile “${name}” in ${path} already.`, {
    code: 'already-exists',
    path,
    profile: name,
    hint: 'Choose another name, or change that profile.',
  })
}

function ensureThere(folder: ProfileFolder, name: string): void {
  if (folder.profiles.profiles.has(name)) return
  const { path } = folder.profiles
  throw new ProfileError(`There is no profile “${name}” in ${path}.`, { code: 'unknown-profile', path, profile: name })
}

function withoutNull<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], null> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)) as never
}
