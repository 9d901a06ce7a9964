/**
 * Which DHIS2, and who signs in: the profile files of dhis2w-utils, with secrets in the system keyring.
 * @packageDocumentation
 */
export { isProfileError, ProfileError } from './errors.js'
export type { ProfileErrorCode, ProfileErrorOptions, SerializedProfileError } from './errors.js'
export type { Keyring } from './keyring.js'
export type { Environment } from './locate.js'
export { openClient } from './open-client.js'
export { checkProfileName } from './profile.js'
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
export { environmentOf, profileFromEnvironment, shellLine } from './environment-variables.js'
export type { EnvironmentVariable, Shell } from './environment-variables.js'
export { logout } from './logout.js'
export type { LoggedOut } from './logout.js'
export type { RedirectOptions } from './oauth2/redirect.js'
export { signInWithOAuth2 } from './oauth2/sign-in.js'
export type { OAuth2SignInOptions } from './oauth2/sign-in.js'
export { signInWithPassword } from './session/sign-in.js'
export type { PasswordSignInOptions } from './session/sign-in.js'
export type { SignedIn, SignInOptions } from './signed-in.js'
export { verifyProfile } from './verify.js'
export type { ProfileCheck } from './verify.js'
export { ProfileStore } from './store.js'
export type { AddProfileOptions, ChangedDefault, DefaultNames, KeepOptions } from './store.js'
export type { ProfileStoreOptions } from './store-core.js'
