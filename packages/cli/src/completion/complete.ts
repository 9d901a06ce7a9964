import type { ArgumentSpec, Command, Completes, Options, OptionSpec } from '../command.js'
import { flagOf } from '../command.js'
import { DELETE_OPTIONS, GLOBAL_OPTIONS, WRITE_OPTIONS } from '../global-options.js'
import type { Entry } from '../program.js'

/** What may stand where the cursor is. */
export interface Completions {
  readonly values: readonly { readonly value: string; readonly about: string }[]
  /** Whether it may be a path, which the shell completes by itself. */
  readonly paths: boolean
}

/** Where else values come from. */
export interface CompletionSources {
  readonly profiles: () => Promise<readonly string[]>
}

const NOTHING: Completions = { values: [], paths: false }

/** Options and arguments with these words are paths. */
const PATH_WORDS = /^(path|paths|file|dir|journal)$/i

/**
 * What may stand in place of the last word.
 * @param words Those after the program's name, up to the cursor; the last one may be empty. A `=` may be a word of its own, as bash has it.
 */
export async function complete(
  entries: readonly Entry[],
  words: readonly string[],
  sources: CompletionSources,
): Promise<Completions> {
  const joined = joinValues(words)
  const current = joined.pop() ?? ''
  const at = await readWords(entries, joined)
  if (at.option !== undefined) return startingWith(current, await valuesOf(at.option, sources))
  const [, flag, start = ''] = /^(--[^=]+)=([^]*)$/.exec(current) ?? []
  if (flag !== undefined) {
    const spec = at.options.get(flag)
    return spec === undefined ? NOTHING : startingWith(start, await valuesOf(spec, sources), `${flag}=`)
  }
  if (current.startsWith('-') && !at.ended) return startingWith(current, { values: flagsOf(at), paths: false })
  if (at.command === undefined) return startingWith(current, { values: at.next, paths: false })
  const argument = at.command.arguments[at.index] ?? lastOfMany(at.command.arguments)
  return argument === undefined ? NOTHING : startingWith(current, await valuesOf(argument, sources))
}

/** What the words before the cursor are. */
interface Position {
  readonly command: Command | undefined
  /** What may come next while there is no command. */
  readonly next: Completions['values']
  /** Every way to write an option that is known here. */
  readonly options: ReadonlyMap<string, OptionSpec>
  /** How many arguments of the command are there already. */
  readonly index: number
  /** The option whose value is to come. */
  readonly option: OptionSpec | undefined
  /** Whether `--` was there. */
  readonly ended: boolean
  readonly given: ReadonlySet<string>
}

async function readWords(entries: readonly Entry[], words: readonly string[]): Promise<Position> {
  let next: Completions['values'] = entries.map(({ name, summary }) => ({ value: name, about: summary }))
  let group: readonly Command[] | undefined
  let command: Command | undefined
  let options = namesOf(GLOBAL_OPTIONS)
  let index = 0
  let option: OptionSpec | undefined
  let ended = false
  const given = new Set<string>()
  for (const word of words) {
    if (option !== undefined) {
      option = undefined
      continue
    }
    if (!ended && word === '--') ended = true
    else if (!ended && word.startsWith('-') && word !== '-') {
      given.add(word.replace(/=.*$/s, ''))
      const spec = options.get(word)
      if (spec !== undefined && 'value' in spec) option = spec
    } else if (command !== undefined) index++
    else if (group === undefined) {
      if (word === 'help') continue
      const entry = entries.find(({ name }) => name === word)
      if (entry === undefined) next = []
      else if ('load' in entry) {
        group = await entry.load()
        next = group.map(({ name, summary }) => ({ value: name, about: summary }))
      } else command = await entry.loadOne()
    } else {
      command = group.find(({ name, aliases = [] }) => name === word || aliases.includes(word))
      if (command === undefined) next = []
    }
    if (command !== undefined) options = namesOf(optionsOf(command))
  }
  return { command, next, options, index, option, ended, given }
}

function optionsOf({ options, writes, deletes }: Command): Options {
  return { ...options, ...(writes && WRITE_OPTIONS), ...(deletes && DELETE_OPTIONS), ...GLOBAL_OPTIONS }
}

function namesOf(options: Options): Map<string, OptionSpec> {
  return new Map(
    Object.entries(options).flatMap(([name, spec]) => [
      [spec.kind === 'on' ? flagOf(name).replace(/^--/, '--no-') : flagOf(name), spec] as const,
      ...(spec.short === undefined ? [] : [[`-${spec.short}`, spec] as const]),
    ]),
  )
}

/** The long names of those that may come, each once unless it may be repeated. */
function flagsOf({ options, given }: Position): Completions['values'] {
  const used = new Set([...given].map((name) => options.get(name)))
  const flags = [...options]
    .filter(([name, spec]) => name.startsWith('--') && (spec.kind === 'list' || !used.has(spec)))
    .map(([value, { about }]) => ({ value, about }))
  return [...flags, { value: '--help', about: 'Print the help.' }]
}

async function valuesOf(
  spec: (OptionSpec | ArgumentSpec) & { readonly complete?: Completes; readonly choices?: readonly string[] },
  { profiles }: CompletionSources,
): Promise<Completions> {
  const word = 'kind' in spec ? ('value' in spec ? spec.value : '') : spec.name
  if (spec.choices !== undefined) return { values: spec.choices.map((value) => ({ value, about: '' })), paths: false }
  if (spec.complete === 'profile')
    return { values: (await profiles()).map((value) => ({ value, about: '' })), paths: false }
  return { values: [], paths: spec.complete === 'path' || PATH_WORDS.test(word) }
}

function lastOfMany(specs: readonly ArgumentSpec[]): ArgumentSpec | undefined {
  const last = specs.at(-1)
  return last?.many ? last : undefined
}

function startingWith(start: string, { values, paths }: Completions, prefix = ''): Completions {
  const fitting = values.filter(({ value }) => value.startsWith(start))
  return { values: fitting.map(({ value, about }) => ({ value: prefix + value, about })), paths }
}

/** bash takes `--domain=DATA` for three words. */
function joinValues(words: readonly string[]): string[] {
  const joined: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const last = joined.at(-1)
    if (word === '=' && last?.startsWith('--')) joined[joined.length - 1] = `${last}=${words[++at] ?? ''}`
    else joined.push(word)
  }
  return joined
}
