import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { answerShell } from '../../src/completion/answer.js'
import { COMPLETION_SCRIPTS } from '../../src/completion/scripts.js'
import { processIo } from '../../src/io.js'
import { temporaryFolder } from '../run.js'

/** A `dhis2-files` that writes down what it is asked, and gives answers that were made before. */
function folderWithProgram(answer: string): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'answer'), answer)
  writeFileSync(join(folder, 'photo.jpg'), '')
  const program = join(folder, 'bin', 'dhis2-files')
  writeFileSync(program, `#!/bin/sh\nprintf '<%s>' "$@" > '${folder}/asked'\ncat '${folder}/answer'\n`)
  chmodSync(program, 0o755)
  return folder
}

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0

/** Types words in a shell, and gives what it would offer; the first line is what the program was asked. */
const SHELLS = {
  bash: (words: readonly string[]) => `
${COMPLETION_SCRIPTS.bash}
${COMPLETION_SCRIPTS.bash}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
_dhis2_files 2>/dev/null
cat asked; echo
printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (words: readonly string[]) => `
${COMPLETION_SCRIPTS.fish}
set -l found (complete -C '${words.join(' ')}')
cat asked; echo
printf '%s\\n' $found`,
} as const

describe.each(Object.entries(SHELLS))('%s', (shell, script) => {
  const type = (folder: string, words: readonly string[]): string[] => {
    const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, HOME: folder }
    const out = execFileSync(shell, ['-c', script(words)], { cwd: folder, env, encoding: 'utf8' })
    return out.trimEnd().split('\n')
  }

  test.runIf(has(shell))('asks for the words up to the cursor, and offers the answer', async () => {
    const answer = await answerShell([shell, '--', 'resources', 'list', '--domain', 'DA'], processIo())
    const folder = folderWithProgram(answer)
    expect(type(folder, ['dhis2-files', 'resources', 'list', '--domain', 'DA'])).toEqual([
      `<complete><${shell}><--><resources><list><--domain><DA>`,
      expect.stringMatching(/^DATA_VALUE\t?$/),
    ])
  })

  test.runIf(has(shell))('asks with an empty word after a blank', () => {
    const folder = folderWithProgram('list\tLists.\nget\tShows.\n')
    const [asked, ...values] = type(folder, ['d2f', 'documents', ''])
    expect(asked).toBe(`<complete><${shell}><--><documents><>`)
    expect(values.map((line) => line.split('\t')[0]).sort()).toEqual(['get', 'list'])
  })
})

test.runIf(has('bash'))('bash evaluates no word of the command line', () => {
  const folder = folderWithProgram('')
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` }
  const words = ['dhis2-files', '$(touch harm)', '`touch harm`', '; touch harm']
  execFileSync('bash', ['-c', SHELLS.bash(words)], { cwd: folder, env })
  expect(execFileSync('ls', { cwd: folder, encoding: 'utf8' })).not.toContain('harm')
})

test.runIf(has('fish'))('fish completes paths by itself', () => {
  const folder = folderWithProgram(':paths\n')
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, HOME: folder }
  const script = `${COMPLETION_SCRIPTS.fish}\ncomplete -C 'dhis2-files avatars set ph'`
  expect(execFileSync('fish', ['-c', script], { cwd: folder, env, encoding: 'utf8' })).toMatch(/^photo\.jpg/)
})

test.runIf(has('zsh'))('zsh reads the script', () => {
  const script = `autoload -Uz compinit; compinit -u -D; ${COMPLETION_SCRIPTS.zsh}\nprint -- $_comps[dhis2-files] $_comps[d2f]`
  const out = execFileSync('zsh', ['-f', '-c', script], { encoding: 'utf8' })
  expect(out.trim()).toBe('_dhis2_files _dhis2_files')
})
