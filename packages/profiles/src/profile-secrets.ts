import { environmentSecrets, VARIABLES } from './environment.js'
import { reasonOf } from './keyring.js'
import type { Profile, SecretName, SecretPlace, Secrets, ShownProfile, ShownSecret } from './profile.js'
import { SECRETS } from './profile-tables.js'
import { MASK, Secret } from './secret.js'
import type { StoreCore } from './store-core.js'
import { originOf } from './vault.js'

/** The secrets of a profile by the place that they are in. */
type Placed = { readonly [P in SecretPlace]: Secrets }

/**
 * What is secret of a profile. What stands in the file goes before what is in the keyring: a person wrote it there later.
 * @throws ProfileError `keyring-failed` · `no-secret` when what is kept is for another server
 */
export async function secretsOf(core: StoreCore, profile: Profile): Promise<Secrets> {
  const { environment, keyring, file } = await placed(core, profile)
  return { ...environment, ...keyring, ...file }
}

/** Where a secret of a profile comes from, for a person who is to correct it. */
export async function placeOfSecret(core: StoreCore, profile: Profile, name: SecretName): Promise<string> {
  const { environment, file } = await placed(core, profile)
  if (environment[name] !== undefined) {
    return VARIABLES[profile.auth].find(([, of]) => of === name)?.[0] ?? 'the environment'
  }
  if (file[name] !== undefined) return `${SECRETS[name]} in ${profile.source.path}`
  return `${SECRETS[name]} of the profile, which is in the system keyring`
}

/** A profile with what is known of its secrets, masked. */
export async function showProfile(core: StoreCore, profile: Profile): Promise<ShownProfile> {
  const problems: string[] = []
  const known = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      problems.push(reasonOf(error))
      return undefined
    }
  }
  const shown = (name: ShownSecret['name'], place: SecretPlace, path?: string): ShownSecret => {
    return { name, place, path, value: MASK }
  }
  const { environment, keyring, file } = (await known(() => placed(core, profile))) ?? inFileOnly(core, profile)
  const names = (of: Secrets): SecretName[] => Object.keys(of) as SecretName[]
  const secrets = [
    ...names(environment).map((name) => shown(name, 'environment')),
    ...names(file).map((name) => shown(name, 'file', profile.source.path)),
    ...names(keyring)
      .filter((name) => !(name in file))
      .map((name) => shown(name, 'keyring')),
  ]
  if (profile.auth === 'oauth2' && profile.source.kind !== 'environment') {
    const { folder, name } = core.placeOf(profile)
    const { id, tokens } = folder.own(name)
    const place = id && tokens && { id, origin: originOf(profile.baseUrl), keep: tokens }
    const found = place && (await known(() => core.tokensOf(folder).find(place)))
    if (found) secrets.push(shown('tokens', found.place, found.place === 'file' ? folder.tokensPath : undefined))
  }
  return { profile, secrets, problems }
}

async function placed(core: StoreCore, profile: Profile): Promise<Placed> {
  if (profile.source.kind === 'environment') {
    return { environment: environmentSecrets(core.env, profile), keyring: {}, file: {} }
  }
  const { folder, name } = core.placeOf(profile)
  const { id, secretsInKeyring } = folder.own(name)
  const isInKeyring = id !== undefined && secretsInKeyring
  const kept = isInKeyring ? await core.vault.secrets(id, originOf(profile.baseUrl)) : {}
  return { ...inFileOnly(core, profile), keyring: wrapped(kept) }
}

function inFileOnly(core: StoreCore, profile: Profile): Placed {
  const { folder, name } = core.placeOf(profile)
  return { environment: {}, keyring: {}, file: wrapped(folder.secretsInFile(name)) }
}

function wrapped(values: { readonly [K in SecretName]?: string | undefined }): Secrets {
  const pairs = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, new Secret(value)] as const],
  )
  return Object.fromEntries(pairs)
}
