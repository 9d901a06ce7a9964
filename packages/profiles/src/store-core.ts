import { ProfileError } from './errors.js'
import { exposureOf } from './file-owner.js'
import { ProfileFolder } from './folder.js'
import { type Keyring, systemKeyring } from './keyring.js'
import { type Environment, findProjectProfiles, globalProfilesPath, projectProfilesPath } from './locate.js'
import type { UnkeptTokens } from './oauth2/keep-tokens.js'
import type { Profile, ProfileScope } from './profile.js'
import { unknownKeys } from './profile-tables.js'
import { TokenStore } from './tokens.js'
import { Vault } from './vault.js'

/** What {@link ProfileStore.open} takes. */
export interface ProfileStoreOptions {
  /** Where the search for the project's file begins. Default: the working directory. */
  readonly cwd?: string | undefined
  /** Default: `process.env`. */
  readonly env?: Environment | undefined
  /** Told, once each, what somebody should look at, as a sentence: a file that others can read, for one. */
  readonly onWarning?: ((message: string) => void) | undefined
  /**
   * Where secrets are kept; `false` for the files alone. Default: the keyring of the system, unless DHIS2_FILES_KEYRING is
   * `off` in the environment.
   */
  readonly keyring?: Keyring | false | undefined
}

/** What a store is made of. */
export class StoreCore {
  readonly env: Environment
  readonly vault: Vault
  readonly folders: { readonly [S in ProfileScope]: ProfileFolder }
  /** Renewed tokens that could not be kept, by profile. */
  readonly unkept: Map<string, UnkeptTokens> = new Map()
  /** Who renews where no lock can be made, by profile. Never rejects. */
  readonly turns: Map<string, Promise<unknown>> = new Map()
  readonly #onWarning: (message: string) => void
  readonly #warned = new Set<string>()

  private constructor(options: ProfileStoreOptions, folders: StoreCore['folders']) {
    this.env = options.env ?? process.env
    this.folders = folders
    this.#onWarning = options.onWarning ?? (() => undefined)
    const { keyring = this.env['DHIS2_FILES_KEYRING'] === 'off' ? false : systemKeyring() } = options
    this.vault = new Vault(keyring === false ? undefined : keyring)
  }

  static async open(options: ProfileStoreOptions): Promise<StoreCore> {
    const { cwd = process.cwd(), env = process.env } = options
    const project = (await findProjectProfiles(cwd)) ?? projectProfilesPath(cwd)
    const core = new StoreCore(options, {
      project: new ProfileFolder('project', project, env),
      global: new ProfileFolder('global', globalProfilesPath(env), env),
    })
    await Promise.all(Object.values(core.folders).map((folder) => core.#load(folder)))
    return core
  }

  /** Tells a sentence that has not been told yet. */
  readonly warn = (message: string): void => {
    if (this.#warned.has(message)) return
    this.#warned.add(message)
    this.#onWarning(message)
  }

  /** The folder of a profile, and its name there. @throws ProfileError `unsupported` for the profile of the environment */
  placeOf(profile: Profile): { readonly folder: ProfileFolder; readonly name: string } {
    const { name, source } = profile
    if (source.kind !== 'environment' && name !== undefined) return { folder: this.folders[source.kind], name }
    throw new ProfileError(
      'The profile that DHIS2_URL describes is in no file, so nothing of it can be kept or changed.',
      {
        code: 'unsupported',
        hint: 'Make a profile of it first.',
      },
    )
  }

  tokensOf(folder: ProfileFolder): TokenStore {
    return new TokenStore(folder, this.vault)
  }

  async #load(folder: ProfileFolder): Promise<void> {
    await folder.load()
    const { profiles, settings, tokensPath } = folder
    const files = [
      { path: profiles.path, holdsSecrets: true },
      { path: tokensPath, holdsSecrets: true },
      { path: settings.path, holdsSecrets: hasProxyPassword(folder) },
    ]
    for (const { path, holdsSecrets } of files) {
      const exposure = await exposureOf(path, this.env, { holdsSecrets })
      if (exposure !== undefined) this.warn(exposure)
    }
    for (const message of strangeSettings(folder)) this.warn(message)
  }
}

function hasProxyPassword({ settings }: ProfileFolder): boolean {
  return quietly([], () => [...settings.profiles.values()]).some(({ proxy }) => String(proxy).includes('@'))
}

/** What the settings file says in vain. */
function strangeSettings({ profiles, settings }: ProfileFolder): readonly string[] {
  return quietly([], () => [
    ...unknownKeys(settings.content).map((key) => `${settings.path} has no effect with ${key}: nobody knows that key.`),
    ...[...settings.profiles.keys()]
      .filter((name) => !profiles.profiles.has(name))
      .map((name) => `${settings.path} has settings of “${name}”, and ${profiles.path} has no such profile.`),
  ])
}

/** A file that cannot be understood is told when something of it is needed. */
function quietly<T>(otherwise: T, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ProfileError) return otherwise
    throw error
  }
}
