/**
 * Which DHIS2, and who signs in: the profile files of dhis2w-utils, with secrets in the system keyring.
 * @packageDocumentation
 */
export { isProfileError, ProfileError } from './errors.js'
export type { ProfileErrorCode, ProfileErrorOptions, SerializedProfileError } from './errors.js'
export type { Keyring } from './keyring.js'
export type { Environment } from './locate.js'
export { openClient } from './open-client.js'
export type {
  ListedProfile,
  NewProfile,
  Profile,
  ProfileAuth,
  ProfileChanges,
  ProfileScope,
  ProfileSettings,
  ProfileSource,
  ProfileVersion,
  SavedProfile,
  SecretName,
  SecretPlace,
  Secrets,
  SecretValues,
  ShownProfile,
  ShownSecret,
} from './profile.js'
export type { RemovedProfile } from './profile-edits.js'
export { Secret } from './secret.js'
export { environmentOf, shellLine } from './shells.js'
export type { EnvironmentVariable, Shell } from './shells.js'
export { logout, signInWithOAuth2, signInWithPassword, verifyProfile } from './sign-in.js'
export type {
  LoggedOut,
  OAuth2SignInOptions,
  PasswordSignInOptions,
  ProfileCheck,
  SignedIn,
  SignInOptions,
} from './sign-in.js'
export { ProfileStore } from './store.js'
export type { AddProfileOptions, ChangedDefault, KeepOptions } from './store.js'
export type { ProfileStoreOptions } from './store-core.js'
