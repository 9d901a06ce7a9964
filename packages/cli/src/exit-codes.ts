import type { Dhis2ErrorCode } from '@dhis2-files/client'

/** One row of the table of exit codes: what a script may branch on. Codes are never given another meaning. */
export interface ExitCode {
  /** What the process ends with. */
  readonly code: number
  /** The class of error, as a word. */
  readonly name: string
  /** When it happens, for the docs page. */
  readonly about: string
  /** Codes of `Dhis2Error` that belong to it. */
  readonly errors: readonly Dhis2ErrorCode[]
}

/** The table. `docs/cli.md` lists it. */
export const EXIT_CODES = [
  { code: 0, name: 'done', about: 'everything was done', errors: [] },
  { code: 1, name: 'internal', about: 'a fault of this program: please report it', errors: [] },
  { code: 2, name: 'usage', about: 'the command line is wrong; nothing was sent', errors: [] },
  { code: 3, name: 'profile', about: 'no profile, an unknown one, or one without its secret', errors: [] },
  {
    code: 4,
    name: 'unauthenticated',
    about: 'the server does not accept the credentials',
    errors: ['unauthenticated'],
  },
  { code: 5, name: 'forbidden', about: 'the user, or a read-only profile, may not do this', errors: ['forbidden'] },
  { code: 6, name: 'not-found', about: 'the server has no such object', errors: ['not-found'] },
  {
    code: 7,
    name: 'conflict',
    about: 'something else is there already, or the state does not allow it',
    errors: ['conflict', 'already-exists'],
  },
  { code: 8, name: 'rejected', about: 'DHIS2 does not take this file', errors: ['rejected-file', 'too-large'] },
  {
    code: 9,
    name: 'not-stored',
    about: 'the server has not stored the bytes yet, or has lost them',
    errors: ['not-yet-stored', 'lost-content'],
  },
  {
    code: 10,
    name: 'integrity',
    about: 'bytes are not what they should be; nothing was kept of them',
    errors: ['integrity'],
  },
  {
    code: 11,
    name: 'network',
    about: 'the server cannot be reached, or does not answer in time',
    errors: ['network', 'timeout'],
  },
  {
    code: 12,
    name: 'server',
    about: 'the server failed, asked to slow down, or is no DHIS2',
    errors: ['server', 'rate-limited', 'protocol'],
  },
  {
    code: 13,
    name: 'unsupported',
    about: 'this server or this place cannot do it',
    errors: ['unsupported', 'not-replayable'],
  },
  { code: 14, name: 'local-file', about: 'a file or folder of this machine cannot be read or written', errors: [] },
  { code: 20, name: 'some-failed', about: 'of several files some were done and some were not', errors: [] },
  { code: 130, name: 'interrupted', about: 'Ctrl-C or SIGTERM; the message says how to go on', errors: [] },
] as const satisfies readonly ExitCode[]

/** The class of an error, as in {@link EXIT_CODES}. */
export type ExitName = (typeof EXIT_CODES)[number]['name']

/** The number of a class. */
export function exitCode(name: ExitName): number {
  return EXIT_CODES.find((row) => row.name === name)?.code ?? 1
}

/** The class that a code of `Dhis2Error` belongs to. */
export function exitNameOf(code: Dhis2ErrorCode): ExitName {
  return EXIT_CODES.find((row) => (row.errors as readonly string[]).includes(code))?.name ?? 'internal'
}
