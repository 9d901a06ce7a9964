import { environmentValues, VARIABLES } from './environment.js'
import { ProfileError } from './errors.js'
import type { Environment } from './locate.js'
import type { NewProfile, Profile, ProfileAuth } from './profile.js'
import { secretsOf } from './profile-secrets.js'
import { ProfileStore } from './store.js'

/** One variable of the environment that stands for a part of a profile. */
export interface EnvironmentVariable {
  /** Such as `DHIS2_URL`. */
  readonly name: string
  /** `undefined`: it must not be set, else it would be taken instead. */
  readonly value: string | undefined
  /** Whether it is a secret. */
  readonly secret: boolean
}

/** Shells that {@link shellLine} writes for. */
export type Shell = 'sh' | 'fish' | 'powershell'

/**
 * A profile as variables of the environment, with its secrets: what dhis2w-utils and this package read without a file. Variables
 * that would win over them are there too, to be unset. Settings, such as `read_only`, do not go along: that is warned of.
 * @throws ProfileError `unsupported` for `oauth2`, which no variable can say · as `ProfileStore.secrets`
 */
export async function environmentOf(store: ProfileStore, profile: Profile): Promise<readonly EnvironmentVariable[]> {
  const { auth, name, baseUrl, version, settings } = profile
  if (auth === 'oauth2') {
    throw new ProfileError(`The profile “${name}” signs in by OAuth2, which no variable of the environment can say.`, {
      code: 'unsupported',
      profile: name,
      hint: 'Set DHIS2_PROFILE to its name instead.',
    })
  }
  const core = ProfileStore.coreOf(store)
  const secrets = await secretsOf(core, profile)
  if (settings.readOnly || settings.proxy !== undefined || settings.ca !== undefined) {
    core.warn(`Of the profile “${name}” read_only, proxy and ca do not go along with variables of the environment.`)
  }
  const plain = (key: string, value: string | undefined): EnvironmentVariable => ({ name: key, value, secret: false })
  const others = Object.entries(VARIABLES).filter(([other]) => other !== auth)
  return [
    plain('DHIS2_PROFILE', undefined),
    plain('DHIS2_URL', baseUrl),
    plain('DHIS2_VERSION', version),
    ...VARIABLES[auth].map(([key, of]): EnvironmentVariable => {
      return of === 'username'
        ? plain(key, profile.username)
        : { name: key, value: secrets[of]?.reveal(), secret: true }
    }),
    ...others.flatMap(([, variables]) => variables.map(([key]) => plain(key, undefined))),
  ]
}

/** The line that sets a variable in a shell, or unsets it; without an end. */
export function shellLine({ name, value }: EnvironmentVariable, shell: Shell): string {
  const { set, unset } = SHELLS[shell]
  return value === undefined ? unset(name) : set(name, value)
}

interface ShellLines {
  readonly set: (name: string, value: string) => string
  readonly unset: (name: string) => string
}

const SHELLS: Readonly<Record<Shell, ShellLines>> = {
  sh: {
    set: (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
    unset: (name) => `unset ${name}`,
  },
  fish: {
    set: (name, value) => `set -gx ${name} '${value.replace(/[\\']/g, '\\$&')}'`,
    unset: (name) => `set -e ${name}`,
  },
  powershell: {
    // PowerShell takes typographic quotes for plain ones
    set: (name, value) => `$Env:${name} = '${value.replace(/['‘’‚‛]/g, '$&$&')}'`,
    unset: (name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`,
  },
}

/**
 * What the environment says for a new profile that signs in so: DHIS2_URL, user name and secrets, and for OAuth2
 * DHIS2_OAUTH_CLIENT_ID, _CLIENT_SECRET, _REDIRECT_URI and _SCOPES. What is not set is not there.
 */
export function profileFromEnvironment(auth: ProfileAuth, env: Environment): Partial<NewProfile> {
  const found = <K extends string>(names: Readonly<Record<K, string>>): { readonly [N in K]?: string } => {
    const pairs = Object.entries<string>(names).map(([member, name]) => [member, env[name]?.trim()] as const)
    return Object.fromEntries(pairs.filter(([, value]) => value !== undefined && value !== '')) as never
  }
  const { username, ...secrets } = environmentValues(env, auth)
  const known = { ...found({ baseUrl: 'DHIS2_URL' }), auth }
  if (auth !== 'oauth2') return { ...known, ...(username !== undefined && { username }), secrets }
  return {
    ...known,
    ...found({
      clientId: 'DHIS2_OAUTH_CLIENT_ID',
      scope: 'DHIS2_OAUTH_SCOPES',
      redirectUri: 'DHIS2_OAUTH_REDIRECT_URI',
    }),
    secrets: found({ clientSecret: 'DHIS2_OAUTH_CLIENT_SECRET' }),
  }
}
