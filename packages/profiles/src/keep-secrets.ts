import type { ProfileFolder } from './folder.js'
import { reasonOf } from './keyring.js'
import type { SecretValues } from './profile.js'
import { ownChanges, secretsInFile } from './profile-changes.js'
import { OWN } from './profile-tables.js'
import type { StoreCore } from './store-core.js'
import type { Change } from './toml/change.js'
import type { KeptSecrets } from './vault.js'

/** Where new secrets are wanted. */
export type Keep = 'keyring' | 'file'

/** Where the secrets of a profile came to be, and what that changes in the files. */
export interface Kept {
  readonly place: Keep | undefined
  /** Why they are in the file although the keyring was wanted, as a sentence. */
  readonly fallback: string | undefined
  readonly settings: readonly Change[]
  readonly profile: readonly Change[]
}

/** Which secrets, of which profile, are wanted where. */
export interface KeepSecrets {
  readonly name: string
  readonly id: string
  readonly origin: string
  readonly keep: Keep
  readonly secrets: SecretValues
  /** What the keyring has for the server that the profile still leads to: it stays there for that one. */
  readonly before?: KeptSecrets | undefined
}

/** Puts secrets into the keyring, or says what the files need instead. */
export async function keepSecrets(core: StoreCore, wanted: KeepSecrets): Promise<Kept> {
  const { name, id, origin, keep, secrets, before } = wanted
  if (Object.keys(secrets).length === 0) {
    return { place: undefined, fallback: undefined, settings: [], profile: secretsInFile(name, {}) }
  }
  const reason = keep === 'keyring' ? await core.vault.keepSecrets(id, origin, secrets, before) : undefined
  if (keep === 'keyring' && reason === undefined) {
    const settings = ownChanges(name, { id, secrets: 'keyring' })
    return { place: 'keyring', fallback: undefined, settings, profile: secretsInFile(name, {}) }
  }
  const fallback = reason === undefined ? undefined : fallbackOf(reason)
  return { place: 'file', fallback, settings: [], profile: secretsInFile(name, secrets) }
}

/** Why something secret is in a file, as a sentence. */
export function fallbackOf(reason: string): string {
  return `The system keyring cannot be used (${reason}): a file has it now that only you can read (mode 0600).`
}

/**
 * Forgets what this program keeps for a profile: settings, and what is in the keyring and the token file.
 * @returns What could not be forgotten, as a sentence
 */
export async function forgetOwn(core: StoreCore, folder: ProfileFolder, name: string): Promise<string | undefined> {
  const all = folder.settings.profiles
  if (!all.has(name)) return undefined
  const { id: own, secretsInKeyring, tokens } = folder.own(name)
  // two have the same where a program died while it renamed one
  const isShared = [...all].some(([other, table]) => other !== name && table[OWN.id] === own)
  const id = isShared ? undefined : own
  const problems: string[] = []
  const failed = (reason: string): void => void problems.push(reason)
  if (id !== undefined && tokens !== undefined) await core.tokensOf(folder).forget({ id, keep: tokens }, failed)
  if (id !== undefined && secretsInKeyring) await core.vault.forget(id).catch((error) => failed(reasonOf(error)))
  await folder.settings.edit(() => [{ kind: 'remove', path: ['profiles', name] }])
  const [problem] = problems
  return problem && `The keyring still has the entry “${id}” of dhis2-files: ${problem}.`
}

/** Where the secrets of a profile are now. */
export function whereNow(folder: ProfileFolder, name: string): Keep | undefined {
  if (Object.keys(folder.secretsInFile(name)).length > 0) return 'file'
  return folder.own(name).secretsInKeyring ? 'keyring' : undefined
}
