import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Auth, Dhis2Client, type Dhis2ClientOptions } from '@dhis2-files/client'
import { ProfileError } from './errors.js'
import type { Profile, SecretName } from './profile.js'
import { readOnly } from './read-only.js'
import type { Secret } from './secret.js'
import type { ProfileStore } from './store.js'

/**
 * A client of the profile's DHIS2: its sign-in, version, proxy, authorities, limits. Sends nothing.
 * @param overrides Of the client's options; `middleware` is added to what the profile needs.
 * @throws ProfileError `no-secret` · `sign-in-needed` · `file-failed` for a `ca` that cannot be read
 */
export async function openClient(
  store: ProfileStore,
  profile: Profile,
  overrides: Partial<Dhis2ClientOptions> = {},
): Promise<Dhis2Client> {
  const { settings, version } = profile
  const { middleware = [], ...rest } = overrides
  return new Dhis2Client({
    baseUrl: profile.baseUrl,
    auth: rest.auth ?? (await authOf(store, profile)),
    version: version?.replace(/^v/, '2.'),
    proxy: settings.proxy,
    ca: settings.ca === undefined ? undefined : await certificates(settings.ca, profile),
    connections: settings.connections,
    maxFileUploadSize: settings.maxFileSize,
    ...rest,
    middleware: [...(settings.readOnly ? [readOnly(profile)] : []), ...middleware],
  })
}

async function authOf(store: ProfileStore, profile: Profile): Promise<Auth> {
  const secrets = await store.secrets(profile)
  const need = (name: SecretName): string => {
    const secret: Secret | undefined = secrets[name]
    if (secret !== undefined) return secret.reveal()
    throw new ProfileError(`The profile “${profile.name}” has no ${name}.`, { code: 'no-secret' })
  }
  switch (profile.auth) {
    case 'pat':
      return { token: need('token') }
    case 'basic':
      return { username: profile.username ?? '', password: need('password') }
    case 'session':
      return { cookie: need('cookie'), xsrfToken: secrets.xsrfToken?.reveal() }
    case 'oauth2':
      throw new ProfileError('OAuth2 is not built yet.', { code: 'sign-in-needed' })
  }
}

async function certificates(ca: string, profile: Profile): Promise<string> {
  const path = resolve(dirname(profile.source.settingsPath ?? ''), ca)
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const reason = (cause as Error).message
    throw new ProfileError(`Cannot read the authorities of the profile “${profile.name}”: ${reason}.`, {
      code: 'file-failed',
      path,
      cause,
    })
  }
}
