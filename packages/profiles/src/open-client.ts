import type { Auth, Dhis2Client, Dhis2ClientOptions } from '@dhis2-files/client'
import { connectionOf } from './connection.js'
import { ProfileError } from './errors.js'
import { readTokens } from './oauth2/keep-tokens.js'
import { accessTokenOf, signInHint } from './oauth2/renewal.js'
import type { Profile, SecretName, Secrets } from './profile.js'
import { cookieHeader } from './profile-changes.js'
import { secretsOf } from './profile-secrets.js'
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
  return new Client({
    ...(await connectionOf(core, profile)),
    auth: rest.auth ?? (await authOf(core, profile)),
    version: version?.replace('v', '2.'),
    maxFileUploadSize: settings.maxFileSize,
    ...rest,
    middleware: [...(settings.readOnly ? [readOnly(profile)] : []), ...middleware],
  })
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
