import type { Sharing } from './models/sharing.js'

/**
 * What went wrong, as a word that a program can branch on. The same fact has the same code on every surface and version;
 * `docs/errors.md` lists what each means and what to do.
 */
export type Dhis2ErrorCode =
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'already-exists'
  | 'not-yet-stored'
  | 'lost-content'
  | 'rejected-file'
  | 'too-large'
  | 'rate-limited'
  | 'server'
  | 'network'
  | 'timeout'
  | 'integrity'
  | 'not-replayable'
  | 'unsupported'
  | 'protocol'

/** Which of the clocks ran out: see `Timeouts`. */
export type TimeoutClock = 'headers' | 'idle' | 'total'

/** What a {@link Dhis2Error} is made of. Everything but `code` is optional. */
export interface Dhis2ErrorOptions {
  /** What went wrong. */
  readonly code: Dhis2ErrorCode
  /** Whether the same call may succeed when it is made again. Default `false`. */
  readonly retryable?: boolean | undefined
  /** Whether the server may have done the work although its answer did not arrive. Default `false`. */
  readonly doubtful?: boolean | undefined
  /** Of the request, such as `POST`. */
  readonly method?: string | undefined
  /** Path and query of the request, without origin and credentials. */
  readonly path?: string | undefined
  /** HTTP status of the answer, where there was one. */
  readonly status?: number | undefined
  /** DHIS2's own code, such as `E1119`. */
  readonly errorCode?: string | undefined
  /** What the server asked to wait before a repeat, in milliseconds. */
  readonly retryAfter?: number | undefined
  /** What to do about it. */
  readonly hint?: string | undefined
  /** Which clock ran out, with the code `timeout`. */
  readonly clock?: TimeoutClock | undefined
  /** Uid of the file resource that is on the server all the same. */
  readonly fileResource?: string | undefined
  /** Uids of the attachments that are on the server all the same, in their order. */
  readonly fileResources?: readonly string[] | undefined
  /** Uid of the document that the call was about. */
  readonly document?: string | undefined
  /** The sharing that could not be put back or set. */
  readonly sharing?: Sharing | undefined
  /** The failure below, as it was thrown. */
  readonly cause?: unknown
}

/** A {@link Dhis2Error} as plain data, for logs and JSON output. Holds no secret. */
export interface SerializedError {
  /** Tells this error from others. */
  readonly name: 'Dhis2Error'
  /** What went wrong. */
  readonly code: Dhis2ErrorCode
  /** What failed, where, why, and what to do. */
  readonly message: string
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean
  /** Whether the server may have done the work although its answer did not arrive. */
  readonly doubtful: boolean
  /** How often the request was sent. */
  readonly attempts: number
  /** Of the request, such as `POST`. */
  readonly method?: string
  /** Path and query of the request, without origin and credentials. */
  readonly path?: string
  /** HTTP status of the answer. */
  readonly status?: number
  /** DHIS2’s own code, such as `E1119`. */
  readonly errorCode?: string
  /** What the server asked to wait before a repeat, in milliseconds. */
  readonly retryAfter?: number
  /** What to do about it. */
  readonly hint?: string
  /** Which clock ran out. */
  readonly clock?: TimeoutClock
  /** Uid of the file resource that is on the server all the same. */
  readonly fileResource?: string
  /** Uids of the attachments that are on the server all the same, in their order. */
  readonly fileResources?: readonly string[]
  /** Uid of the document that the call was about. */
  readonly document?: string
  /** The sharing that could not be put back or set. */
  readonly sharing?: Sharing
}

const DETAILS = [
  'method',
  'path',
  'status',
  'errorCode',
  'retryAfter',
  'hint',
  'clock',
  'fileResource',
  'fileResources',
  'document',
  'sharing',
] as const

/**
 * The one error that this library throws for what a server, a network or a file did. Its message alone is enough for a
 * log line: what failed, method, path, status, DHIS2's own code and text, and what to do. A caller's abort is not one:
 * it surfaces as `signal.reason`. Misuse of the API (a malformed uid, an unknown option) is a `TypeError`.
 */
export class Dhis2Error extends Error {
  /** Tells this error from others, across copies of the library. */
  override readonly name = 'Dhis2Error'
  /** What went wrong, as a word to branch on. */
  readonly code: Dhis2ErrorCode
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean
  /** Whether the server may have done the work although its answer did not arrive. */
  readonly doubtful: boolean
  /** Of the request, such as `POST`; `undefined` where none was sent. */
  readonly method: string | undefined
  /** Path and query of the request, without origin and credentials. */
  readonly path: string | undefined
  /** HTTP status of the answer; `undefined` where there was none. */
  readonly status: number | undefined
  /** DHIS2's own code, such as `E1119`. */
  readonly errorCode: string | undefined
  /** What the server asked to wait before a repeat, in milliseconds. */
  readonly retryAfter: number | undefined
  /** What to do about it; a part of the message. */
  readonly hint: string | undefined
  /** Which clock ran out, with the code `timeout`. */
  readonly clock: TimeoutClock | undefined
  /** The file resource that is on the server although the call failed: pass it to the next call, which then does not send the bytes again. */
  readonly fileResource: string | undefined
  /** The attachments that are on the server although the message was not sent, in their order: pass their uids instead of the data. */
  readonly fileResources: readonly string[] | undefined
  /** The document that the failed call was about. */
  readonly document: string | undefined
  /** The sharing that could not be put back or set. */
  readonly sharing: Sharing | undefined
  /** How often the request was sent, this failure included. */
  attempts = 1
  /** Whether an earlier attempt of the same request ended without a clear answer: then this one may be its echo. */
  afterDoubt = false

  constructor(message: string, options: Dhis2ErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code
    this.retryable = options.retryable ?? false
    this.doubtful = options.doubtful ?? false
    this.method = options.method
    this.path = options.path
    this.status = options.status
    this.errorCode = options.errorCode
    this.retryAfter = options.retryAfter
    this.hint = options.hint
    this.clock = options.clock
    this.fileResource = options.fileResource
    this.fileResources = options.fileResources
    this.document = options.document
    this.sharing = options.sharing
  }

  /** The error as plain data, as `JSON.stringify` takes it: without stack and cause. */
  toJSON(): SerializedError {
    const details: Record<string, unknown> = {}
    for (const key of DETAILS) if (this[key] !== undefined) details[key] = this[key]
    const { name, code, message, retryable, doubtful, attempts } = this
    return { name, code, message, retryable, doubtful, attempts, ...details }
  }
}

/** Whether `error` is a {@link Dhis2Error}, with this code if one is given. Works across copies of the library. */
export function isDhis2Error(error: unknown, code?: Dhis2ErrorCode): error is Dhis2Error {
  return (
    error instanceof Error &&
    error.name === 'Dhis2Error' &&
    (code === undefined || (error as { code?: unknown }).code === code)
  )
}

/** The same failure with more known about it: the message gets a sentence more, the details are joined, the old error is its cause. */
export function withDetails(error: unknown, sentence: string, details: Partial<Dhis2ErrorOptions>): Dhis2Error {
  const base: Partial<Dhis2Error> = isDhis2Error(error) ? error : {}
  const message = error instanceof Error ? error.message : String(error)
  const wrapped = new Dhis2Error(sentence === '' ? message : `${message} ${sentence}`, {
    code: base.code ?? 'protocol',
    retryable: base.retryable,
    doubtful: base.doubtful,
    ...Object.fromEntries(DETAILS.map((key) => [key, base[key]])),
    ...details,
    cause: error,
  })
  wrapped.attempts = base.attempts ?? 1
  wrapped.afterDoubt = base.afterDoubt ?? false
  return wrapped
}
