import { lstat, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'

/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Name of the files beside each other. */
export const PROFILES_FILE = 'profiles.toml'
export const SETTINGS_FILE = 'dhis2-files.toml'
export const TOKENS_FILE = 'dhis2-files-tokens.json'

/** The profile file of the user, which may not exist. */
export function globalProfilesPath(env: Environment): string {
  const xdg = env['XDG_CONFIG_HOME'] ?? ''
  // the XDG specification has relative ones ignored
  const config = isAbsolute(xdg) ? xdg : join(env['HOME'] || env['USERPROFILE'] || homedir(), '.config')
  return join(config, 'dhis2', PROFILES_FILE)
}

/** The nearest `.dhis2/profiles.toml` from `cwd` upwards. */
export async function findProjectProfiles(cwd: string): Promise<string | undefined> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = projectProfilesPath(folder)
    if (await isFile(path)) return path
    if (dirname(folder) === folder) return undefined
  }
}

/** Where the profile file of a project in this folder is. */
export function projectProfilesPath(folder: string): string {
  return join(resolve(folder), '.dhis2', PROFILES_FILE)
}

/** Also one that is there and may not be looked at: reading it then says so, instead of another profile being taken. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return false
    const folder = await lstat(dirname(path)).catch(() => undefined)
    return folder !== undefined
  }
}
