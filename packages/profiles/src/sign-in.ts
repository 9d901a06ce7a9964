import { ProfileError } from './errors.js'
import type { Profile } from './profile.js'
import type { KeepOptions, ProfileStore } from './store.js'

/** Options of every sign-in. */
export interface SignInOptions extends KeepOptions {
  /** Ends it; it then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
}

/** Options of {@link signInWithOAuth2}. */
export interface OAuth2SignInOptions extends SignInOptions {
  /** Told where the user signs in: to be printed. */
  readonly onUrl?: ((url: string) => void) | undefined
  /** Opens the user's browser. Without it the user opens the URL of `onUrl`. */
  readonly openBrowser?: ((url: string) => Promise<void> | void) | undefined
  /**
   * Asks the user for the URL that the browser ended at: for when that runs on another machine. Whatever comes first counts:
   * this, or the browser's own visit. Its signal ends the question.
   */
  readonly askForRedirect?: ((signal: AbortSignal) => Promise<string>) | undefined
  /** How long to wait for the user, in milliseconds. Default 300 000. */
  readonly wait?: number | undefined
}

/** Options of {@link signInWithPassword}. */
export interface PasswordSignInOptions extends SignInOptions {
  /** Default: that of the profile. */
  readonly username?: string | undefined
  /** It is sent, and not kept. */
  readonly password: string
  /** Of the authenticator app. */
  readonly twoFactorCode?: string | undefined
}

/** What a sign-in came to. */
export interface SignedIn {
  /** The profile, as it is now. */
  readonly profile: Profile
  /** Who signed in, as the server says. */
  readonly username: string
  /** Where tokens or cookie are kept now. */
  readonly place: 'keyring' | 'file'
  /** Why they are in a file although the keyring was wanted, as a sentence to print. */
  readonly fallback: string | undefined
  /** When it ends, as far as is known: of an access token that nothing can renew, or `undefined`. */
  readonly expires: Date | undefined
}

/** What {@link logout} did. */
export interface LoggedOut {
  /** Whether there was something to forget. */
  readonly forgotten: boolean
  /** Whether the server ended it too. */
  readonly endedOnServer: boolean
}

/** What {@link verifyProfile} found. */
export interface ProfileCheck {
  /** The profile's name. */
  readonly name: string | undefined
  /** Whether it can be used at all: the server answers, and the sign-in is good. */
  readonly ok: boolean
  /** The root of the DHIS2. */
  readonly baseUrl: string
  /** How it signs in. */
  readonly auth: Profile['auth']
  /** Who signed in. */
  readonly username: string | undefined
  /** The server's version, as it says. */
  readonly version: string | undefined
  /** How long the server takes to answer, in milliseconds, once it is connected and signed in. */
  readonly latencyMs: number | undefined
  /** Whether documents can be made: by the authorities and by `read_only`. */
  readonly canWrite: boolean | undefined
  /** What is wrong, each a sentence. */
  readonly problems: readonly string[]
  /** Why it is not `ok`: a `ProfileError` or the client's `Dhis2Error`. */
  readonly error: Error | undefined
}

/** Signs in by OAuth2, in the user's browser, and keeps the tokens. @throws ProfileError `sign-in-failed` */
export async function signInWithOAuth2(
  store: ProfileStore,
  profile: Profile,
  options: OAuth2SignInOptions = {},
): Promise<SignedIn> {
  throw notYet(store, profile, options)
}

/** Signs in by user name and password, and keeps the session. @throws ProfileError `sign-in-failed` with `loginStatus` */
export async function signInWithPassword(
  store: ProfileStore,
  profile: Profile,
  options: PasswordSignInOptions,
): Promise<SignedIn> {
  throw notYet(store, profile, options)
}

/** Forgets tokens or session, and tells the server. */
export async function logout(store: ProfileStore, profile: Profile, options: SignInOptions = {}): Promise<LoggedOut> {
  throw notYet(store, profile, options)
}

/** Tries a profile. Never throws for what is wrong with it: the result says it. */
export async function verifyProfile(
  store: ProfileStore,
  profile: Profile,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ProfileCheck> {
  throw notYet(store, profile, options)
}

function notYet(...given: readonly unknown[]): ProfileError {
  return new ProfileError(`Not built yet (${given.length}).`, { code: 'unsupported' })
}
