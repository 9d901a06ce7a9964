import { ENTRIES } from '../commands/index.js'
import type { CliIo } from '../io.js'
import { complete } from './complete.js'

/** The word by which shells ask: `complete SHELL -- WORDS…`. It is no command of the help. */
export const COMPLETE = 'complete'

/** Answers a shell. Says nothing of what goes wrong: there is nobody to read it. */
export async function answerShell([shell, ...words]: readonly string[], io: CliIo): Promise<string> {
  const asked = words[0] === '--' ? words.slice(1) : words
  const { values, paths } = await complete(ENTRIES, asked, { profiles: () => profileNames(io) })
  // bash completes what is after the =, the others the whole word
  const valueOf = (value: string): string => (shell === 'bash' ? value.replace(/^--[^=]*=/, '') : value)
  const lines = values.map(({ value, about }) => `${valueOf(value)}\t${about}\n`)
  return [...lines, ...(paths ? [':paths\n'] : [])].join('')
}

async function profileNames({ cwd, env }: CliIo): Promise<readonly string[]> {
  const { ProfileStore } = await import('@dhis2-files/profiles')
  const store = await ProfileStore.open({ cwd, env })
  return [...new Set(store.list().map(({ name }) => name))]
}
