import type { CommandContext } from './context.js'

/** A word after the command, such as a path or a uid. */
export interface ArgumentSpec {
  readonly name: string
  readonly about: string
  /** Whether any number may be given. */
  readonly many?: boolean
  /** Default `true`. */
  readonly required?: boolean
  readonly choices?: readonly string[]
  readonly complete?: Completes
}

/** What a shell offers for a word that has no choices: paths, or the names of profiles. */
export type Completes = 'path' | 'profile'

/** What an option takes, and what becomes of it. */
export type OptionSpec =
  /** Given or not. */
  | { readonly kind: 'flag'; readonly about: string; readonly short?: string }
  /** On, unless it is given as `--no-…`. */
  | { readonly kind: 'on'; readonly about: string; readonly short?: undefined }
  | {
      readonly kind: 'text'
      readonly about: string
      /** How the value is called in the help: `UID`. */
      readonly value: string
      readonly short?: string
      readonly default?: string
      readonly choices?: readonly string[]
      readonly required?: boolean
      readonly complete?: Completes
    }
  /** Text that may be given several times. */
  | {
      readonly kind: 'list'
      readonly about: string
      readonly value: string
      readonly short?: string
      readonly choices?: readonly string[]
      readonly complete?: Completes
    }
  /** A whole number from `min` (default 1). */
  | {
      readonly kind: 'count'
      readonly about: string
      readonly value: string
      readonly short?: string
      readonly default?: number
      readonly min?: number
    }

/** Options by their name in the code: `pageSize` is `--page-size`. */
export type Options = Readonly<Record<string, OptionSpec>>

type ArgumentValue<A extends ArgumentSpec> = A extends { many: true }
  ? readonly string[]
  : A extends { required: false }
    ? string | undefined
    : string

type OptionValue<O extends OptionSpec> = O extends { kind: 'flag' | 'on' }
  ? boolean
  : O extends { kind: 'list' }
    ? readonly string[]
    : O extends { kind: 'count' }
      ? O extends { default: number }
        ? number
        : number | undefined
      : O extends { default: string } | { required: true }
        ? string
        : string | undefined

/** What a command is called with: its arguments and options by their names. */
export type Input<A extends readonly ArgumentSpec[], O extends Options> = {
  readonly [Item in A[number] as Item['name']]: ArgumentValue<Item>
} & { readonly [Name in keyof O]: OptionValue<O[Name]> }

/** What can be known of a command without running it. Help, the docs page and completion are made of it. */
export interface CommandFacts {
  readonly name: string
  readonly aliases?: readonly string[]
  /** One line for the list of commands. */
  readonly summary: string
  /** What else one has to know, in whole sentences. */
  readonly details?: string
  /** Command lines, without the program's name. */
  readonly examples?: readonly string[]
  /** Whether it changes something on the server: then it has `--dry-run`. */
  readonly writes?: boolean
  /** Whether it deletes something: then it has `--yes`. */
  readonly deletes?: boolean
  readonly arguments: readonly ArgumentSpec[]
  readonly options: Options
}

/** A command. */
export interface Command extends CommandFacts {
  /** Does it. Resolves with an exit code, or with nothing when all went well. */
  readonly run: (context: CommandContext, input: Readonly<Record<string, unknown>>) => Promise<number | void>
}

/** Ties what a command takes to what its `run` gets. */
export function defineCommand<const A extends readonly ArgumentSpec[], const O extends Options>(
  command: Omit<CommandFacts, 'arguments' | 'options'> & {
    readonly arguments: A
    readonly options: O
    readonly run: (context: CommandContext, input: Input<A, O>) => Promise<number | void>
  },
): Command {
  return command as unknown as Command
}

/** Commands about one noun: `documents list`, `documents get` … Loaded when it is asked for. */
export interface CommandGroup {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<readonly Command[]>
}

/** A command without a noun: `doctor`. */
export interface SingleCommand {
  readonly name: string
  readonly summary: string
  readonly loadOne: () => Promise<Command>
}

/** `pageSize` as it is written on the command line: `--page-size`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
