import { ProfileError } from './errors.js'
import type { Secret } from './secret.js'

/** How a profile signs in: personal access token, user name and password, OAuth2, or the cookie of a session. */
export type ProfileAuth = 'pat' | 'basic' | 'oauth2' | 'session'

/** Versions of DHIS2 as the profile files write them. */
export type ProfileVersion = 'v41' | 'v42' | 'v43' | 'v44'

/** Which file: that of the project, `.dhis2/profiles.toml`, or that of the user. */
export type ProfileScope = 'project' | 'global'

/** Where something secret is kept. */
export type SecretPlace = 'keyring' | 'file' | 'environment'

/** One DHIS2, and who signs in there. Never holds a secret. */
export interface Profile {
  /** Its name in the file; `undefined` for the one that the environment describes. */
  readonly name: string | undefined
  /** The root of the DHIS2, as written. */
  readonly baseUrl: string
  /** How it signs in. */
  readonly auth: ProfileAuth
  /** With `basic`, and where known with the others. */
  readonly username?: string | undefined
  /** Of the OAuth2 client. */
  readonly clientId?: string | undefined
  /** What OAuth2 asks for. Default `username email`. */
  readonly scope?: string | undefined
  /** Where OAuth2 comes back to. Default `http://localhost:8765`. */
  readonly redirectUri?: string | undefined
  /** The server's version. Default: asked. */
  readonly version?: ProfileVersion | undefined
  /** What dhis2w-utils does not know. */
  readonly settings: ProfileSettings
  /** Where it comes from, and why it was taken. */
  readonly source: ProfileSource
}

/** Settings of a profile that are ours alone: they live in `dhis2-files.toml`. */
export interface ProfileSettings {
  /** The proxy for every request, or `false` for none. Default: what the environment says. Holds no password: see `proxy` of the secrets. */
  readonly proxy?: string | false | undefined
  /** Path of a PEM file with further authorities; relative to the file that names it. */
  readonly ca?: string | undefined
  /** How many connections at most. */
  readonly connections?: number | undefined
  /** Whether everything that writes is refused. */
  readonly readOnly: boolean
  /** The server's `max.file_upload_size`, in bytes. */
  readonly maxFileSize?: number | undefined
}

/** Where a profile comes from. */
export interface ProfileSource {
  /** The environment, the project's file or the user's. */
  readonly kind: 'environment' | ProfileScope
  /** The profile file. */
  readonly path?: string | undefined
  /** The settings file beside it, which may not exist. */
  readonly settingsPath?: string | undefined
  /** Why this one: `--profile`, `DHIS2_PROFILE`, `DHIS2_URL`, `project default`, `global default`. */
  readonly chosenBy: string
}

/** Names of what is secret. */
export type SecretName = 'token' | 'password' | 'clientSecret' | 'cookie' | 'xsrfToken'

/** Secrets as a caller brings them. */
export type SecretValues = { readonly [K in SecretName]?: string | undefined }

/** Secrets as the store gives them. */
export type Secrets = { readonly [K in SecretName]?: Secret | undefined }

/** A profile to be. */
export interface NewProfile {
  /** A letter, then letters, digits, underscores; 64 at most. */
  readonly name: string
  /** The root of the DHIS2; without user name and password. */
  readonly baseUrl: string
  /** How it signs in. */
  readonly auth: ProfileAuth
  /** See {@link Profile}. */
  readonly username?: string | undefined
  /** See {@link Profile}. */
  readonly clientId?: string | undefined
  /** See {@link Profile}. */
  readonly scope?: string | undefined
  /** See {@link Profile}. */
  readonly redirectUri?: string | undefined
  /** See {@link Profile}. */
  readonly version?: ProfileVersion | undefined
  /** See {@link ProfileSettings}. */
  readonly settings?: { readonly [K in keyof ProfileSettings]?: ProfileSettings[K] | undefined } | undefined
  /** What is secret. */
  readonly secrets?: SecretValues | undefined
}

/** What of a profile is to be another; `null` removes a member. What is left out stays. */
export type ProfileChanges = {
  readonly [K in 'baseUrl' | 'auth' | 'username' | 'clientId' | 'scope' | 'redirectUri' | 'version']?:
    | NewProfile[K]
    | null
} & {
  /** Settings to be set; `null` removes one. */
  readonly settings?: { readonly [K in keyof ProfileSettings]?: ProfileSettings[K] | null | undefined } | undefined
  /** Secrets to be set; `null` forgets one. */
  readonly secrets?: { readonly [K in SecretName]?: string | null | undefined } | undefined
}

/** A row of the list of profiles. */
export interface ListedProfile {
  /** Its name. */
  readonly name: string
  /** Which file it is in. */
  readonly scope: ProfileScope
  /** That file. */
  readonly path: string
  /** Whether it is what is taken when nothing is named. */
  readonly isDefault: boolean
  /** Whether the project has one of the same name, which is taken instead. */
  readonly hidden: boolean
  /** The profile; `undefined` where there is a `problem`. */
  readonly profile: Profile | undefined
  /** Why it cannot be used; `undefined` when it can. */
  readonly problem: ProfileError | undefined
}

/** A secret as it may be shown. */
export interface ShownSecret {
  /** What it is; `tokens` are those of an OAuth2 sign-in. */
  readonly name: SecretName | 'tokens'
  /** Where it is kept. */
  readonly place: SecretPlace
  /** The file, with the place `file`. */
  readonly path: string | undefined
  /** `•••` */
  readonly value: string
}

/** A profile with what is known of its secrets, to be shown. */
export interface ShownProfile {
  /** The profile. */
  readonly profile: Profile
  /** Its secrets, masked. */
  readonly secrets: readonly ShownSecret[]
  /** Why not all of them are known, each a sentence. */
  readonly problems: readonly string[]
}

/** What an edit did. */
export interface SavedProfile {
  /** The profile, as it is now. */
  readonly profile: Profile
  /** The profile file. */
  readonly path: string
  /** Where its secrets are now; `undefined` when there are none. */
  readonly place: Exclude<SecretPlace, 'environment'> | undefined
  /** Why they are in the file although the keyring was wanted, as a sentence to print. */
  readonly fallback: string | undefined
}

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/

/** Whether a profile may have this name: to be told before its secret is asked for. @throws ProfileError `invalid-name` */
export function checkProfileName(name: string): void {
  if (isProfileName(name)) return
  const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name
  throw new ProfileError(`“${shown}” cannot be the name of a profile.`, {
    code: 'invalid-name',
    hint: 'A name begins with a letter; letters, digits and underscores follow, 64 characters in all at most.',
  })
}

/** Whether a profile may be given this name: one that was written by hand may have any. */
export function isProfileName(name: string): boolean {
  return NAME.test(name)
}
