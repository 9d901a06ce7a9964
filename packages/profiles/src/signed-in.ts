import type { Profile } from './profile.js'
import type { KeepOptions } from './store.js'

/** Options of every sign-in. */
export interface SignInOptions extends KeepOptions {
  /** Ends it; it then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
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
  /** When a new sign-in is needed, where that is known: an access token that nothing can renew. */
  readonly expires: Date | undefined
}
