import { ProfileError } from './errors.js'
import type { Environment } from './locate.js'
import type { Profile, ProfileVersion, SecretName, Secrets } from './profile.js'
import { problemOfBaseUrl } from './profile-tables.js'
import { Secret } from './secret.js'

const VARIABLES: Readonly<Partial<Record<SecretName, string>>> = {
  token: 'DHIS2_PAT',
  password: 'DHIS2_PASSWORD',
  cookie: 'DHIS2_SESSION_COOKIE',
  xsrfToken: 'DHIS2_SESSION_XSRF',
}

/** Which secrets each way to sign in takes from the environment. */
const TAKES: Readonly<Record<Profile['auth'], readonly SecretName[]>> = {
  pat: ['token'],
  basic: ['password'],
  session: ['cookie', 'xsrfToken'],
  oauth2: [],
}

/**
 * The profile that the environment describes: DHIS2_URL with DHIS2_PAT, else DHIS2_USERNAME and DHIS2_PASSWORD, else
 * DHIS2_SESSION_COOKIE. `undefined` without DHIS2_URL; with it alone too, which is warned of.
 * @throws ProfileError `invalid-profile` for a DHIS2_URL that cannot be one
 */
export function environmentProfile(env: Environment, warn: (message: string) => void): Profile | undefined {
  const baseUrl = (env['DHIS2_URL'] ?? '').trim()
  if (baseUrl === '') return undefined
  const username = env['DHIS2_USERNAME'] || undefined
  const auth = authOf(env)
  if (auth === undefined) {
    warn(
      'DHIS2_URL is not used: nothing says who signs in there. Set DHIS2_PAT, or DHIS2_USERNAME and DHIS2_PASSWORD, or DHIS2_SESSION_COOKIE.',
    )
    return undefined
  }
  const problem = problemOfBaseUrl(baseUrl)
  if (problem !== undefined) {
    throw new ProfileError(`DHIS2_URL ${problem}.`, {
      code: 'invalid-profile',
      hint: 'Write it as https://dhis2.example.org/hmis.',
    })
  }
  const version = versionOf(env['DHIS2_VERSION'] ?? '', warn)
  return {
    name: undefined,
    baseUrl,
    auth,
    ...(auth === 'basic' && { username }),
    ...(version !== undefined && { version }),
    settings: { readOnly: false },
    source: { kind: 'environment', chosenBy: 'DHIS2_URL' },
  }
}

function authOf(env: Environment): Profile['auth'] | undefined {
  if (env['DHIS2_PAT']) return 'pat'
  if (env['DHIS2_USERNAME'] && env['DHIS2_PASSWORD']) return 'basic'
  if (env['DHIS2_SESSION_COOKIE']) return 'session'
  return undefined
}

function versionOf(text: string, warn: (message: string) => void): ProfileVersion | undefined {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === '') return undefined
  const match = /^(?:v|2\.)?(4[1-4])$/.exec(trimmed)
  if (match === null) {
    warn('DHIS2_VERSION is not used: it is one of 41, 42, 43 and 44. The server is asked instead.')
    return undefined
  }
  return `v${match[1]}` as ProfileVersion
}

/** The secrets of the profile that the environment describes. */
export function environmentSecrets(env: Environment, profile: Pick<Profile, 'auth'>): Secrets {
  const found: { [K in SecretName]?: Secret } = {}
  for (const name of TAKES[profile.auth]) {
    const value = env[VARIABLES[name] ?? '']
    if (value) found[name] = new Secret(value)
  }
  return found
}
