import * as fs from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CliError } from '../failure.js'
import { explained } from '../file-failure.js'

/** What stands for the bytes of stdin among paths. */
export const STDIN = '-'

/**
 * The files that words of a command line mean: each as it is when there is such a file, else as a pattern, for shells that
 * leave patterns to the program. Absolute paths, each once, in their order; those of a pattern sorted. `-` stays `-`.
 * @throws CliError `usage` for a folder, and for a pattern that nothing fits
 */
export async function filesOf(words: readonly string[], cwd: string): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const word of words) {
    if (word === STDIN) found.add(word)
    else for (const path of await filesOfWord(word, cwd)) found.add(path)
  }
  return [...found]
}

async function filesOfWord(word: string, cwd: string): Promise<readonly string[]> {
  const path = resolve(cwd, word)
  const known = await stat(path).catch(() => undefined)
  if (known?.isDirectory()) {
    throw new CliError(`${word} is a folder, and only files can be uploaded.`, {
      hint: `Name files, or a pattern in quotes: '${word.replace(/\/+$/, '')}/*', or '${word.replace(/\/+$/, '')}/**' with the folders below.`,
    })
  }
  const { glob, isDynamicPattern } = await import('tinyglobby')
  // what is not there is told when it is opened, with the reason
  if (known !== undefined || !isDynamicPattern(word)) return [path]
  const unread: unknown[] = []
  const matches = await glob(process.platform === 'win32' ? word.replaceAll('\\', '/') : word, {
    cwd,
    absolute: true,
    onlyFiles: true,
    expandDirectories: false,
    fs: watching(unread),
  })
  if (unread.length > 0) throw explained(unread[0], `Cannot look for ${word}`)
  if (matches.length === 0) {
    throw new CliError(`No file fits the pattern ${word}.`, {
      hint: 'Files whose names begin with a dot must be named.',
    })
  }
  return matches.map((match) => resolve(match)).sort()
}

/** The file system, that remembers which folders could not be read: files in them would be left out without a word. */
function watching(unread: unknown[]): Pick<typeof fs, 'readdir'> {
  type Callback = (error: NodeJS.ErrnoException | null, entries: fs.Dirent[]) => void
  const readdir = (path: fs.PathLike, options: { readonly withFileTypes: true }, callback: Callback): void => {
    fs.readdir(path, options, (error, entries) => {
      if (error) unread.push(error)
      callback(error, entries)
    })
  }
  return { readdir: readdir as unknown as typeof fs.readdir }
}
