import { type Dhis2Error, isDhis2Error } from '@dhis2-files/client'
import { isProfileError, type ProfileErrorCode } from '@dhis2-files/profiles'
import { exitCode, type ExitName, exitNameOf } from './exit-codes.js'
import { Interrupted } from './interrupts.js'
import { asSaid } from './said.js'

/** A failure of the command line's own, explained in one sentence. */
export class CliError extends Error {
  /** Its class, which is also its `code` in JSON. */
  readonly exit: ExitName
  /** What to do about it. */
  readonly hint: string | undefined
  /** A help text to show before, to a person. */
  readonly help: string | undefined

  constructor(
    message: string,
    { exit = 'usage', hint, help, cause }: { exit?: ExitName; hint?: string; help?: string; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'CliError'
    this.exit = exit
    this.hint = hint
    this.help = help
  }
}

/** What is told of an error: to a person as a line and a hint, to a script as JSON. Holds no secret. */
export interface Failure {
  /** The class of the error. */
  readonly exit: ExitName
  readonly exitCode: number
  /** Code of the error, such as `not-found`. */
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
  /** The command line that goes on from there. */
  readonly goOn?: string | undefined
  /** What else is known, for JSON: the members of `Dhis2Error`. */
  readonly details: Readonly<Record<string, unknown>>
}

/** Where the error of a profile is not one of class `profile`. */
const PROFILE_EXITS: Readonly<Partial<Record<ProfileErrorCode, ExitName>>> = {
  'sign-in-failed': 'unauthenticated',
  'sign-in-needed': 'unauthenticated',
  'already-exists': 'conflict',
  'changed-meanwhile': 'conflict',
  busy: 'conflict',
  'file-failed': 'local-file',
  'invalid-name': 'usage',
}

/** Tells what an error is, whatever was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Interrupted) return failure('interrupted', 'interrupted', error.message, error.hint)
  if (error instanceof CliError) return failure(error.exit, error.exit, error.message, error.hint)
  if (isProfileError(error)) {
    const { name: _, code, message, hint, ...details } = error.toJSON()
    return { ...failure(PROFILE_EXITS[code] ?? 'profile', code, message, hint), details }
  }
  if (isDhis2Error(error)) {
    const { name: _, code, message, hint, ...details } = error.toJSON()
    const exit = isLocal(error) ? 'local-file' : exitNameOf(code)
    return { ...failure(exit, code, asSaid(message, error), hint && asSaid(hint, error)), details }
  }
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof Error && error.name === 'McpUsageError') return failure('usage', 'usage', message)
  // the client's word for misuse: an option that cannot be
  if (error instanceof TypeError && error.constructor === TypeError && isOurs(error))
    return failure('usage', 'usage', message)
  if (isFileError(error)) return failure('local-file', error.code, message)
  return failure(
    'internal',
    'internal',
    message,
    'This is a fault of dhis2-files: run it again with --debug and report what it prints.',
  )
}

/** Whether an error says more than that it was ended by Ctrl-C: that a document is open to everyone. */
export function isNews(error: unknown): boolean {
  return isDhis2Error(error) && error.sharing !== undefined
}

/** Whether it is about a file of this machine, not about the server. */
export function isLocal(error: Dhis2Error): boolean {
  return error.method === undefined && error.code !== 'network' && isFileError(error.cause)
}

/** The operating system's own code, such as `ENOSPC`, of a failure of a local file. */
export function errnoOf(error: unknown): string | undefined {
  if (isFileError(error)) return error.code
  return error instanceof Error && isFileError(error.cause) ? error.cause.code : undefined
}

/** The exit code of several pieces of work. */
export function exitOf(failures: readonly Failure[], done: number): number {
  const [first] = failures
  if (first === undefined) return 0
  const alike = done === 0 && failures.every(({ exit }) => exit === first.exit)
  return alike ? first.exitCode : exitCode('some-failed')
}

function failure(exit: ExitName, code: string, message: string, hint?: string): Failure {
  return { exit, exitCode: exitCode(exit), code, message, hint, details: {} }
}

function isFileError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
}

/** What can only be a bug, although the client says it in a sentence. */
const BUGS = /opened twice|were removed already|are not too many/

/**
 * A TypeError of the client that explains an option. Its sentences end; those of the language and of the runtime do not, have a code,
 * or begin with the name of an interface.
 */
function isOurs(error: TypeError): boolean {
  const { message } = error
  return (
    /\.$/.test(message) && !('code' in error) && !/^[A-Z]\w+(\.\w+| constructor): /.test(message) && !BUGS.test(message)
  )
}
