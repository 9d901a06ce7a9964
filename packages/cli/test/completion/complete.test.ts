import { describe, expect, test } from 'vitest'
import { ENTRIES } from '../../src/commands/index.js'
import { complete } from '../../src/completion/complete.js'

const sources = { profiles: async () => ['play', 'hmis'] }

async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { values, paths } = await complete(ENTRIES, words, sources)
  return [...values.map(({ value }) => value), ...(paths ? [':paths'] : [])]
}

describe('completion offers', () => {
  test('every command', async () => {
    expect(await offered('')).toEqual(ENTRIES.map(({ name }) => name))
    expect(await offered('res')).toEqual(['resources'])
    expect(await offered('help', 'res')).toEqual(['resources'])
    expect(await offered('-p', 'play', '--json', 'res')).toEqual(['resources'])
  })

  test('the commands of a noun', async () => {
    expect(await offered('avatars', '')).toEqual(['get', 'set', 'remove', 'download'])
    expect(await offered('avatars', '--json', 'd')).toEqual(['download'])
  })

  test('options of the command and those of every command, each once', async () => {
    const flags = await offered('icons', 'rm', '--yes', '-')
    expect(flags).toEqual(expect.arrayContaining(['--missing-ok', '--dry-run', '--profile', '--no-color', '--help']))
    expect(flags).not.toContain('--yes')
    expect(await offered('-j', '--j')).toEqual([])
  })

  test('an option that may be repeated again', async () => {
    expect(await offered('resources', 'list', '--domain', 'ICON', '--dom')).toEqual(['--domain'])
  })

  test('choices, after a blank and after =, however a shell splits it', async () => {
    expect(await offered('resources', 'list', '--domain', 'DA')).toEqual(['DATA_VALUE'])
    expect(await offered('resources', 'list', '--domain=DA')).toEqual(['--domain=DATA_VALUE'])
    expect(await offered('resources', 'list', '--domain', '=', 'DA')).toEqual(['--domain=DATA_VALUE'])
    expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish'])
  })

  test('names of profiles', async () => {
    expect(await offered('--profile', '')).toEqual(['play', 'hmis'])
    expect(await offered('documents', 'list', '-p', 'h')).toEqual(['hmis'])
    expect(await offered('profile', 'verify', 'p')).toEqual(['play'])
  })

  test('paths where a path stands', async () => {
    expect(await offered('avatars', 'set', 'x')).toEqual([':paths'])
    expect(await offered('avatars', 'download', '--to', 'x')).toEqual([':paths'])
    expect(await offered('avatars', 'download', '--to=x')).toEqual([':paths'])
    expect(await offered('documents', 'upload', 'a.pdf', 'x')).toEqual([':paths'])
    expect(await offered('avatars', 'set', '--', '-x')).toEqual([':paths'])
  })

  test('nothing where only the user knows', async () => {
    expect(await offered('documents', 'get', '')).toEqual([])
    expect(await offered('nonsense', '')).toEqual([])
    expect(await offered('documents', 'list', '--filter', '')).toEqual([])
  })
})
