import type { Auth, Dhis2Client, Dhis2ClientOptions } from '@dhis2-files/client'
import { connectionOf } from './connection.js'
import { ProfileError } from './errors.js'
import { readTokens } from './oauth2/keep-tokens.js'
import { accessTokenOf, signInHint } from './oauth2/renewal.js'
import type { Profile, SecretName, Secrets } from './profile.js'
import { cookieHeader } from './profile-changes.js'
import { placeOfSecret, secretsOf } from './profile-secrets.js'
import { SECRETS } from './profile-tables.js'
import { readOnly } from './read-only.js'
import { ProfileStore } from './store.js'
import type { StoreCore } from './store-core.js'

/**
 * A client of the profile's DHIS2: its sign-in, version, proxy, authorities, limits. Sends nothing. A profile that is for
 * reading only refuses every other request before it is sent.
 * @param overrides Of the client's options; `middleware` comes after what the profile needs.
 * @throws ProfileError `no-secret` · `sign-in-needed` · `keyring-failed` · `invalid-profile` · `file-failed` for a `ca` that cannot be read
 */
export async function openClient(
  store: ProfileStore,
  profile: Profile,
  overrides: Partial<Dhis2ClientOptions> = {},
): Promise<Dhis2Client> {
  const core = ProfileStore.coreOf(store)
  const { settings, version } = profile
  const { middleware = [], ...rest } = overrides
  // what only shows or changes profiles need not load it
  const { Dhis2Client: Client } = await import('@dhis2-files/client')
  const given: Dhis2ClientOptions = {
    ...(await connectionOf(core, profile)),
    auth: rest.auth ?? (await authOf(core, profile)),
    version: version?.replace('v', '2.'),
    maxFileUploadSize: settings.maxFileSize,
    ...rest,
    middleware: [...(settings.readOnly ? [readOnly(profile)] : []), ...middleware],
  }
  try {
    return new Client(given)
  } catch (error) {
    throw error instanceof TypeError ? await notUsable(core, profile, error, rest) : error
  }
}

/** What the client does not take, with where it is written. What a caller brought is the caller's: that error stays. */
async function notUsable(
  core: StoreCore,
  profile: Profile,
  error: TypeError,
  overrides: Partial<Dhis2ClientOptions>,
): Promise<Error> {
  // the client's messages begin with the option, and show no secret
  const [, option = '', member = ''] = /^(\w+)(?:\.(\w+))?/.exec(error.message) ?? []
  if (Object.hasOwn(overrides, option)) return error
  const { name, source } = profile
  const isSecret = Object.hasOwn(SECRETS, member)
  const where = isSecret ? await placeOfSecret(core, profile, member as SecretName) : PLACES[option]?.(profile)
  const whose = name === undefined ? 'What the environment says' : `The profile “${name}”`
  return new ProfileError(`${whose} cannot be used: ${error.message}`, {
    code: 'invalid-profile',
    hint: `Correct ${where ?? source.path ?? 'the variables DHIS2_…'}.`,
    profile: name,
    path: source.path,
    cause: error,
  })
}

/** Where options of the client are written in a profile. */
const PLACES: Readonly<Record<string, (profile: Profile) => string>> = {
  baseUrl: ({ source }) => (source.path === undefined ? 'DHIS2_URL' : `base_url in ${source.path}`),
  proxy: ({ source }) => `proxy in ${source.settingsPath ?? 'the environment'}`,
  ca: ({ settings, source }) => `ca in ${source.settingsPath ?? 'the environment'} (${settings.ca}), or that file`,
  connections: ({ source }) => `connections in ${source.settingsPath}`,
  maxFileUploadSize: ({ source }) => `max_file_size in ${source.settingsPath}`,
}

async function authOf(core: StoreCore, profile: Profile): Promise<Auth> {
  const secrets = await secretsOf(core, profile)
  switch (profile.auth) {
    case 'pat':
      return { token: needed(profile, secrets, 'token') }
    case 'basic': {
      const { username = '' } = profile
      if (username !== '') return { username, password: needed(profile, secrets, 'password') }
      throw missing(profile, 'username', 'invalid-profile')
    }
    case 'session':
      return { cookie: cookieHeader(needed(profile, secrets, 'cookie')), xsrfToken: secrets.xsrfToken?.reveal() }
    case 'oauth2':
      if ((await readTokens(core, profile)) === undefined) throw missing(profile, 'sign-in', 'sign-in-needed')
      return { accessToken: accessTokenOf(core, profile) }
  }
}

function needed(profile: Profile, secrets: Secrets, name: SecretName): string {
  const secret = secrets[name]?.reveal() ?? ''
  if (secret !== '') return secret
  throw missing(profile, SECRETS[name], profile.auth === 'session' ? 'sign-in-needed' : 'no-secret')
}

function missing(
  profile: Profile,
  what: string,
  code: 'no-secret' | 'sign-in-needed' | 'invalid-profile',
): ProfileError {
  const { name, source } = profile
  const hint =
    code === 'sign-in-needed'
      ? signInHint(profile)
      : 'Set it again: when a profile comes from another machine, its keyring does not come along.'
  return new ProfileError(`The profile “${name}” has no ${what}, neither in ${source.path} nor in the keyring.`, {
    code,
    hint,
    profile: name,
    path: source.path,
  })
}
