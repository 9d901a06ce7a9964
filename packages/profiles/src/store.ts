import { ProfileError } from './errors.js'
import { type Environment, findProjectProfiles, globalProfilesPath, projectProfilesPath } from './locate.js'
import type {
  ListedProfile,
  NewProfile,
  Profile,
  ProfileChanges,
  ProfileScope,
  SavedProfile,
  SecretPlace,
  Secrets,
  ShownProfile,
} from './profile.js'
import { environmentProfile, environmentSecrets } from './environment.js'
import { ProfileFile } from './profile-file.js'
import { nearest } from './nearest.js'
import { Secret } from './secret.js'

/** What {@link ProfileStore.open} takes. */
export interface ProfileStoreOptions {
  /** Where the search for the project's file begins. Default: the working directory. */
  readonly cwd?: string | undefined
  /** Default: `process.env`. */
  readonly env?: Environment | undefined
  /** Told, once each, what somebody should look at, as a sentence: a file that others can read, for one. */
  readonly onWarning?: ((message: string) => void) | undefined
}

/** Where a new secret is to be kept. */
export interface KeepOptions {
  /**
   * `keyring`: that of the system, and where there is none the file; the result says so. `file`: the profile file, where
   * dhis2w-utils finds it too. Default: where the profile's other secrets are, else `keyring`.
   */
  readonly keep?: Exclude<SecretPlace, 'environment'> | undefined
}

/** Options of {@link ProfileStore.add}. */
export interface AddProfileOptions extends KeepOptions {
  /** Which file. Default `global`. */
  readonly scope?: ProfileScope | undefined
  /** Whether it becomes the default of that file. */
  readonly makeDefault?: boolean | undefined
}

/** What {@link ProfileStore.remove} did. */
export interface RemovedProfile {
  /** The profile as it was. */
  readonly profile: Profile
  /** The file it was in. */
  readonly path: string
  /** Whether it was the default of that file, which has none now. */
  readonly wasDefault: boolean
}

/** The files of one project and one user, and what the environment says. */
export class ProfileStore {
  /** The profile file of the project, whether or not it exists yet. */
  readonly projectPath: string
  /** The profile file of the user, whether or not it exists yet. */
  readonly globalPath: string
  readonly #env: Environment
  readonly #files: { readonly [S in ProfileScope]: ProfileFile }
  readonly #warn: (message: string) => void

  private constructor(options: ProfileStoreOptions, files: { readonly [S in ProfileScope]: ProfileFile }) {
    this.#env = options.env ?? process.env
    this.#warn = options.onWarning ?? (() => undefined)
    this.#files = files
    this.projectPath = files.project.path
    this.globalPath = files.global.path
  }

  /** Finds and reads the files. One that cannot be read or understood is told when something of it is needed. */
  static async open(options: ProfileStoreOptions = {}): Promise<ProfileStore> {
    const { cwd = process.cwd(), env = process.env, onWarning = () => undefined } = options
    const project = (await findProjectProfiles(cwd)) ?? projectProfilesPath(cwd)
    return new ProfileStore(options, {
      project: await ProfileFile.read('project', project, onWarning),
      global: await ProfileFile.read('global', globalProfilesPath(env), onWarning),
    })
  }

  /** Every profile of both files, the project's first. @throws ProfileError `invalid-file` */
  list(): readonly ListedProfile[] {
    const project = this.#files.project.names()
    const chosen = this.#defaultName()
    return (['project', 'global'] as const).flatMap((scope) =>
      this.#files[scope].names().map((name): ListedProfile => {
        const hidden = scope === 'global' && project.includes(name)
        const row = { name, scope, path: this.#files[scope].path, hidden, isDefault: !hidden && chosen?.name === name }
        try {
          const profile = this.#files[scope].profile(name, chosen?.name === name ? chosen.by : 'list')
          return { ...row, profile, problem: undefined }
        } catch (error) {
          if (error instanceof ProfileError) return { ...row, profile: undefined, problem: error }
          throw error
        }
      }),
    )
  }

  /**
   * The profile of this name: the project's, else the user's.
   * @param chosenBy What to note as the reason for this one. Default `--profile`.
   * @throws ProfileError `unknown-profile`, which lists what there is · `invalid-profile` · `invalid-file`
   */
  get(name: string, options: { readonly scope?: ProfileScope | undefined; readonly chosenBy?: string } = {}): Profile {
    const scopes = options.scope === undefined ? (['project', 'global'] as const) : [options.scope]
    for (const scope of scopes) {
      if (this.#files[scope].has(name)) return this.#files[scope].profile(name, options.chosenBy ?? '--profile')
    }
    throw this.#unknown(name, options.chosenBy)
  }

  /**
   * The profile to use: the one named, else of DHIS2_PROFILE, else of DHIS2_URL, else the default of the project, else that of
   * the user.
   * @throws ProfileError `no-profile` · `unknown-profile` · `invalid-profile` · `invalid-file`
   */
  resolve(name?: string): Profile {
    if (name !== undefined && name !== '') return this.get(name)
    const named = this.#env['DHIS2_PROFILE'] ?? ''
    if (named !== '') return this.get(named, { chosenBy: 'DHIS2_PROFILE' })
    const fromEnvironment = environmentProfile(this.#env, this.#warn)
    if (fromEnvironment !== undefined) return fromEnvironment
    const chosen = this.#defaultName()
    if (chosen !== undefined) return this.get(chosen.name, { chosenBy: chosen.by })
    throw this.#none()
  }

  /** The names that the files call default. @throws ProfileError `invalid-file` */
  get defaults(): { readonly [S in ProfileScope]: string | undefined } {
    return { project: this.#files.project.defaultName(), global: this.#files.global.defaultName() }
  }

  /** What is secret of a profile. @throws ProfileError `keyring-failed` */
  async secrets(profile: Profile): Promise<Secrets> {
    if (profile.source.kind === 'environment') return environmentSecrets(this.#env, profile)
    const values = this.#files[profile.source.kind].secrets(profile.name ?? '')
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, new Secret(value)]))
  }

  /** A profile with what is known of its secrets, masked. */
  async show(profile: Profile): Promise<ShownProfile> {
    throw notYet(`show ${profile.baseUrl}`)
  }

  /** Adds a profile. @throws ProfileError `already-exists` · `invalid-name` · `invalid-profile` · `cannot-edit` · `file-failed` */
  async add(profile: NewProfile, options: AddProfileOptions = {}): Promise<SavedProfile> {
    throw notYet(`add ${profile.name} ${options.scope}`)
  }

  /** Changes members, settings and secrets. @throws ProfileError */
  async update(profile: Profile, changes: ProfileChanges, options: KeepOptions = {}): Promise<SavedProfile> {
    throw notYet(`update ${profile.name} ${Object.keys(changes).join()} ${options.keep}`)
  }

  /** Removes a profile with its settings, secrets and tokens. @throws ProfileError */
  async remove(profile: Profile): Promise<RemovedProfile> {
    throw notYet(`remove ${profile.name}`)
  }

  /** Gives a profile another name; settings, secrets, tokens and the default follow. @throws ProfileError */
  async rename(profile: Profile, to: string): Promise<SavedProfile> {
    throw notYet(`rename ${profile.name} ${to}`)
  }

  /** Says which profile a file calls default; `undefined` for none. @throws ProfileError */
  async setDefault(
    name: string | undefined,
    options: { readonly scope?: ProfileScope } = {},
  ): Promise<{ path: string }> {
    throw notYet(`default ${name} ${options.scope}`)
  }

  #defaultName(): { readonly name: string; readonly by: string } | undefined {
    for (const scope of ['project', 'global'] as const) {
      const name = this.#files[scope].defaultName()
      if (name !== undefined) return { name, by: `${scope} default` }
    }
    return undefined
  }

  #unknown(name: string, by: string | undefined): ProfileError {
    const names = [...new Set([...this.#files.project.names(), ...this.#files.global.names()])]
    const near = nearest(name, names)
    const guess = near === undefined ? '' : `Did you mean “${near}”? `
    const known = names.length === 0 ? 'There are no profiles yet.' : `There are: ${names.join(', ')}.`
    return new ProfileError(`There is no profile “${name}”${by === undefined ? '' : ` (from ${by})`}.`, {
      code: 'unknown-profile',
      hint: `${guess}${known}`,
      profile: name,
    })
  }

  #none(): ProfileError {
    const names = [...new Set([...this.#files.project.names(), ...this.#files.global.names()])]
    const some = names.length === 0 ? '' : ` There are ${names.join(', ')}, and none of them is the default.`
    return new ProfileError(`No DHIS2 is chosen.${some}`, {
      code: 'no-profile',
      hint: `Name a profile (--profile NAME, or DHIS2_PROFILE), or set DHIS2_URL with DHIS2_PAT or DHIS2_USERNAME and DHIS2_PASSWORD, or make a profile the default in ${this.projectPath} or ${this.globalPath}.`,
    })
  }
}

function notYet(what: string): ProfileError {
  return new ProfileError(`Not built yet: ${what}`, { code: 'unsupported' })
}
