import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { CommandFailed } from './failure.js'

/** Runs command lines of `dhis2-files` as a person would, on this terminal. */
export interface Commands {
  /** Shows the command, runs it, and lets it print. @throws CommandFailed */
  run(...words: readonly string[]): Promise<void>
}

/** @param interrupted Whether somebody has pressed Ctrl-C. @param env What reaches the server and signs in. @param folder Where the commands are run. */
export function createCommands(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
  interrupted: () => boolean,
): Commands {
  const bin = join(dirname(createRequire(import.meta.url).resolve('dhis2-files/package.json')), 'dist', 'bin.js')
  const bold = process.stdout.isTTY && !env['NO_COLOR'] ? (text: string) => `\u001B[1m${text}\u001B[22m` : String
  return {
    async run(...words) {
      process.stdout.write(`\n${bold(`$ dhis2-files ${words.map(shown).join(' ')}`)}\n`)
      const child = spawn(process.execPath, [bin, ...words], { cwd: folder, env, stdio: 'inherit' })
      const code = await new Promise<number>((resolve, reject) => {
        child.on('error', reject)
        child.on('close', (status) => resolve(status ?? 130))
      })
      // the command has finished what it was at, and ended well: the tour ends there
      if (code !== 0 || interrupted()) throw new CommandFailed(code || 130)
    },
  }
}

function shown(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word}"`
}
