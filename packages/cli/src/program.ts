import { Command as Parser, CommanderError, InvalidArgumentError, Option } from 'commander'
import {
  type Command,
  type CommandGroup,
  flagOf,
  type Options,
  type OptionSpec,
  type SingleCommand,
} from './command.js'
import { CliError } from './failure.js'
import { DELETE_OPTIONS, GLOBAL_OPTIONS, type GlobalInput, WRITE_OPTIONS } from './global-options.js'

/** What the program is called in help and messages. */
export const PROGRAM = 'dhis2-files'

const SUMMARY = 'Files in and out of DHIS2: uploaded exactly once, downloaded verified.'

/** What a command line asks for. */
export interface Asked {
  readonly command: Command
  readonly input: Readonly<Record<string, unknown>>
  readonly globals: GlobalInput
}

/** A command line that asks for nothing but a text: help or the version. */
export interface Answered {
  readonly text: string
}

export type Entry = CommandGroup | SingleCommand

/**
 * Reads a command line.
 * @throws CliError `usage` that names what is wrong and where the help is
 */
export async function readCommandLine(
  argv: readonly string[],
  entries: readonly Entry[],
  version: string,
): Promise<Asked | Answered> {
  let asked: Asked | undefined
  let text = ''
  const noun = nounOf(argv)
  const program = await buildProgram(entries, {
    noun,
    onAsked: (found) => (asked = found),
    onText: (more) => (text += more),
  })
  // commands have a --version of their own, that of a server: ours is asked for alone
  if (!entries.some(({ name }) => name === noun)) program.version(version, '-V, --version', 'Print the version.')
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0 && error.code !== 'commander.help') throw usage(error, argv, entries)
    // help that nobody asked for: a noun stands alone
    if (error.exitCode !== 0 && argv.length > 0) throw incomplete(noun, text, error)
  }
  return asked ?? { text }
}

/** How a parser is built. */
export interface BuildOptions {
  /** The first word: only what belongs to it is loaded. `undefined` loads everything. */
  readonly noun: string | undefined
  readonly onAsked: (asked: Asked) => void
  readonly onText: (text: string) => void
}

/** The parser of the command line, made of the commands' own facts. */
export async function buildProgram(
  entries: readonly Entry[],
  { noun, onAsked, onText }: BuildOptions,
): Promise<Parser> {
  const program = new Parser(PROGRAM)
  program
    .description(SUMMARY)
    .exitOverride()
    .configureOutput({ writeOut: onText, writeErr: onText, outputError: () => undefined })
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .helpOption('-h, --help', 'Print this help.')
    .helpCommand('help [command]', 'Print the help of a command.')
  addOptions(program, GLOBAL_OPTIONS)
  for (const entry of entries) {
    const wanted = noun === undefined || noun === entry.name
    if ('load' in entry) {
      const group = program.command(entry.name).description(entry.summary)
      if (wanted) for (const command of await entry.load()) addCommand(group, command, program, onAsked)
    } else if (wanted) addCommand(program, await entry.loadOne(), program, onAsked)
    else program.command(entry.name).description(entry.summary)
  }
  return program
}

function addCommand(parent: Parser, command: Command, program: Parser, onAsked: BuildOptions['onAsked']): void {
  const parser = parent.command(command.name).summary(command.summary)
  parser.description([command.summary, command.details].filter((text) => text !== undefined).join('\n\n'))
  for (const alias of command.aliases ?? []) parser.alias(alias)
  for (const { name, about, many, required = true, choices } of command.arguments) {
    const inner = many ? `${name}...` : name
    const argument = parser.createArgument(required ? `<${inner}>` : `[${inner}]`, about)
    parser.addArgument(choices === undefined ? argument : argument.choices(choices))
  }
  addOptions(parser, command.options)
  if (command.writes) addOptions(parser, WRITE_OPTIONS)
  if (command.deletes) addOptions(parser, DELETE_OPTIONS)
  const { examples = [] } = command
  if (examples.length > 0)
    parser.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${PROGRAM} ${line}`).join('\n')}`)
  parser.action((...all: unknown[]) => {
    const own = parser.opts()
    const words = Object.fromEntries(
      command.arguments.map(({ name, many }, index) => [name, all[index] ?? (many ? [] : undefined)]),
    )
    const input = { ...words, ...withDefaults(command.options, own) }
    const globals = {
      dryRun: false,
      yes: false,
      ...withDefaults({ ...WRITE_OPTIONS, ...DELETE_OPTIONS }, own),
      ...withDefaults(GLOBAL_OPTIONS, program.opts()),
    }
    onAsked({ command, input, globals: globals as unknown as GlobalInput })
  })
}

function withDefaults(options: Options, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const absent: Record<OptionSpec['kind'], unknown> = {
    flag: false,
    on: true,
    list: [],
    text: undefined,
    count: undefined,
  }
  return Object.fromEntries(Object.entries(options).map(([name, { kind }]) => [name, given[name] ?? absent[kind]]))
}

function addOptions(parser: Parser, options: Options): void {
  for (const [name, spec] of Object.entries(options)) parser.addOption(optionOf(name, spec))
}

function optionOf(name: string, spec: OptionSpec): Option {
  const flag = spec.kind === 'on' ? flagOf(name).replace(/^--/, '--no-') : flagOf(name)
  const value = 'value' in spec ? ` <${spec.value}>` : ''
  const option = new Option(`${spec.short === undefined ? '' : `-${spec.short}, `}${flag}${value}`, spec.about)
  if ('choices' in spec && spec.choices !== undefined) option.choices(spec.choices)
  if ('default' in spec && spec.default !== undefined) option.default(spec.default)
  if ('required' in spec && spec.required) option.makeOptionMandatory()
  if (spec.kind === 'count') option.argParser((text) => wholeNumber(text, spec.min ?? 1))
  if (spec.kind === 'list') {
    const { choices } = spec
    option.argParser((text: string, before: readonly string[] | undefined) => {
      if (choices !== undefined && !choices.includes(text))
        throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`)
      return [...(before ?? []), text]
    })
  }
  return option
}

function wholeNumber(text: string, min: number): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < min) {
    throw new InvalidArgumentError(`A whole number from ${min} is expected.`)
  }
  return number
}

/** The first word that is no option and no value of one. */
function nounOf(argv: readonly string[]): string {
  const words = [...argv]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') break
    if (word === '--profile' || word === '-p') words.shift()
    else if (word === 'help') continue
    else if (!word.startsWith('-')) return word
  }
  return ''
}

/** What people pass although it must not be an argument. */
const SECRET = /^--?(token|pat|password|secret|client-secret|cookie|two-factor-code)$/

function usage(error: CommanderError, argv: readonly string[], entries: readonly Entry[]): CliError {
  const option = error.code === 'commander.unknownOption' ? /'([^'=]*)/.exec(error.message)?.[1] : undefined
  if (option !== undefined && SECRET.test(option)) {
    return new CliError(
      `${option} is no option: what is secret is not passed as an argument, where others on this machine see it.`,
      {
        hint: 'Type it when you are asked, pass --from-env to "profile add", or pipe it in with --secret-stdin.',
      },
    )
  }
  const noun = nounOf(argv)
  const known = entries.find(({ name }) => name === noun)
  const verb = known !== undefined && 'load' in known ? argv[argv.indexOf(noun) + 1] : undefined
  const named = error.code !== 'commander.unknownCommand' && !verb?.startsWith('-')
  const path = [PROGRAM, known && noun, named ? verb : undefined].filter((part) => part !== undefined)
  const message = error.message
    .replace(/^error: /, '')
    // the value may be secret
    .replace(/^(unknown option '[^'=]*)=[^]*?(?='( |$|\n))/, '$1')
    .replace(/\s*\n\(Did you mean (.*)\?\)/s, ': did you mean $1?')
  return new CliError(sentence(message), { hint: `${path.join(' ')} --help says what it takes.`, cause: error })
}

function incomplete(noun: string, help: string, cause: CommanderError): CliError {
  const words = [PROGRAM, noun].filter((word) => word !== '').join(' ')
  const message = `“${words}” alone does nothing: name a command.`
  return new CliError(message, { help, hint: `${words} --help lists the commands.`, cause })
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.?!]$/.test(whole) ? whole : `${whole}.`
}
