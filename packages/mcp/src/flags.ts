import { parseArgs } from 'node:util'
import { DEFAULT_MAX_INLINE, LARGEST_MAX_INLINE } from './limits.js'

/** A flag that is given or not. */
export interface SwitchFlag {
  /** Tells the kinds of flags apart. */
  readonly kind: 'flag'
  /** What it does, in whole sentences. */
  readonly about: string
}

/** A flag that takes a word. */
export interface TextFlag {
  /** Tells the kinds of flags apart. */
  readonly kind: 'text'
  /** What it does, in whole sentences. */
  readonly about: string
  /** How the help calls the word: `NAME`. */
  readonly value: string
  /** The word that is taken when none is given. */
  readonly default?: string
}

/** A flag that takes a word, and may be given several times. */
export interface ListFlag {
  /** Tells the kinds of flags apart. */
  readonly kind: 'list'
  /** What it does, in whole sentences. */
  readonly about: string
  /** How the help calls the word: `DIR`. */
  readonly value: string
}

/** A flag that takes a whole number. */
export interface CountFlag {
  /** Tells the kinds of flags apart. */
  readonly kind: 'count'
  /** What it does, in whole sentences. */
  readonly about: string
  /** How the help calls the number: `PORT`. */
  readonly value: string
  /** The number that is taken when none is given. */
  readonly default: number
  /** The least that it may be. */
  readonly min: number
}

/** A flag, by the kind of what it takes. */
export type McpFlag = SwitchFlag | TextFlag | ListFlag | CountFlag

/** The flags of the server by their names in code: `allowDelete` is `--allow-delete`. `dhis2-files mcp`, `dhis2-files-mcp` and docs/mcp.md all follow this table. */
export const MCP_FLAGS: {
  readonly profile: TextFlag
  readonly root: ListFlag
  readonly write: SwitchFlag
  readonly allowDelete: SwitchFlag
  readonly maxInline: CountFlag
  readonly http: SwitchFlag
  readonly host: TextFlag
  readonly port: CountFlag
  readonly allowHost: ListFlag
  readonly tokenEnv: TextFlag
  readonly verbose: SwitchFlag
} = {
  profile: {
    kind: 'text',
    value: 'NAME',
    about:
      'The profile that tools use when they name none. Default: DHIS2_PROFILE, DHIS2_URL, then the default profile.',
  },
  root: {
    kind: 'list',
    value: 'DIR',
    about:
      'A folder from which files are uploaded, and into which they are downloaded. May be given several times. Default: the folders that the MCP client names, over stdio.',
  },
  write: { kind: 'flag', about: 'Allow tools that change something in DHIS2, and downloads that replace a file.' },
  allowDelete: { kind: 'flag', about: 'Allow tools that delete. Needs --write too.' },
  maxInline: {
    kind: 'count',
    value: 'BYTES',
    default: DEFAULT_MAX_INLINE,
    min: 0,
    about: `The largest file that is sent inside a message. ${LARGEST_MAX_INLINE} at most.`,
  },
  http: { kind: 'flag', about: 'Serve streamable HTTP instead of stdio.' },
  host: {
    kind: 'text',
    value: 'HOST',
    default: '127.0.0.1',
    about: 'With --http: where to listen. Anything but loopback needs --token-env.',
  },
  port: { kind: 'count', value: 'PORT', default: 8424, min: 0, about: 'With --http: the port; 0 for a free one.' },
  allowHost: {
    kind: 'list',
    value: 'NAME',
    about:
      'With --http: a further host name by which clients may reach the server, through a proxy for one. Needs --token-env.',
  },
  tokenEnv: {
    kind: 'text',
    value: 'NAME',
    about: 'With --http: the environment variable that holds the bearer token which every request must carry.',
  },
  verbose: { kind: 'flag', about: 'Print each call and each request to DHIS2 on stderr, without secrets.' },
}

/** The values of {@link MCP_FLAGS}, as parsed. */
export interface McpFlagValues {
  /** `--profile` */
  readonly profile?: string | undefined
  /** `--root` */
  readonly root?: readonly string[] | undefined
  /** `--write` */
  readonly write?: boolean | undefined
  /** `--allow-delete` */
  readonly allowDelete?: boolean | undefined
  /** `--max-inline` */
  readonly maxInline?: number | undefined
  /** `--http` */
  readonly http?: boolean | undefined
  /** `--host` */
  readonly host?: string | undefined
  /** `--port` */
  readonly port?: number | undefined
  /** `--allow-host` */
  readonly allowHost?: readonly string[] | undefined
  /** `--token-env` */
  readonly tokenEnv?: string | undefined
  /** `--verbose` */
  readonly verbose?: boolean | undefined
}

/** A command line, or an environment, with which the server does not start. The message is all there is to say. */
export class McpUsageError extends Error {
  /** Tells this error from others. */
  override readonly name = 'McpUsageError'
}

/** `allowDelete` as it is written: `--allow-delete`. */
export function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

const entries: readonly (readonly [string, McpFlag])[] = Object.entries(MCP_FLAGS)

/**
 * Parses the words after the program's name.
 * @throws McpUsageError
 */
export function parseMcpFlags(args: readonly string[]): McpFlagValues {
  const options = Object.fromEntries(
    entries.map(([name, { kind }]) => [
      flagName(name).slice(2),
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const), multiple: kind === 'list' },
    ]),
  )
  let values: Readonly<Record<string, unknown>>
  try {
    values = parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new McpUsageError(`${(error as Error).message} --help lists what there is.`)
  }
  return Object.fromEntries(
    entries.map(([name, flag]) => [name, valueOf(flag, flagName(name), values[flagName(name).slice(2)])]),
  )
}

function valueOf(flag: McpFlag, name: string, given: unknown): unknown {
  if (flag.kind === 'flag') return given ?? false
  if (given === undefined) return 'default' in flag ? flag.default : undefined
  if (flag.kind !== 'count') return given
  const count = Number(given)
  if (!/^\d+$/.test(String(given)) || !Number.isSafeInteger(count) || count < flag.min) {
    throw new McpUsageError(`${name} must be a whole number from ${flag.min}, but is “${String(given)}”.`)
  }
  return count
}

/** The flags as lines of a help text. */
export function describeMcpFlags(): string {
  const rows = entries.map(([name, flag]) => [
    flag.kind === 'flag' ? flagName(name) : `${flagName(name)} ${flag.value}`,
    'default' in flag ? `${flag.about} Default ${flag.default}.` : flag.about,
  ])
  const width = Math.max(...rows.map(([left = '']) => left.length))
  return rows.map(([left = '', about]) => `  ${left.padEnd(width)}  ${about}`).join('\n')
}
