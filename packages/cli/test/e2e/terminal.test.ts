import { setTimeout as sleep } from 'node:timers/promises'
import stringWidth from 'string-width'
import { describe, expect } from 'vitest'
import { linked, uploaded } from './cases/documents.js'
import { PASSWORD } from './harness/secrets.js'
import { expectExactlyOnce, someFiles } from './harness/server-state.js'
import { test } from './harness/world.js'

/* What a person sees: the screen of a terminal, captured. */

/** Twice within a quarter of a second is once: npx passes on what the terminal has sent already. */
const TWICE = 400

const BAR = /[█░]/

describe('bars', () => {
  test.concurrent('show each file in flight and the total, fit the width, and go when all is done', async ({
    open,
  }) => {
    const world = await open()
    const files = new Map<string, string>()
    for (const name of [
      'تقرير الملاريا الشهري للمنطقة الشمالية.dat',
      '🦟 mosquito nets in the north, first quarter.dat',
      'c.dat',
    ]) {
      const content = name.repeat(6_000)
      files.set(name, content)
      await world.file(`in/${name}`, content)
    }
    const stall = world.emulator.inject({
      kind: 'stall',
      direction: 'up',
      afterBytes: 150_000,
      route: 'POST /api/fileResources',
      count: 2,
    })
    const columns = 72
    const terminal = await world.terminal(['documents', 'upload', 'in/*', '--concurrency', '2'], { columns })
    await terminal.shows(/0 of 3 files +█+░+ /)
    const screen = await terminal.screen()
    const bars = screen.split('\n').filter((line) => BAR.test(line))
    expect(bars).toHaveLength(3)
    for (const line of screen.split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(columns)
    expect(screen).toMatch(/ kB of \d+ kB/)
    await terminal.press('C-c')
    await terminal.shows('Stopping when the files in flight are done; Ctrl-C once more aborts them.')
    await sleep(TWICE)
    await terminal.press('C-c')
    expect(await terminal.exit()).toBe(130)
    const after = await terminal.printed()
    expect(after).not.toMatch(BAR)
    const command = /Go on with: dhis2-files (.*)/.exec(after)?.[1] ?? ''
    stall.remove()
    const again = await world.terminal(command.split(' '), { columns })
    expect(await again.exit()).toBe(0)
    const printed = await again.printed()
    expect(printed).not.toMatch(BAR)
    expect(printed.split('\n').filter((line) => line.startsWith('uploaded '))).toHaveLength(3)
    expect(printed).toMatch(/^3 files uploaded/m)
    await expectExactlyOnce(world, files)
  })

  test.concurrent('are drawn on stderr while stdout is a pipe, and --quiet draws none', async ({ open }) => {
    const world = await open({ version: '2.41' })
    await someFiles(world, 2)
    const piped = await world.terminal(['documents', 'upload', 'files/*'], { env: { E2E_STDOUT: world.path('out') } })
    expect(await piped.exit()).toBe(0)
    expect(await piped.printed()).not.toMatch(/^uploaded /m)
    const out = await world.read('out')
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['uploaded', 'uploaded'])
    const quiet = await world.terminal(['documents', 'upload', 'files/*', '--quiet'])
    expect(await quiet.exit()).toBe(0)
    expect((await quiet.printed()).split('\n')).toHaveLength(2)
  })

  test.concurrent('do not cut what is said above them', async ({ open }) => {
    const world = await open()
    await someFiles(world, 3)
    world.emulator.inject({ kind: 'html', status: 502, route: 'POST /api/documents' })
    const terminal = await world.terminal(['documents', 'upload', 'files/*'], { columns: 50, rows: 40 })
    expect(await terminal.exit()).toBe(12)
    const errors = (await terminal.printed()).split('\n').filter((line) => line.startsWith('error: '))
    expect(errors).toHaveLength(3)
    for (const line of errors) expect(line).toMatch(/file-00\d\.dat.* answered 502.*\.$/)
  })

  test.concurrent('survive a terminal of 20 columns', async ({ open }) => {
    const world = await open()
    const files = await someFiles(world, 3)
    const terminal = await world.terminal(['documents', 'upload', 'files/*'], { columns: 20, rows: 8 })
    expect(await terminal.exit()).toBe(0)
    await expectExactlyOnce(world, files)
  })
})

describe('questions', () => {
  test.concurrent('a document is deleted after y, with its name in the question', async ({ open }) => {
    const world = await open()
    const uid = await linked(world, 'وثيقة 🗑')
    const terminal = await world.terminal(['documents', 'delete', uid])
    await terminal.shows(/Delete 1 document: “وثيقة 🗑”\?/)
    await terminal.press('y')
    expect(await terminal.exit()).toBe(0)
    expect(world.emulator.state.documents.size).toBe(0)
  })

  test.concurrent('Ctrl-C at a question deletes nothing', async ({ open }) => {
    const world = await open()
    const uid = await uploaded(world)
    const terminal = await world.terminal(['documents', 'delete', uid])
    await terminal.shows('Delete 1 document')
    await terminal.press('C-c')
    expect(await terminal.exit()).toBe(130)
    expect(world.emulator.state.documents.size).toBe(1)
  })

  test.concurrent('what is missing of a profile is asked for, and a password that is typed is not shown', async ({
    open,
  }) => {
    const world = await open()
    const terminal = await world.terminal(['profile', 'add', 'asked', '--keep', 'file'], { columns: 100 })
    await terminal.shows('URL of the DHIS2')
    await terminal.press('-l', world.url)
    await terminal.press('Enter')
    await terminal.shows('How do you sign in?')
    await terminal.press('Down', 'Enter')
    await terminal.shows('User name')
    await terminal.press('-l', 'operator')
    await terminal.press('Enter')
    await terminal.shows(/Password/)
    await terminal.press('-l', PASSWORD)
    await terminal.shows('•'.repeat(PASSWORD.length))
    await terminal.press('Enter')
    // looks for the password on the whole screen
    expect(await terminal.exit()).toBe(0)
    const listed = await world.run(['documents', 'list', '--profile', 'asked', '--json'])
    expect(listed).toMatchObject({ code: 0, stdout: '[]\n' })
  })

  test.concurrent('the secrets of a profile are masked', async ({ open }) => {
    const world = await open()
    const terminal = await world.terminal(['profile', 'env', 'here'])
    expect(await terminal.exit()).toBe(0)
    expect(await terminal.printed()).toContain('•••')
  })
})

test.concurrent('bytes are not written to a terminal', async ({ open }) => {
  const world = await open()
  const uid = await uploaded(world)
  const terminal = await world.terminal(['documents', 'download', uid, '--to', '-'])
  expect(await terminal.exit()).toBe(2)
  expect(await terminal.printed()).not.toContain('A report.')
})

test.concurrent('a table says that there is more, and an error is a line and a hint', async ({ open }) => {
  const world = await open()
  for (let index = 0; index < 3; index++) await linked(world, `Link ${index}`)
  const listed = await world.terminal(['documents', 'list', '--page-size', '2'])
  expect(await listed.exit()).toBe(0)
  expect(await listed.printed()).toMatch(/^2 of 3 documents \(page 1 of 2\): --all lists them all\.$/m)
  const failed = await world.terminal(['documents', 'get', 'Nobody12345'], { columns: 160 })
  expect(await failed.exit()).toBe(6)
  const lines = (await failed.printed()).split('\n')
  expect(lines[0]).toMatch(/^error: /)
  expect(lines.length).toBeLessThanOrEqual(2)
})
