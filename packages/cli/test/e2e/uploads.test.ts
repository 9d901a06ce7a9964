import { chmod, chown, link, mkdir, readdir, stat, symlink } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { BIN, type Ran } from './harness/bin.js'
import { expectExactlyOnce, md5, someFiles, storedDocuments } from './harness/server-state.js'
import { test, type World } from './harness/world.js'

/* Uploads of many files: each exactly once, whatever happens meanwhile. */

/** Runs the command that an earlier run said to go on with. */
async function goOn(world: World, earlier: Ran): Promise<Ran> {
  const command = /Go on with: (dhis2-files .*)/.exec(earlier.stderr)?.[1]
  if (command === undefined) throw new Error(`It is not said how to go on:\n${earlier.stderr}`)
  return world.shell(command)
}

/** Where journals are that nobody chose a place for. */
function stateFolder(world: World): string {
  return path.join(world.home, '.state', 'dhis2-files')
}

test.concurrent('500 small files are uploaded, each once; a second download of them asks for no bytes', async ({
  open,
}) => {
  const world = await open({ settings: { storageDelay: 0 } })
  const files = await someFiles(world, 500, { size: 100 })
  const ran = await world.run(['documents', 'upload', 'files/*', '--concurrency', '8', '--json', '--quiet'])
  expect(ran.code, ran.stderr).toBe(0)
  expect(ran.json().summary).toMatchObject({ done: 500, failed: 0, left: 0, bytes: 50_000 })
  await expectExactlyOnce(world, files)
  expect(await readdir(stateFolder(world))).toEqual([])

  const down = ['documents', 'download', '--all', '--to', 'back', '--concurrency', '8', '--json', '--quiet']
  const first = await world.run(down)
  expect(first.code, first.stderr).toBe(0)
  expect(first.json().summary).toMatchObject({ done: 500, skipped: 0 })
  for (const [name, content] of files) expect(md5(await world.bytes(`back/${name}`)), name).toBe(md5(content))
  const log = world.watch()
  const second = await world.run(down)
  expect(second.json().summary).toMatchObject({ done: 0, skipped: 500, failed: 0 })
  expect(log().filter(({ path }) => path.includes('/data'))).toEqual([])
})

describe('killed at any moment', () => {
  // every request is slow enough for the kill to fall between any two steps
  const MOMENTS = Array.from({ length: 10 }, (_, index) => 1 + index * 4)

  test.concurrent.for(MOMENTS)(
    'after %d requests and resumed, every file is there exactly once',
    async (requests, { open }) => {
      const world = await open({ version: requests % 2 === 0 ? '2.41' : '2.43' })
      const files = await someFiles(world, 5)
      world.emulator.inject({ kind: 'delay', ms: 20, route: '*' })
      const upload = [
        'documents',
        'upload',
        'files/*',
        '--journal',
        'journal.ndjson',
        '--concurrency',
        '2',
        '--public',
        'none',
      ]
      const running = world.start(upload)
      const log = world.watch()
      await running.until(`${requests} requests`, () => log().length >= requests || running.child.exitCode !== null)
      running.kill('SIGKILL')
      await running.ended
      const journal = await stat(world.path('journal.ndjson')).catch(() => undefined)
      if (journal !== undefined) expect(journal.mode & 0o777).toBe(0o600)
      const again = journal === undefined ? upload : ['documents', 'upload', '--resume', 'journal.ndjson']
      // and once more, as soon as it has sent something
      const second = world.start(again)
      const more = world.watch()
      await second.until('a request', () => more().length >= 4 || second.child.exitCode !== null)
      second.kill('SIGKILL')
      await second.ended
      const there = await stat(world.path('journal.ndjson')).catch(() => undefined)
      const last = await world.run(
        there === undefined ? upload : ['documents', 'upload', '--resume', 'journal.ndjson', '--json'],
      )
      expect(last.code, last.stderr).toBe(0)
      await expectExactlyOnce(world, files)
      for (const document of world.emulator.state.documents.values()) {
        expect(document['sharing']).toMatchObject({ public: '--------' })
      }
    },
  )
})

describe('Ctrl-C', () => {
  test.concurrent('once: the files in flight are done, and the command that it names does the rest', async ({
    open,
  }) => {
    const world = await open()
    const files = await someFiles(world, 8)
    world.emulator.inject({ kind: 'delay', ms: 150, route: 'POST /api/*' })
    const running = world.start(['documents', 'upload', 'files/*', '--concurrency', '2'])
    await running.until('an upload', () => world.emulator.state.documents.size >= 1)
    running.kill('SIGINT')
    const ran = await running.ended
    expect(ran.code, ran.stderr).toBe(130)
    expect(ran.stderr).toContain('Stopping when the files in flight are done')
    const before = await storedDocuments(world)
    expect(before.length).toBeGreaterThan(0)
    expect(before.length).toBeLessThan(8)
    // what it says is done is there, and no more
    expect(ran.stdout.trimEnd().split('\n')).toHaveLength(before.length)
    expect(before.filter(({ md5: stored }) => stored === 'not stored')).toEqual([])
    const [journal = ''] = (await readdir(stateFolder(world))).filter((name) => name.endsWith('.ndjson'))
    expect((await stat(path.join(stateFolder(world), journal))).mode & 0o777).toBe(0o600)
    expect((await stat(stateFolder(world))).mode & 0o777).toBe(0o700)
    const rest = await goOn(world, ran)
    expect(rest.code, rest.stderr).toBe(0)
    await expectExactlyOnce(world, files)
    expect(await readdir(stateFolder(world))).toEqual([])
  })

  test.concurrent('twice: it ends at once although nothing moves, and can go on', async ({ open }) => {
    const world = await open({ version: '2.41' })
    const files = await someFiles(world, 4, { size: 200_000 })
    const stall = world.emulator.inject({
      kind: 'stall',
      direction: 'up',
      afterBytes: 50_000,
      route: 'POST /api/fileResources',
    })
    const running = world.start(['documents', 'upload', 'files/*', '--concurrency', '2'])
    await running.until('an upload stalls', () => stall.fired >= 2)
    running.kill('SIGINT')
    await running.until('it says so', () => running.stderr.includes('Stopping when'))
    // twice within a quarter of a second is once: npx passes on what the terminal has sent already
    await sleep(400)
    running.kill('SIGINT')
    const ran = await running.ended
    expect(ran.code, ran.stderr).toBe(130)
    expect(ran.stderr).toContain('Aborting.')
    expect(ran.stderr).not.toMatch(/^\s+at /m)
    stall.remove()
    const rest = await goOn(world, ran)
    expect(rest.code, rest.stderr).toBe(0)
    await expectExactlyOnce(world, files)
  })

  test.concurrent('with --json: one document, which names the command', async ({ open }) => {
    const world = await open()
    const files = await someFiles(world, 6)
    world.emulator.inject({ kind: 'delay', ms: 150, route: 'POST /api/*' })
    const running = world.start(['documents', 'upload', 'files/*', '--concurrency', '1', '--json'])
    await running.until('an upload', () => world.emulator.state.documents.size >= 1)
    running.kill('SIGTERM')
    const ran = await running.ended
    expect(ran.code, ran.stderr).toBe(130)
    const { error, next, summary } = ran.json()
    expect(error).toMatchObject({ code: 'interrupted', exitCode: 130 })
    expect(summary.done + summary.left).toBe(6)
    const rest = await world.shell(next)
    expect(rest.code, rest.stderr).toBe(0)
    await expectExactlyOnce(world, files)
  })
})

describe('a journal', () => {
  test.concurrent('that is there already is not written over', async ({ open }) => {
    const world = await open()
    const files = await someFiles(world, 3)
    const upload = ['documents', 'upload', 'files/*', '--journal', 'journal.ndjson']
    expect((await world.run(upload)).code).toBe(0)
    const again = await world.run(upload)
    expect(again.code).toBe(7)
    expect(again.stderr).toContain('--resume')
    expect(await world.run(['documents', 'upload', '--resume', 'journal.ndjson'])).toMatchObject({
      code: 0,
      stdout: '',
    })
    await expectExactlyOnce(world, files)
  })

  test.concurrent('refuses a file that is another one now, another server and another command', async ({ open }) => {
    const world = await open()
    await someFiles(world, 2)
    world.emulator.inject({ kind: 'html', status: 502, route: 'POST /api/documents' })
    const failed = await world.run(['documents', 'upload', 'files/*', '--journal', 'j'])
    expect(failed.code).toBe(12)
    await world.file('files/file-000.dat', 'Something else.')
    const changed = await world.run(['documents', 'upload', '--resume', 'j', '--dry-run'])
    expect(changed.code, changed.stderr).toBe(0)
    const other = await world.run(['resources', 'upload', '--resume', 'j'])
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('dhis2-files documents upload --resume j') })
    const elsewhere = await open()
    const foreign = await elsewhere.run(['documents', 'upload', '--resume', world.path('j')])
    expect(foreign).toMatchObject({ code: 2, stderr: expect.stringContaining(world.url) })
    const missing = await world.run(['documents', 'upload', '--resume', 'nowhere'])
    expect(missing).toMatchObject({ code: 14, stderr: expect.stringContaining('nowhere') })
  })

  test.concurrent('is for one process at a time', async ({ open }) => {
    const world = await open()
    const files = await someFiles(world, 2)
    const stall = world.emulator.inject({ kind: 'stall', direction: 'up', route: 'POST /api/fileResources' })
    const running = world.start(['documents', 'upload', 'files/*', '--journal', 'j'])
    await running.until('an upload stalls', () => stall.fired > 0)
    const second = await world.run(['documents', 'upload', '--resume', 'j'])
    expect(second).toMatchObject({ code: 7, stderr: expect.stringContaining(String(running.child.pid)) })
    running.kill('SIGKILL')
    await running.ended
    stall.remove()
    const third = await world.run(['documents', 'upload', '--resume', 'j'])
    expect(third.code, third.stderr).toBe(0)
    await expectExactlyOnce(world, files)
  })
})

describe('stdin', () => {
  test.concurrent('is kept until it has arrived: a dropped connection does not lose it', async ({ open }) => {
    const world = await open()
    const content = 'x'.repeat(300_000)
    world.emulator.inject({
      kind: 'drop',
      direction: 'up',
      afterBytes: 100_000,
      route: 'POST /api/fileResources',
      count: 1,
    })
    const ran = await world.run(['documents', 'upload', '-', '--filename', 'من الأنبوب.txt', '--json'], {
      stdin: content,
    })
    expect(ran.code, ran.stderr).toBe(0)
    await expectExactlyOnce(world, new Map([['من الأنبوب.txt', content]]))
    expect(await readdir(stateFolder(world))).toEqual([])
    expect(await readdir(world.env['TMPDIR'] ?? '')).toEqual([])
  })

  test.concurrent('can be gone on with after a kill', async ({ open }) => {
    const world = await open()
    const content = 'y'.repeat(200_000)
    const stall = world.emulator.inject({
      kind: 'stall',
      direction: 'up',
      afterBytes: 50_000,
      route: 'POST /api/fileResources',
    })
    const running = world.start(['documents', 'upload', '-', '--filename', 'pipe.txt', '--journal', 'j'], {
      stdin: content,
    })
    await running.until('it stalls', () => stall.fired > 0)
    running.kill('SIGKILL')
    await running.ended
    stall.remove()
    expect((await stat(world.path('j.stdin'))).mode & 0o777).toBe(0o600)
    const rest = await world.run(['documents', 'upload', '--resume', 'j'])
    expect(rest.code, rest.stderr).toBe(0)
    await expectExactlyOnce(world, new Map([['pipe.txt', content]]))
    await expect(stat(world.path('j.stdin'))).rejects.toThrow('ENOENT')
  })
})

describe('what cannot be read', () => {
  test.concurrent('is told, and the others arrive', async ({ open }) => {
    const world = await open()
    const files = await someFiles(world, 3)
    await symlink('nowhere', world.path('files/dangling.dat'))
    await symlink('loop.dat', world.path('files/loop.dat'))
    const paths = [
      'files/file-000.dat',
      'files/dangling.dat',
      'files/file-001.dat',
      'files/loop.dat',
      'files/file-002.dat',
      'gone.dat',
    ]
    const ran = await world.run(['documents', 'upload', ...paths, '--json'])
    expect(ran.code, ran.stderr).toBe(20)
    const { error, summary, files: told, next } = ran.json()
    expect(error).toMatchObject({ code: 'some-failed', exitCode: 20 })
    expect(summary).toMatchObject({ done: 3, failed: 3, left: 0 })
    const failed = told.filter(({ status }: { status: string }) => status === 'failed')
    expect(failed.map((one: { path: string }) => path.basename(one.path)).sort()).toEqual([
      'dangling.dat',
      'gone.dat',
      'loop.dat',
    ])
    for (const one of failed) expect(one.error.message).toContain(path.basename(one.path))
    await expectExactlyOnce(world, files)
    // put right, the rest goes along
    await world.file('gone.dat', 'Here I am.')
    const rest = await world.shell(next)
    expect(rest.code, rest.stderr).toBe(20)
    await expectExactlyOnce(world, new Map<string, string | Uint8Array>([...files, ['gone.dat', 'Here I am.']]))
  })

  test.concurrent('alone ends with 14', async ({ open }) => {
    const world = await open()
    const ran = await world.run(['documents', 'upload', 'gone.dat', '--json'])
    expect(ran.code).toBe(14)
    expect(ran.json().error.message).toContain('gone.dat')
  })

  test.concurrent('because of its permissions is told, and the others arrive', async ({ open, skip }) => {
    const world = await open()
    const files = await someFiles(world, 2)
    const secret = await world.file('files/secret.dat', 'Nobody may read this.')
    await chmod(secret, 0o000)
    const isRoot = process.getuid?.() === 0
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    if (isRoot) {
      // root reads everything, so that somebody else has to try
      const [program = '', ...args] = nobody
      const sees = spawnSync(program, [...args, 'test', '-r', BIN]).status === 0
      if (!sees && process.env['CI'] === undefined) skip('the user nobody cannot read this clone')
      await handOver(world.folder, 65_534, secret)
    }
    const ran = await world.run(['documents', 'upload', 'files/*', '--json'], isRoot ? { under: nobody } : {})
    expect(ran.code, ran.stderr).toBe(20)
    const failed = ran.json().files.filter(({ status }: { status: string }) => status === 'failed')
    expect(failed).toMatchObject([{ path: secret, error: { message: expect.stringContaining('secret.dat') } }])
    await expectExactlyOnce(world, files)
  })
})

/** Gives a folder and all in it to a user, but for one file. */
async function handOver(folder: string, user: number, except: string): Promise<void> {
  await chown(folder, user, user)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (file !== except) await chown(file, user, user)
  }
}

test.concurrent('names in any script go up and come back', async ({ open }) => {
  const world = await open()
  const names = [
    'تقرير الملاريا.txt',
    '🦟🩻 x-ray 👩🏽‍⚕️.txt',
    'one\nline and\ttab.txt',
    '-rf.txt',
    'CON',
    'nul.txt',
    'it\'s "quoted" $HOME `id`.txt',
    '100%25 & more; #1?.txt',
    ' blanks .txt ',
    'é decomposed.txt',
    `${'ا'.repeat(125)}.txt`,
  ]
  const contents = new Map(names.map((name) => [name, `The file ${name}`]))
  for (const [name, content] of contents) await world.file(`in/${name}`, content)
  const ran = await world.run(['documents', 'upload', '--json', '--', ...names], { cwd: world.path('in') })
  expect(ran.code, ran.stderr).toBe(0)
  const stored = (await storedDocuments(world)).map(({ md5: one }) => one)
  expect(stored.sort()).toEqual([...contents.values()].map(md5).sort())
  const down = await world.run(['documents', 'download', '--all', '--to', 'back', '--json'])
  expect(down.code, down.stderr).toBe(0)
  const saved = await Promise.all(
    down.json().files.map(async (file: { path: string }) => md5(await world.bytes(file.path))),
  )
  expect(saved.sort()).toEqual([...contents.values()].map(md5).sort())
  // and none of them is told in a way that a terminal would obey
  const told = await world.run(['documents', 'list', '--all'])
  expect(told.stdout.trimEnd().split('\n')).toHaveLength(names.length)
})

test.concurrent('a name of 255 letters is no document’s name: what to do is told', async ({ open }) => {
  const world = await open()
  const name = `${'n'.repeat(251)}.txt`
  await world.file(name, 'Long.')
  const ran = await world.run(['documents', 'upload', name])
  expect(ran.code, ran.stderr).not.toBe(0)
  expect(ran.code).not.toBe(1)
  expect(ran.stderr).toMatch(/230/)
  const named = await world.run(['documents', 'upload', name, '--name', 'Short', '--filename', 'short.txt'])
  expect(named.code, named.stderr).toBe(0)
  await expectExactlyOnce(world, new Map([['Short', 'Long.']]))
})

test.concurrent('patterns in quotes are read by the program, hard links and all', async ({ open }) => {
  const world = await open()
  await mkdir(world.path('a/b'), { recursive: true })
  await world.file('a/b/deep.txt', 'Deep.')
  await world.file('a/flat.txt', 'Flat.')
  await world.file('a/other.pdf', 'Other.')
  await link(world.path('a/flat.txt'), world.path('a/linked.txt'))
  const ran = await world.run(['documents', 'upload', 'a/**/*.txt'])
  expect(ran.code, ran.stderr).toBe(0)
  await expectExactlyOnce(
    world,
    new Map([
      ['deep.txt', 'Deep.'],
      ['flat.txt', 'Flat.'],
      ['linked.txt', 'Flat.'],
    ]),
  )
})
