import { ProfileError } from './errors.js'
import { MASK } from './secret.js'
import { isTable, type Table } from './toml/change.js'
import type { ProfileAuth, ProfileSettings, ProfileVersion, SecretName } from './profile.js'

/** Members of a profile that are not secret, and their keys in the file. */
export const FIELDS = {
  baseUrl: 'base_url',
  auth: 'auth',
  username: 'username',
  clientId: 'client_id',
  scope: 'scope',
  redirectUri: 'redirect_uri',
  version: 'version',
} as const

/** What is secret, and its key in the file. */
export const SECRETS: Readonly<Record<SecretName, string>> = {
  token: 'token',
  password: 'password',
  clientSecret: 'client_secret',
  cookie: 'cookie',
  xsrfToken: 'xsrf_token',
}

/** Our own settings, and their keys in the settings file. */
export const SETTINGS = {
  proxy: 'proxy',
  ca: 'ca',
  connections: 'connections',
  readOnly: 'read_only',
  maxFileSize: 'max_file_size',
} as const

const AUTHS: readonly ProfileAuth[] = ['pat', 'basic', 'oauth2', 'session']
const VERSIONS: readonly ProfileVersion[] = ['v41', 'v42', 'v43', 'v44']

/** What a profile's table says, without secrets. */
export interface ProfileFields {
  readonly baseUrl: string
  readonly auth: ProfileAuth
  readonly username?: string
  readonly clientId?: string
  readonly scope?: string
  readonly redirectUri?: string
  readonly version?: ProfileVersion
}

/**
 * Reads a profile's table, strictly where something would go to the wrong place, and leniently elsewhere.
 * @param where The table and its file, for the message.
 * @throws ProfileError `invalid-profile`
 */
export function readFields(table: Table, name: string, path: string): ProfileFields {
  const invalid = (what: string, hint: string): ProfileError =>
    new ProfileError(`The profile “${name}” in ${path} cannot be used: ${what}.`, {
      code: 'invalid-profile',
      hint,
      path,
      profile: name,
    })
  const text = (key: string): string | undefined => {
    const value = table[key]
    if (value === undefined) return undefined
    if (typeof value !== 'string') throw invalid(`its ${key} is no string`, `Put ${key} in quotes.`)
    return value
  }
  const baseUrl = text('base_url')?.trim() ?? ''
  if (baseUrl === '') throw invalid('it has no base_url', 'Add base_url = "https://…".')
  const problem = problemOfBaseUrl(baseUrl)
  if (problem !== undefined) throw invalid(`its base_url ${problem}`, 'Write it as https://dhis2.example.org/hmis.')
  const auth = text('auth') as ProfileAuth | undefined
  if (auth === undefined || !AUTHS.includes(auth)) {
    throw invalid(auth === undefined ? 'it has no auth' : 'its auth is unknown', `auth is one of ${AUTHS.join(', ')}.`)
  }
  const version = text('version') as ProfileVersion | undefined
  if (version !== undefined && !VERSIONS.includes(version)) {
    throw invalid('its version is unknown', `version is one of ${VERSIONS.join(', ')}; without it the server is asked.`)
  }
  const optional = { username: text('username'), clientId: text('client_id'), scope: text('scope') }
  const more = { redirectUri: text('redirect_uri'), version }
  return { baseUrl, auth, ...defined({ ...optional, ...more }) }
}

/** Why this cannot be the root of a DHIS2; never shows a password in it. */
export function problemOfBaseUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is no URL'
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'begins neither with http:// nor with https://'
  if (url.username !== '' || url.password !== '') return 'holds a user name or password, which belong elsewhere'
  return undefined
}

/** The settings of a profile, and the proxy as it is, with its password. */
export interface ReadSettings {
  readonly settings: ProfileSettings
  readonly proxy: string | false | undefined
  /** What the profile is called in the keyring and the token file. */
  readonly id: string | undefined
  /** Whether its secrets are in the keyring. */
  readonly secretsInKeyring: boolean
  /** Where its OAuth2 tokens are. */
  readonly tokens: 'keyring' | 'file' | undefined
}

/** Keys of the settings file that this program writes for itself. */
export const OWN = { id: 'id', secrets: 'secrets', tokens: 'tokens' } as const

/** @throws ProfileError `invalid-file` */
export function readSettings(table: Table, name: string, path: string): ReadSettings {
  const invalid = (key: string, expected: string): ProfileError =>
    new ProfileError(`${key} of the profile “${name}” in ${path} must be ${expected}.`, {
      code: 'invalid-file',
      path,
      profile: name,
    })
  const proxy = table['proxy']
  if (proxy !== undefined && proxy !== false && !(typeof proxy === 'string' && isHttpUrl(proxy))) {
    throw invalid('proxy', 'a URL such as "http://host:3128", or false')
  }
  const ca = table['ca']
  if (ca !== undefined && (typeof ca !== 'string' || ca === '')) throw invalid('ca', 'the path of a PEM file')
  const readOnly = table['read_only']
  if (readOnly !== undefined && typeof readOnly !== 'boolean') throw invalid('read_only', 'true or false')
  const count = (key: string): number | undefined => {
    const value = table[key]
    if (value === undefined) return undefined
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
      throw invalid(key, 'a whole number from 1')
    return value
  }
  const id = table[OWN.id]
  if (id !== undefined && (typeof id !== 'string' || id === '')) throw invalid(OWN.id, 'as this program wrote it')
  const { secrets, tokens } = table
  if (secrets !== undefined && secrets !== 'keyring') throw invalid(OWN.secrets, '"keyring", or left out')
  if (tokens !== undefined && tokens !== 'keyring' && tokens !== 'file') {
    throw invalid(OWN.tokens, '"keyring" or "file", or left out')
  }
  const given = { proxy: shownProxy(proxy), ca }
  const counts = { connections: count('connections'), maxFileSize: count('max_file_size') }
  const settings = { readOnly: readOnly ?? false, ...defined({ ...given, ...counts }) }
  return { settings, proxy, id, secretsInKeyring: secrets === 'keyring', tokens }
}

/** One that was only shown has lost its password. */
function isHttpUrl(text: string): boolean {
  return !text.includes(MASK) && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

/** Keys of a settings file that nobody knows: mistyped, they would be silently without effect. */
export function unknownKeys(content: Table): readonly string[] {
  const known = new Set<string>([...Object.values(SETTINGS), ...Object.values(OWN)])
  const { profiles, ...others } = content
  const below = isTable(profiles) ? Object.entries(profiles) : []
  const inProfiles = below.flatMap(([name, table]) =>
    (isTable(table) ? Object.keys(table) : []).filter((key) => !known.has(key)).map((key) => `profiles.${name}.${key}`),
  )
  return [...Object.keys(others), ...inProfiles]
}

/** A proxy without its password. */
function shownProxy(proxy: string | false | undefined): string | false | undefined {
  if (typeof proxy !== 'string') return proxy
  const url = new URL(proxy)
  if (url.password === '') return proxy
  url.password = '***'
  return url.href.replace(':***@', `:${MASK}@`)
}

/** A secret without the blanks and line ends that come with copying; a password as it is, because they may belong to it. */
export function cleanSecret(name: SecretName | 'username', value: string): string {
  return name === 'password' ? value : value.trim()
}

/** The secrets that a profile's table holds. */
export function readSecrets(table: Table): { [K in SecretName]?: string } {
  const found: { [K in SecretName]?: string } = {}
  for (const [name, key] of Object.entries(SECRETS) as [SecretName, string][]) {
    const value = table[key]
    const clean = typeof value === 'string' ? cleanSecret(name, value) : ''
    if (clean !== '') found[name] = clean
  }
  return found
}

/** The members that are not `undefined`. */
export function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
}
