import { describe, expect, test } from 'vitest'
import { flagOf, type OptionSpec } from '../src/command.js'
import { ENTRIES } from '../src/commands/index.js'
import { DELETE_OPTIONS, GLOBAL_OPTIONS, WRITE_OPTIONS } from '../src/global-options.js'
import { readCommandLine } from '../src/program.js'

const commands = (
  await Promise.all(
    ENTRIES.map(async (entry) =>
      'load' in entry
        ? (await entry.load()).map((command) => ({ path: `${entry.name} ${command.name}`, command }))
        : [{ path: entry.name, command: await entry.loadOne() }],
    ),
  )
).flat()

const SENTENCE = /^[A-Z“].*[.]$/s

test('entries have names of their own, and summaries that are sentences', () => {
  const names = ENTRIES.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
  for (const { summary } of ENTRIES) expect(summary).toMatch(SENTENCE)
})

test('commands have names and aliases of their own', () => {
  for (const { name } of ENTRIES) {
    const words = commands
      .filter(({ path }) => path.split(' ')[0] === name)
      .flatMap(({ command }) => [command.name, ...(command.aliases ?? [])])
    expect(words, name).toEqual([...new Set(words)])
  }
})

describe.each(commands)('$path', ({ path, command }) => {
  const { summary, details, examples = [], arguments: words, options, writes, deletes } = command
  const own = Object.entries(options)

  test('says in whole sentences what it does', () => {
    expect(summary).toMatch(SENTENCE)
    expect(summary).not.toContain('\n')
    expect(summary.length).toBeLessThan(100)
    if (details !== undefined) expect(details.trim()).toBe(details)
    for (const { about } of [...words, ...Object.values(options)]) expect(about).toMatch(/^[A-Z–-].*\.$/)
  })

  test('has options that are none of those which every command has', () => {
    const shared: [string, OptionSpec][] = Object.entries({
      ...GLOBAL_OPTIONS,
      ...(writes && WRITE_OPTIONS),
      ...(deletes && DELETE_OPTIONS),
    })
    const flags = [...own, ...shared].map(([name]) => flagOf(name))
    expect(flags).toEqual([...new Set(flags)])
    const short = [...own, ...shared].flatMap(([, spec]) => (spec.short === undefined ? [] : [spec.short]))
    expect([...short, 'h']).toEqual([...new Set([...short, 'h'])])
    expect(words.filter(({ name }) => own.some(([option]) => option === name))).toEqual([])
  })

  test('takes many of its last argument only', () => {
    expect(words.slice(0, -1).filter(({ many, required = true }) => many || !required)).toEqual([])
  })

  test('shows how it is called, and is called so', async () => {
    expect(examples.length).toBeGreaterThan(0)
    for (const line of examples) {
      expect(line.startsWith(path)).toBe(true)
      const [before = ''] = line.split(' > ')
      const argv = [...before.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
      const asked = await readCommandLine(argv, ENTRIES, '0.0.0')
      expect('command' in asked && asked.command, line).toBe(command)
    }
  })

  test('has help that names everything', async () => {
    const asked = await readCommandLine([...path.split(' '), '--help'], ENTRIES, '0.0.0')
    const text = 'text' in asked ? asked.text : ''
    for (const [name, { kind }] of own)
      expect(text).toContain(kind === 'on' ? `--no-${flagOf(name).slice(2)}` : flagOf(name))
    expect(text).toContain('--json')
    expect(text.includes('--dry-run')).toBe(writes === true || 'dryRun' in options)
    expect(text.includes('--yes')).toBe(deletes === true)
  })
})
