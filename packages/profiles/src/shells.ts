import { ProfileError } from './errors.js'
import type { Profile } from './profile.js'
import type { ProfileStore } from './store.js'

/** One variable of the environment that stands for a part of a profile. */
export interface EnvironmentVariable {
  /** `DHIS2_URL` */
  readonly name: string
  /** `undefined`: it must not be set, else it would win. */
  readonly value: string | undefined
  /** Whether it is a secret. */
  readonly secret: boolean
}

/** Shells that {@link shellLine} writes for. */
export type Shell = 'sh' | 'fish' | 'powershell'

/** A profile as variables for dhis2w-utils and others; with its secrets. @throws ProfileError `unsupported` for `oauth2` */
export async function environmentOf(store: ProfileStore, profile: Profile): Promise<readonly EnvironmentVariable[]> {
  await store.secrets(profile)
  throw new ProfileError('Not built yet.', { code: 'unsupported' })
}

/** The line that sets or unsets a variable in a shell. */
export function shellLine(variable: EnvironmentVariable, shell: Shell): string {
  const { name, value } = variable
  return LINES[shell](name, value)
}

const LINES: Readonly<Record<Shell, (name: string, value: string | undefined) => string>> = {
  sh: (name, value) => (value === undefined ? `unset ${name}` : `export ${name}='${value.replaceAll("'", "'\\''")}'`),
  fish: (name, value) =>
    value === undefined ? `set -e ${name}` : `set -gx ${name} '${value.replace(/[\\']/g, (c) => `\\${c}`)}'`,
  powershell: (name, value) =>
    value === undefined
      ? `Remove-Item Env:${name} -ErrorAction SilentlyContinue`
      : `$Env:${name} = '${value.replaceAll("'", "''")}'`,
}
