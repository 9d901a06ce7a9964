import type { Options } from './command.js'

/** What every command takes. */
export const GLOBAL_OPTIONS = {
  profile: {
    kind: 'text',
    short: 'p',
    value: 'NAME',
    complete: 'profile',
    about:
      'Which DHIS2: a profile of .dhis2/profiles.toml. Default: DHIS2_PROFILE, DHIS2_URL, then the default profile.',
  },
  json: { kind: 'flag', short: 'j', about: 'Print one JSON document, on errors too.' },
  quiet: { kind: 'flag', short: 'q', about: 'Print results and errors alone.' },
  verbose: { kind: 'flag', short: 'v', about: 'Print each request on stderr, without secrets.' },
  color: { kind: 'on', about: 'No colours, as with NO_COLOR.' },
  debug: { kind: 'flag', short: 'd', about: 'Print the stack of an error, and each request.' },
} as const satisfies Options

/** What a command that writes takes besides. */
export const WRITE_OPTIONS = {
  dryRun: { kind: 'flag', about: 'Say what would be done, and send nothing that changes something.' },
} as const satisfies Options

/** What a command that deletes takes besides. */
export const DELETE_OPTIONS = {
  yes: { kind: 'flag', short: 'y', about: 'Do not ask. Needed where there is no terminal to ask on.' },
} as const satisfies Options

/** The values of {@link GLOBAL_OPTIONS}, {@link WRITE_OPTIONS} and {@link DELETE_OPTIONS}. */
export interface GlobalInput {
  readonly profile: string | undefined
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: boolean
  readonly debug: boolean
  readonly dryRun: boolean
  readonly yes: boolean
}
