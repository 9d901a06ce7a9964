import { type Dhis2Error, isDhis2Error } from '@dhis2-files/client'
import { type CommandFacts, flagOf, type Options } from './command.js'
import { DELETE_OPTIONS, GLOBAL_OPTIONS, WRITE_OPTIONS } from './global-options.js'
import { wordsToShare } from './share-words.js'

/**
 * The words that finish what a failed command has begun: the same ones, with the files that are on the server by their uid.
 * After a sharing that could not be set it is the words that set it. `undefined` where there is nothing to go on with.
 */
export function wordsToGoOn(error: unknown, command: CommandFacts, argv: readonly string[]): string[] | undefined {
  if (!isDhis2Error(error)) return undefined
  const all = { ...GLOBAL_OPTIONS, ...WRITE_OPTIONS, ...DELETE_OPTIONS, ...command.options }
  const parts = partsOf(argv, all)
  // a document that others may read meanwhile comes first
  const share = wordsToShare(error)
  if (share !== undefined)
    return [...share, ...parts.filter(({ option }) => option === 'profile').flatMap(({ words }) => words)]
  const option = command.options['fileResource']
  // only what a later step fails with wraps another error: the files that it names are good
  if (option === undefined || !isDhis2Error(error.cause)) return undefined
  return option.kind === 'list' ? withAttachments(error, parts) : withFile(error, parts)
}

/** Failures that the same command meets again: the file is bad, or something else is in its place. */
const USELESS: ReadonlySet<string> = new Set(['lost-content', 'integrity', 'already-exists'])

/** One file: the one that is there takes the place of the bytes. */
function withFile({ code, fileResource }: Dhis2Error, parts: readonly Part[]): string[] | undefined {
  if (fileResource === undefined || USELESS.has(code)) return undefined
  return wordsOf(without(parts, 'fileResource'), [fileResource])
}

/** Those that are there come first, in the order of the message; so many `--attach` are done. */
function withAttachments({ code, fileResources = [] }: Dhis2Error, parts: readonly Part[]): string[] | undefined {
  // another message has one of them
  if (fileResources.length === 0 || code === 'conflict') return undefined
  const kept = without(parts, 'fileResource')
  const done = fileResources.length - (parts.length - kept.length)
  if (done < 0) return undefined
  return wordsOf(without(kept, 'attach', done), fileResources)
}

/** Words of a command line that belong together: an option with its value, an argument, or all from `--` on. */
interface Part {
  /** Name of the option in the code; `undefined` for what is none. */
  readonly option?: string | undefined
  readonly words: readonly string[]
}

/** Reads words as the parser does: `-jareport.pdf` is `-j` and `-a report.pdf`. */
function partsOf(argv: readonly string[], options: Options): Part[] {
  const long = new Map(Object.keys(options).map((name) => [flagOf(name), name]))
  const short = new Map(Object.entries(options).map(([name, { short: letter }]) => [letter, name]))
  const takesValue = (name: string | undefined): boolean => {
    const spec = name === undefined ? undefined : options[name]
    return spec !== undefined && 'value' in spec
  }
  const parts: Part[] = []
  const words = [...argv]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') return [...parts, { words: [word, ...words] }]
    if (/^--./.test(word)) {
      const option = long.get(word.replace(/=.*$/s, ''))
      const apart = takesValue(option) && !word.includes('=')
      parts.push({ option, words: apart ? [word, ...words.splice(0, 1)] : [word] })
      continue
    }
    if (!/^-./.test(word)) {
      parts.push({ words: [word] })
      continue
    }
    for (let letters = word.slice(1); letters !== ''; letters = letters.slice(1)) {
      const option = short.get(letters.charAt(0))
      const joined = takesValue(option) || option === undefined
      if (!joined) parts.push({ option, words: [`-${letters.charAt(0)}`] })
      else {
        const apart = option !== undefined && letters.length === 1
        parts.push({ option, words: apart ? [`-${letters}`, ...words.splice(0, 1)] : [`-${letters}`] })
        break
      }
    }
  }
  return parts
}

/** Without the first `count` of an option. */
function without(parts: readonly Part[], option: string, count = Number.POSITIVE_INFINITY): Part[] {
  let left = count
  return parts.filter((part) => part.option !== option || left-- <= 0)
}

/** The words, with files that are on the server; what is behind `--` is no option. */
function wordsOf(parts: readonly Part[], fileResources: readonly string[]): string[] {
  const end = parts.findIndex(({ words: [first] }) => first === '--')
  const at = end === -1 ? parts.length : end
  const uploaded = fileResources.flatMap((uid) => [flagOf('fileResource'), uid])
  const before = parts.slice(0, at).flatMap(({ words }) => words)
  return [...before, ...uploaded, ...parts.slice(at).flatMap(({ words }) => words)]
}
