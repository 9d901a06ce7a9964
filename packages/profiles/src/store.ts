import { environmentProfile } from './environment.js'
import { ProfileError } from './errors.js'
import type { ProfileFolder } from './folder.js'
import { nearest } from './nearest.js'
import type {
  ListedProfile,
  NewProfile,
  Profile,
  ProfileChanges,
  ProfileScope,
  SavedProfile,
  Secrets,
  ShownProfile,
} from './profile.js'
import {
  addProfile,
  changeDefault,
  type RemovedProfile,
  removeProfile,
  renameProfile,
  updateProfile,
} from './profile-edits.js'
import { secretsOf, showProfile } from './profile-secrets.js'
import { StoreCore, type ProfileStoreOptions } from './store-core.js'
import { originOf } from './vault.js'

/** Where a new secret is to be kept. */
export interface KeepOptions {
  /**
   * `keyring`: that of the system, and where there is none the file; the result says so. `file`: the profile file, where
   * dhis2w-utils finds it too. Default: where the profile's other secrets are, else `keyring`.
   */
  readonly keep?: 'keyring' | 'file' | undefined
}

/** Options of {@link ProfileStore.add}. */
export interface AddProfileOptions extends KeepOptions {
  /** Which file. Default `global`. */
  readonly scope?: ProfileScope | undefined
  /** Whether it becomes the default of that file. */
  readonly makeDefault?: boolean | undefined
}

/** What {@link ProfileStore.setDefault} did. */
export interface ChangedDefault {
  /** The file that says so now. */
  readonly path: string
  /** Whether it counts here: the default of the project goes before that of the user. */
  readonly effective: boolean
}

/** The names that the files call default. */
export interface DefaultNames {
  /** In the file of the project, which goes first. */
  readonly project: string | undefined
  /** In the file of the user. */
  readonly global: string | undefined
}

const SCOPES: readonly ProfileScope[] = ['project', 'global']

/** The files of one project and one user, and what the environment says. */
export class ProfileStore {
  /** The profile file of the project, whether or not it exists yet. */
  readonly projectPath: string
  /** The profile file of the user, whether or not it exists yet. */
  readonly globalPath: string
  readonly #core: StoreCore

  private constructor(core: StoreCore) {
    this.#core = core
    this.projectPath = core.folders.project.profiles.path
    this.globalPath = core.folders.global.profiles.path
  }

  /** Finds and reads the files. What is wrong with one is told when something of it is needed. */
  static async open(options: ProfileStoreOptions = {}): Promise<ProfileStore> {
    return new ProfileStore(await StoreCore.open(options))
  }

  /** What a store is made of, for the other modules of this package. */
  static coreOf(store: ProfileStore): StoreCore {
    return store.#core
  }

  /** Every profile of both files, the project's first. @throws ProfileError `invalid-file` · `file-failed` */
  list(): readonly ListedProfile[] {
    const chosen = this.#default()
    const project = this.#core.folders.project.profiles.profiles
    return this.#folders().flatMap((folder) =>
      [...folder.profiles.profiles.keys()].map((name): ListedProfile => {
        const { scope } = folder
        const hidden = scope === 'global' && project.has(name)
        const isDefault = !hidden && chosen?.name === name
        const row = { name, scope, path: folder.profiles.path, hidden, isDefault }
        try {
          return { ...row, profile: folder.profile(name, isDefault ? chosen.by : 'list'), problem: undefined }
        } catch (error) {
          if (error instanceof ProfileError) return { ...row, profile: undefined, problem: error }
          throw error
        }
      }),
    )
  }

  /**
   * The profile of this name: the project's, else the user's.
   * @throws ProfileError `unknown-profile`, which lists what there is · `invalid-profile` · `invalid-file` · `file-failed`
   */
  get(
    name: string,
    options: {
      /** Only in this file. */
      readonly scope?: ProfileScope | undefined
      /** What the profile notes as the reason why it was taken. Default `--profile`. */
      readonly chosenBy?: string | undefined
    } = {},
  ): Profile {
    const { scope, chosenBy = '--profile' } = options
    const folders = this.#folders().filter((folder) => scope === undefined || folder.scope === scope)
    const folder = folders.find((one) => one.profiles.profiles.has(name))
    if (folder === undefined) throw this.#unknown(name, options.chosenBy)
    const profile = folder.profile(name, chosenBy)
    if (scope === undefined) this.#warnOfHidden(profile, name)
    return profile
  }

  /**
   * The profile to use: the one named, else that of DHIS2_PROFILE, else what DHIS2_URL describes, else the default of the
   * project, else that of the user.
   * @throws ProfileError `no-profile` · `unknown-profile` · `invalid-profile` · `invalid-file` · `file-failed`
   */
  resolve(name?: string): Profile {
    if (name !== undefined && name !== '') return this.get(name)
    const named = this.#core.env['DHIS2_PROFILE'] ?? ''
    if (named !== '') return this.get(named, { chosenBy: 'DHIS2_PROFILE' })
    const fromEnvironment = environmentProfile(this.#core.env, this.#core.warn)
    if (fromEnvironment !== undefined) return fromEnvironment
    const chosen = this.#default()
    if (chosen !== undefined) return this.get(chosen.name, { chosenBy: chosen.by })
    throw this.#none()
  }

  /** The names that the files call default. @throws ProfileError `invalid-file` · `file-failed` */
  get defaults(): DefaultNames {
    const { project, global } = this.#core.folders
    return { project: project.defaultName, global: global.defaultName }
  }

  /**
   * What is secret of a profile. What stands in the file goes before what is in the keyring.
   * @throws ProfileError `keyring-failed` · `no-secret` when what is kept is for another server
   */
  secrets(profile: Profile): Promise<Secrets> {
    return secretsOf(this.#core, profile)
  }

  /** A profile with what is known of its secrets, masked. What cannot be known is told in `problems`. */
  show(profile: Profile): Promise<ShownProfile> {
    return showProfile(this.#core, profile)
  }

  /**
   * Adds a profile.
   * @throws ProfileError `already-exists` · `invalid-name` · `invalid-profile` · `cannot-edit` · `file-failed` · `busy`
   */
  add(profile: NewProfile, options: AddProfileOptions = {}): Promise<SavedProfile> {
    const { scope = 'global', ...rest } = options
    return addProfile(this.#core, this.#core.folders[scope], profile, rest)
  }

  /** Changes members, settings and secrets; with `keep` alone, moves the secrets. @throws ProfileError as `add` */
  update(profile: Profile, changes: ProfileChanges, options: KeepOptions = {}): Promise<SavedProfile> {
    return updateProfile(this.#core, profile, changes, options)
  }

  /** Removes a profile with its settings, secrets and tokens. @throws ProfileError `unknown-profile` · as `add` */
  remove(profile: Profile): Promise<RemovedProfile> {
    return removeProfile(this.#core, profile)
  }

  /** Gives a profile another name; settings, secrets, tokens, and where it is the default, follow. @throws ProfileError as `add` */
  async rename(profile: Profile, to: string): Promise<SavedProfile> {
    const { project } = this.#core.folders
    const { name, source } = profile
    const isDefaultOfProject =
      source.kind === 'global' && project.defaultName === name && !project.profiles.profiles.has(name ?? '')
    const renamed = await renameProfile(this.#core, profile, to)
    if (isDefaultOfProject) await changeDefault(project, to)
    return renamed
  }

  /**
   * Says which profile a file calls default; `undefined` for none.
   * @throws ProfileError `unknown-profile` · as `add`
   */
  async setDefault(
    name: string | undefined,
    options: {
      /** Which file. Default: that of the profile. */
      readonly scope?: ProfileScope | undefined
    } = {},
  ): Promise<ChangedDefault> {
    const of = name === undefined ? undefined : this.get(name, { chosenBy: undefined })
    const kind = of?.source.kind === 'project' ? 'project' : 'global'
    const folder = this.#core.folders[options.scope ?? kind]
    await changeDefault(folder, name)
    return { path: folder.profiles.path, effective: this.#default()?.name === name }
  }

  /** Who knows only their own profile of that name would not look for what the project's does otherwise. */
  #warnOfHidden({ baseUrl, settings, source }: Profile, name: string): void {
    const { global } = this.#core.folders
    if (source.kind !== 'project') return
    let hidden: Profile
    try {
      if (!global.profiles.profiles.has(name)) return
      hidden = global.profile(name, 'list')
    } catch (error) {
      // that one cannot be used either, which is told where it is
      if (error instanceof ProfileError) return
      throw error
    }
    const what: string[] = []
    const [here, there] = [originOf(baseUrl), originOf(hidden.baseUrl)]
    if (here !== there) what.push(`leads to ${here}, and yours to ${there}`)
    if (hidden.settings.readOnly && !settings.readOnly) what.push('may write, and yours is read_only')
    if (what.length === 0) return
    const files = `The profile “${name}” of the project (${source.path}) is taken, and not yours (${global.profiles.path})`
    this.#core.warn(`${files}: it ${what.join('; it ')}.`)
  }

  #folders(): readonly ProfileFolder[] {
    return SCOPES.map((scope) => this.#core.folders[scope])
  }

  #default(): { readonly name: string; readonly by: string } | undefined {
    for (const { scope, defaultName } of this.#folders()) {
      if (defaultName !== undefined) return { name: defaultName, by: `${scope} default` }
    }
    return undefined
  }

  #names(): readonly string[] {
    return [...new Set(this.#folders().flatMap((folder) => [...folder.profiles.profiles.keys()]))].sort()
  }

  #unknown(name: string, by: string | undefined): ProfileError {
    const names = this.#names()
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
    const names = this.#names()
    const some = names.length === 0 ? '' : ` There are ${names.join(', ')}, and none of them is the default.`
    return new ProfileError(`No DHIS2 is chosen.${some}`, {
      code: 'no-profile',
      hint: `Name a profile (--profile NAME, or DHIS2_PROFILE), or set DHIS2_URL with DHIS2_PAT or DHIS2_USERNAME and DHIS2_PASSWORD, or make a profile the default in ${this.projectPath} or ${this.globalPath}.`,
    })
  }
}
