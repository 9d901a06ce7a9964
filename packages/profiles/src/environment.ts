import { ProfileError } from './errors.js'
import type { Environment } from './locate.js'
import type { Profile, ProfileAuth, ProfileVersion, SecretName, Secrets } from './profile.js'
import { cleanSecret, problemOfBaseUrl } from './profile-tables.js'
import { Secret } from './secret.js'

/** Which variable says what for each way to sign in, the ways in the order in which they win. */
export const VARIABLES: Readonly<
  Record<ProfileAuth, readonly (readonly [name: string, of: SecretName | 'username'])[]>
> = {
  pat: [['DHIS2_PAT', 'token']],
  basic: [
    ['DHIS2_USERNAME', 'username'],
    ['DHIS2_PASSWORD', 'password'],
  ],
  session: [
    ['DHIS2_SESSION_COOKIE', 'cookie'],
    ['DHIS2_SESSION_XSRF', 'xsrfToken'],
  ],
  // no variable can say it
  oauth2: [],
}

/** What the variables of one way to sign in say: without blanks and line ends around it, as a file may bring them; passwords as they are. */
export function environmentValues(
  env: Environment,
  auth: ProfileAuth,
): { readonly [K in SecretName | 'username']?: string } {
  const pairs = VARIABLES[auth].map(([name, of]) => [of, cleanSecret(of, env[name] ?? '')] as const)
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''))
}

/**
 * The profile that the environment describes: DHIS2_URL with DHIS2_PAT, else DHIS2_USERNAME and DHIS2_PASSWORD, else
 * DHIS2_SESSION_COOKIE. `undefined` without DHIS2_URL; with it alone too, which is warned of.
 * @throws ProfileError `invalid-profile` for a DHIS2_URL that cannot be one
 */
export function environmentProfile(env: Environment, warn: (message: string) => void): Profile | undefined {
  const baseUrl = (env['DHIS2_URL'] ?? '').trim()
  if (baseUrl === '') return undefined
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
    ...(auth === 'basic' && { username: environmentValues(env, auth).username }),
    ...(version !== undefined && { version }),
    settings: { readOnly: false },
    source: { kind: 'environment', chosenBy: 'DHIS2_URL' },
  }
}

function authOf(env: Environment): ProfileAuth | undefined {
  const auths = Object.keys(VARIABLES) as ProfileAuth[]
  return auths.find((auth) => {
    const values = environmentValues(env, auth)
    return NEEDED[auth].length > 0 && NEEDED[auth].every((name) => values[name] !== undefined)
  })
}

/** Without which a way to sign in is not meant. */
const NEEDED: Readonly<Record<ProfileAuth, readonly (SecretName | 'username')[]>> = {
  pat: ['token'],
  basic: ['username', 'password'],
  session: ['cookie'],
  oauth2: [],
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
export function environmentSecrets(env: Environment, { auth }: Pick<Profile, 'auth'>): Secrets {
  const { username: _, ...secrets } = environmentValues(env, auth)
  return Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, new Secret(value)]))
}
