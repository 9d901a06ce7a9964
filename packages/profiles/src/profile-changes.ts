import { ProfileError } from './errors.js'
import type { NewProfile, ProfileChanges, SecretName, SecretValues } from './profile.js'
import { cleanSecret, FIELDS, OWN, readFields, readSettings, SECRETS, SETTINGS } from './profile-tables.js'
import type { Change, Scalar, Table } from './toml/change.js'

type Values = Readonly<Record<string, Scalar | null | undefined>>

/** Changes of keys of one profile: a value sets, `null` removes, `undefined` leaves. */
function changesOf(name: string, keys: Readonly<Record<string, string>>, values: Values): readonly Change[] {
  return Object.entries(keys).flatMap(([member, key]): Change[] => {
    const value = values[member]
    const path = ['profiles', name, key]
    if (value === undefined) return []
    return [value === null ? { kind: 'remove', path } : { kind: 'set', path, value }]
  })
}

/** The members of a profile that are not secret. */
export function fieldChanges(name: string, fields: Omit<ProfileChanges, 'settings' | 'secrets'>): readonly Change[] {
  return changesOf(name, FIELDS, { ...fields, baseUrl: fields.baseUrl?.trim() })
}

/** These secrets in the profile file, and no others. */
export function secretsInFile(name: string, secrets: SecretValues): readonly Change[] {
  const none = { token: null, password: null, clientSecret: null, cookie: null, xsrfToken: null }
  return changesOf(name, SECRETS, { ...none, ...secrets })
}

/** Settings of a profile in the settings file. */
export function settingChanges(name: string, settings: ProfileChanges['settings'] = {}): readonly Change[] {
  return changesOf(name, SETTINGS, settings)
}

/** What this program writes for itself in the settings file. */
export function ownChanges(
  name: string,
  own: {
    readonly id?: string | null
    readonly secrets?: 'keyring' | null
    readonly tokens?: 'keyring' | 'file' | null
  },
): readonly Change[] {
  return changesOf(name, OWN, own)
}

/** The default of a profile file. */
export function defaultChange(name: string | undefined): Change {
  return name === undefined ? { kind: 'remove', path: ['default'] } : { kind: 'set', path: ['default'], value: name }
}

/**
 * A profile as it is going to be written: checked as it will be when it is read.
 * @throws ProfileError `invalid-profile` · `invalid-file`
 */
export function checkProfile(profile: Omit<NewProfile, 'secrets' | 'settings'>, path: string): void {
  readFields(tableOf(FIELDS, { ...profile }), profile.name, path)
  if (profile.auth === 'basic' && profile.username?.includes(':')) {
    throw unusable(profile.name, 'a user name must not hold a colon: Basic has no way to send it')
  }
  if (profile.redirectUri !== undefined && !URL.canParse(profile.redirectUri)) {
    throw unusable(profile.name, 'its redirect_uri is no URL')
  }
}

/** @throws ProfileError `invalid-file` for settings that could not be read back */
export function checkSettings(name: string, settings: NewProfile['settings'] & object, path: string): void {
  readSettings(tableOf(SETTINGS, { ...settings }), name, path)
}

/**
 * Secrets as they are kept: without the blanks and line ends that come with copying, but for passwords; a bare session id as a cookie.
 * @throws ProfileError `invalid-profile` for what no header could carry. Its message shows nothing of it.
 */
export function checkSecrets<T extends { readonly [K in SecretName]?: string | null | undefined }>(
  name: string,
  secrets: T,
): T {
  const checked: Record<string, string | null> = {}
  for (const [member, value] of Object.entries(secrets) as [SecretName, string | null | undefined][]) {
    if (value === undefined) continue
    if (value === null) checked[member] = null
    else checked[member] = checkSecret(name, member, cleanSecret(member, value))
  }
  return checked as T
}

function checkSecret(name: string, member: SecretName, value: string): string {
  const key = SECRETS[member]
  if (value === '') throw unusable(name, `its ${key} is empty`)
  if ((member === 'token' || member === 'xsrfToken') && /[^\x21-\x7e]/.test(value)) {
    throw unusable(name, `its ${key} has characters that none has: blanks, line ends or letters beyond ASCII`)
  }
  if (member !== 'cookie') return value
  if (/[^\x20-\x7e]/.test(value)) throw unusable(name, `its ${key} has characters that no cookie has`)
  return cookieHeader(value)
}

/** The value of a Cookie header: a bare session id gets its name. */
export function cookieHeader(cookie: string): string {
  return /^[^=;\s]+=[^=]/.test(cookie) ? cookie : `JSESSIONID=${cookie}`
}

/** Secrets without those that are to be forgotten. */
export function presentSecrets(secrets: { readonly [K in SecretName]?: string | null | undefined }): SecretValues {
  return Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== null && value !== undefined))
}

function tableOf(keys: Readonly<Record<string, string>>, values: Readonly<Record<string, unknown>>): Table {
  const pairs = Object.entries(keys).map(([member, key]) => [key, values[member]] as const)
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined && value !== null))
}

function unusable(name: string, what: string): ProfileError {
  return new ProfileError(`The profile “${name}” cannot be kept: ${what}.`, { code: 'invalid-profile', profile: name })
}
