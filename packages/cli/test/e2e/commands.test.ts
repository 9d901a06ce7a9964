import stringWidth from 'string-width'
import { readFile } from 'node:fs/promises'
import { describe, expect, test as plainTest } from 'vitest'
import type { CommandFacts } from '../../src/command.js'
import { ENTRIES } from '../../src/commands/index.js'
import { CASES, type Case, SERVERS } from './cases/index.js'
import { WRONG_PASSWORD } from './harness/secrets.js'
import { test, writesOf } from './harness/world.js'

/* What holds of every command. Each test has a DHIS2 and a home directory of its own. */

const COMMANDS = new Map<string, CommandFacts>()
for (const entry of ENTRIES) {
  if ('load' in entry) for (const command of await entry.load()) COMMANDS.set(`${entry.name} ${command.name}`, command)
  else COMMANDS.set(entry.name, await entry.loadOne())
}

/** Port 9 of this machine: nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9'

/** What `--verbose` tells of a request. */
const TRACE = /^(GET|POST|PUT|PATCH|DELETE) \/\S+ → \d{3} in \d+ ms$/m

/** Escape sequences, and what draws a line anew. */
const GARBAGE = /[\u0000-\u0008\u000b-\u001f\u007f]/

plainTest('every command has a case here, and every case a command', () => {
  expect([...Object.keys(CASES), ...Object.keys(SERVERS)].sort()).toEqual([...COMMANDS.keys()].sort())
})

plainTest.each(Object.entries(SERVERS))('%s, which runs until it is ended, is run by %s', async (name, file) => {
  const source = await readFile(new URL(file, import.meta.url), 'utf8')
  expect(source).toContain(`['${name}'`)
})

plainTest('every command that takes a uid is called with an unknown one', () => {
  const takers = [...COMMANDS].filter(([, { arguments: words }]) => words.some(({ name }) => /uid/i.test(name)))
  expect(takers.filter(([name]) => CASES[name]?.unknown === undefined).map(([name]) => name)).toEqual([])
})

describe.each(Object.entries(CASES).filter(([name]) => COMMANDS.has(name)))('%s', (name, one: Case) => {
  const words = name.split(' ')
  const { writes = false, deletes = false, options: own } = COMMANDS.get(name) as CommandFacts
  const yes = deletes ? ['--yes'] : []
  const options = { env: one.env, reveals: one.reveals }

  test.concurrent.for([
    ['2.41', '--quiet'],
    ['2.43', '--verbose'],
  ] as const)('does it on %s with %s, and prints one JSON document', async ([version, flag], { open }) => {
    const world = await open({ version })
    const given = await one.given(world)
    const ran = await world.run([...words, ...given, ...yes, '--json', flag], options)
    expect(ran.code, ran.stderr).toBe(0)
    await world.emulator.settle()
    await one.json(ran.json(), world)
    if (flag === '--quiet') expect(ran.stderr).toBe('')
    else if (one.local === undefined) expect(ran.stderr).toMatch(TRACE)
  })

  test.concurrent('prints for a person in a pipe, without anything that only a terminal knows', async ({ open }) => {
    const world = await open()
    const ran = await world.run([...words, ...(await one.given(world)), ...yes], options)
    expect(ran.code, ran.stderr).toBe(0)
    expect(ran.stdout).toMatch(one.text)
    expect(ran.stdout + ran.stderr).not.toMatch(GARBAGE)
  })

  test.concurrent('does it in a terminal, and nothing is wider than that', async ({ open }) => {
    const world = await open()
    const columns = one.table ? 70 : 120
    const terminal = await world.terminal([...words, ...(await one.given(world))], { columns, env: one.env })
    if (deletes) {
      await terminal.shows('?')
      await terminal.press('y')
    }
    expect(await terminal.exit(), await terminal.printed()).toBe(0)
    const printed = await terminal.printed()
    expect(printed).not.toBe('')
    if (one.table) expect(printed.split('\n').filter((line) => stringWidth(line) > columns)).toEqual([])
  })

  if (one.unknown !== undefined) {
    test.concurrent('a uid that the server does not know ends with 6', async ({ open }) => {
      const world = await open({ version: '2.41' })
      const ran = await world.run([...words, ...(one.unknown ?? []), ...yes, '--json'])
      expect(ran.code, ran.stderr).toBe(6)
      expect(errorOf(ran.json())).toMatchObject({ code: 'not-found', message: expect.any(String) })
      expect(ran.stderr).not.toMatch(/^\s+at /m)
    })
  }

  if (one.local === undefined) {
    test.concurrent('a wrong password ends with 4, and what to do is told', async ({ open }) => {
      const world = await open()
      const given = await one.given(world)
      const log = world.watch()
      await world.saveProfile({ base_url: world.url, username: 'operator', password: WRONG_PASSWORD })
      const ran = await world.run([...words, ...given, ...yes, '--json'])
      expect(ran.code, ran.stderr).toBe(4)
      const error = { code: 'unauthenticated', hint: expect.stringMatching(/Check the user name and password/) }
      expect(errorOf(ran.json())).toMatchObject(error)
      expect(writesOf(log())).toEqual([])
    })

    test.concurrent('a server out of reach ends with 11, and its address is named', async ({ open }) => {
      const world = await open()
      const given = await one.given(world)
      await world.saveProfile({ base_url: NOWHERE, username: 'operator', password: WRONG_PASSWORD })
      const ran = await world.run([...words, ...given, ...yes, '--json'])
      expect(ran.code, ran.stderr).toBe(11)
      expect(errorOf(ran.json())).toMatchObject({ code: 'network', message: expect.stringContaining('127.0.0.1:9') })
    })
  }

  test.concurrent('a command line that is wrong ends with 2, and nothing is sent', async ({ open }) => {
    const world = await open()
    const log = world.watch()
    for (const [index, usage] of one.usage.entries()) {
      const json = index === 0
      const ran = await world.run([...words, ...usage, ...yes, ...(json ? ['--json'] : [])])
      expect([usage, ran.code], ran.stderr).toEqual([usage, 2])
      if (json) expect(ran.json()).toMatchObject({ error: { code: 'usage', exitCode: 2, hint: expect.any(String) } })
      else expect(ran).toMatchObject({ stdout: '', stderr: expect.stringMatching(/^error: .+/) })
    }
    expect(log()).toEqual([])
  })

  if (writes) {
    test.concurrent('--dry-run changes nothing, and says what it would do', async ({ open }) => {
      const world = await open()
      const given = await one.given(world)
      const log = world.watch()
      const ran = await world.run([...words, ...given, '--dry-run', '--json'], options)
      expect(ran.code, ran.stderr).toBe(0)
      expect(JSON.stringify(ran.json())).toContain('"dryRun":true')
      expect(writesOf(log())).toEqual([])
    })
  }

  if (deletes) {
    test.concurrent('without --yes it refuses in a pipe', async ({ open }) => {
      const world = await open()
      const given = await one.given(world)
      const log = world.watch()
      const ran = await world.run([...words, ...given])
      expect(ran.code).toBe(2)
      expect(ran.stderr).toContain('--yes')
      expect(writesOf(log())).toEqual([])
    })

    test.concurrent('deletes nothing where the answer in a terminal is no', async ({ open }) => {
      const world = await open()
      const given = await one.given(world)
      const log = world.watch()
      const terminal = await world.terminal([...words, ...given])
      await terminal.shows('?')
      await terminal.press('Enter')
      expect(await terminal.exit()).toBe(130)
      expect(await terminal.printed()).toContain('Nothing was deleted')
      expect(writesOf(log())).toEqual([])
    })
  }

  if (one.table) {
    test.concurrent('ends quietly when nobody reads any more', async ({ open }) => {
      const world = await open()
      const given = (await one.given(world)).map((word) => `'${word}'`).join(' ')
      const ran = await world.shell(`d2f ${name} ${given} | head -n 1; echo "\${PIPESTATUS[0]}"`)
      expect(ran).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^[^\n]+\n0\n$/) })
    })

    if ('ndjson' in own) {
      test.concurrent('--ndjson prints a document a line', async ({ open }) => {
        const world = await open()
        const ran = await world.run([...words, ...(await one.given(world)), '--ndjson'])
        expect(ran.code, ran.stderr).toBe(0)
        const rows = ran.stdout.trimEnd().split('\n')
        expect(rows.map((row) => typeof JSON.parse(row))).toEqual(rows.map(() => 'object'))
      })
    }

    test.concurrent('NO_COLOR and --no-color leave colours away', async ({ open }) => {
      const world = await open()
      const given = await one.given(world)
      const shown = async (args: readonly string[], env = {}): Promise<string> => {
        const terminal = await world.terminal([...words, ...given, ...args], { env })
        expect(await terminal.exit()).toBe(0)
        return terminal.coloured()
      }
      expect(await shown([])).toContain('\u001b[')
      expect(await shown([], { NO_COLOR: '1' })).not.toContain('\u001b[')
      expect(await shown(['--no-color'])).not.toContain('\u001b[')
    })
  }
})

/** The error of a document, or that of the first thing that failed. */
function errorOf(value: any): unknown {
  const { error } = Array.isArray(value) ? value.find((one) => one.error !== undefined) : value
  return error
}
