import { type Dhis2Error, isDhis2Error } from '@dhis2-files/client'
import type { CommandFacts } from './command.js'

const UPLOADED = '--file-resource'

/**
 * The words that finish what a failed command has begun: the same ones, with the files that are on the server by their uid.
 * `undefined` where nothing is on the server, or where it is of no use there.
 */
export function wordsToGoOn(error: unknown, command: CommandFacts, argv: readonly string[]): string[] | undefined {
  const option = command.options['fileResource']
  // only what a later step fails with wraps another error: the files that it names are good
  if (option === undefined || !isDhis2Error(error) || !isDhis2Error(error.cause)) return undefined
  return option.kind === 'list' ? withAttachments(error, argv) : withFile(error, argv)
}

/** Failures that the same command meets again: the file is bad, or something else is in its place. */
const USELESS: ReadonlySet<string> = new Set(['lost-content', 'integrity', 'already-exists'])

/** One file: the one that is there takes the place of the bytes. */
function withFile({ code, fileResource }: Dhis2Error, argv: readonly string[]): string[] | undefined {
  if (fileResource === undefined || USELESS.has(code)) return undefined
  return [...without(argv, [UPLOADED], 1).kept, UPLOADED, fileResource]
}

/** Those that are there come first, in the order of the message; so many `--attach` are done. */
function withAttachments({ code, fileResources = [] }: Dhis2Error, argv: readonly string[]): string[] | undefined {
  // another message has one of them
  if (fileResources.length === 0 || code === 'conflict') return undefined
  const { kept, dropped } = without(argv, [UPLOADED], argv.length)
  const done = fileResources.length - dropped
  if (done < 0) return undefined
  const rest = without(kept, ['--attach', '-a'], done).kept
  return [...rest, ...fileResources.flatMap((uid) => [UPLOADED, uid])]
}

/** Without the first `count` of some options, and their values, which may be joined by `=`. */
function without(
  argv: readonly string[],
  options: readonly string[],
  count: number,
): { readonly kept: string[]; readonly dropped: number } {
  const kept: string[] = []
  let dropped = 0
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const apart = options.includes(word)
    if (dropped < count && (apart || options.some((option) => word.startsWith(`${option}=`)))) {
      dropped++
      if (apart) at++
    } else kept.push(word)
  }
  return { kept, dropped }
}

/** Words as they are typed into a shell. */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}
