import { dirname, join } from 'node:path'
import { ProfileError } from './errors.js'
import { problemOfOwner } from './file-owner.js'
import { type Environment, SETTINGS_FILE, TOKENS_FILE } from './locate.js'
import { withLock } from './lock.js'
import { behindLinks } from './private-file.js'
import type { Profile, ProfileScope, SecretName } from './profile.js'
import { type ReadSettings, readFields, readSecrets, readSettings } from './profile-tables.js'
import { TomlFile } from './toml-file.js'

/** A folder with a profile file and what is beside it. */
export class ProfileFolder {
  readonly scope: ProfileScope
  /** `profiles.toml` */
  readonly profiles: TomlFile
  /** `dhis2-files.toml` */
  readonly settings: TomlFile
  /** Path of `dhis2-files-tokens.json` */
  readonly tokensPath: string

  constructor(scope: ProfileScope, path: string, env: Environment) {
    this.scope = scope
    // that of the user is where only this user, or who may do anything, can put it
    const check = scope === 'project' ? (file: string) => problemOfOwner(file, env) : undefined
    this.profiles = new TomlFile(path, check)
    this.settings = new TomlFile(join(dirname(path), SETTINGS_FILE), check)
    this.tokensPath = join(dirname(path), TOKENS_FILE)
  }

  async load(): Promise<void> {
    await this.profiles.load()
    await this.settings.load()
  }

  /** Does work that writes here. No other process of ours writes meanwhile. @throws ProfileError `busy` */
  async locked<T>(work: () => Promise<T>): Promise<T> {
    const target = await behindLinks(this.profiles.path)
    return withLock(join(dirname(target), '.dhis2-files.lock'), async () => {
      await this.load()
      return work()
    })
  }

  /** The name that the file calls default, whether or not there is such a profile. */
  get defaultName(): string | undefined {
    const value = this.profiles.content['default']
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  /** @throws ProfileError `invalid-profile` · `invalid-file` · `unknown-profile` */
  profile(name: string, chosenBy: string): Profile {
    const { scope, profiles, settings } = this
    const fields = readFields(this.#table(name), name, profiles.path)
    const source = { kind: scope, path: profiles.path, settingsPath: settings.path, chosenBy }
    return { name, ...fields, settings: this.own(name).settings, source }
  }

  /** What the settings file says of a profile. @throws ProfileError `invalid-file` */
  own(name: string): ReadSettings {
    return readSettings(this.settings.profiles.get(name) ?? {}, name, this.settings.path)
  }

  /** The secrets that are in the profile file itself. */
  secretsInFile(name: string): { readonly [K in SecretName]?: string } {
    return readSecrets(this.#table(name))
  }

  #table(name: string): Readonly<Record<string, unknown>> {
    const table = this.profiles.profiles.get(name)
    if (table !== undefined) return table
    const { path } = this.profiles
    throw new ProfileError(`There is no profile “${name}” in ${path} any more.`, {
      code: 'unknown-profile',
      path,
      profile: name,
    })
  }
}
