/** What went wrong with a profile, as a word that a program can branch on. */
export type ProfileErrorCode =
  | 'no-profile'
  | 'unknown-profile'
  | 'invalid-name'
  | 'invalid-profile'
  | 'already-exists'
  | 'invalid-file'
  | 'cannot-edit'
  | 'changed-meanwhile'
  | 'busy'
  | 'file-failed'
  | 'keyring-failed'
  | 'no-secret'
  | 'sign-in-needed'
  | 'sign-in-failed'
  | 'unsupported'

/** What a {@link ProfileError} is made of. Everything but `code` is optional. */
export interface ProfileErrorOptions {
  /** What went wrong. */
  readonly code: ProfileErrorCode
  /** What to do about it; it becomes the end of the message. */
  readonly hint?: string | undefined
  /** The file that it is about. */
  readonly path?: string | undefined
  /** The profile that it is about. */
  readonly profile?: string | undefined
  /** What DHIS2 said of a sign-in, as it is: `INCORRECT_TWO_FACTOR_CODE`, or an OAuth2 error such as `access_denied`. */
  readonly loginStatus?: string | undefined
  /** The failure below. Never one that shows a secret. */
  readonly cause?: unknown
}

/**
 * What this package throws for profiles, their files, secrets and sign-in. The message alone is enough for a log line: what
 * failed, where, why, and what to do. It never holds a secret. What a server or network did is a `Dhis2Error` of the client.
 */
export class ProfileError extends Error {
  /** Tells this error from others, across copies of the library. */
  override readonly name = 'ProfileError'
  /** What went wrong, as a word to branch on. */
  readonly code: ProfileErrorCode
  /** What to do about it; a part of the message. */
  readonly hint: string | undefined
  /** The file that it is about. */
  readonly path: string | undefined
  /** The profile that it is about. */
  readonly profile: string | undefined
  /** What DHIS2 said of a sign-in, as it is. */
  readonly loginStatus: string | undefined

  constructor(message: string, options: ProfileErrorOptions) {
    super(
      options.hint === undefined ? message : `${message} ${options.hint}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.code = options.code
    this.hint = options.hint
    this.path = options.path
    this.profile = options.profile
    this.loginStatus = options.loginStatus
  }

  /** The error as plain data, as `JSON.stringify` takes it: without stack and cause. */
  toJSON(): SerializedProfileError {
    const { name, code, message, hint, path, profile, loginStatus } = this
    return {
      name,
      code,
      message,
      ...(hint !== undefined && { hint }),
      ...(path !== undefined && { path }),
      ...(profile !== undefined && { profile }),
      ...(loginStatus !== undefined && { loginStatus }),
    }
  }
}

/** A {@link ProfileError} as plain data, for logs and JSON output. */
export interface SerializedProfileError {
  /** Tells this error from others. */
  readonly name: 'ProfileError'
  /** What went wrong. */
  readonly code: ProfileErrorCode
  /** What failed, where, why, and what to do. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
  /** The file that it is about. */
  readonly path?: string
  /** The profile that it is about. */
  readonly profile?: string
  /** What DHIS2 said of a sign-in. */
  readonly loginStatus?: string
}

/** Whether `error` is a {@link ProfileError}, with this code if one is given. Works across copies of the library. */
export function isProfileError(error: unknown, code?: ProfileErrorCode): error is ProfileError {
  return (
    error instanceof Error &&
    error.name === 'ProfileError' &&
    (code === undefined || (error as { code?: unknown }).code === code)
  )
}
