import { execFileSync } from 'node:child_process'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { describe, expect } from 'vitest'
import { uploaded } from './cases/documents.js'
import { md5 } from './harness/server-state.js'
import { test, type World } from './harness/world.js'

/* Downloads: whole, verified, none twice, and nothing lost that was there. */

const BACKUP = ['documents', 'download', '--all', '--to', 'backup']

async function document(
  world: World,
  filename: string,
  content: string | Uint8Array,
  name = filename,
): Promise<string> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return (await world.client.files.uploadDocument(bytes, { name, filename })).uid
}

async function rowsOf(world: World, manifest = 'backup/manifest.ndjson'): Promise<any[]> {
  return (await world.read(manifest))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Requests for bytes. */
function dataRequests(log: ReturnType<World['watch']>): string[] {
  return log()
    .map(({ path }) => path)
    .filter((path) => path.includes('/data'))
}

test.concurrent('a second run fetches only what has changed', async ({ open }) => {
  const world = await open()
  const first = await document(world, 'one.txt', 'One.')
  await document(world, 'two.txt', 'Two.')
  expect((await world.run(BACKUP)).code).toBe(0)
  expect((await stat(world.path('backup/manifest.ndjson'))).mode & 0o777).toBe(0o600)
  expect(await rowsOf(world)).toMatchObject([
    {
      name: expect.any(String),
      path: expect.any(String),
      size: 4,
      md5: expect.any(String),
      sharing: { public: expect.any(String) },
    },
    {},
  ])
  let log = world.watch()
  const second = await world.run([...BACKUP, '--json'])
  expect(second.json().summary).toMatchObject({ done: 0, skipped: 2, failed: 0 })
  expect(dataRequests(log)).toEqual([])

  await world.client.files.replaceDocument(first, new TextEncoder().encode('One, revised.'), { filename: 'one.txt' })
  log = world.watch()
  const third = await world.run([...BACKUP, '--json'])
  expect(third.code, third.stderr).toBe(0)
  expect(dataRequests(log)).toHaveLength(1)
  await expect(world.read('backup/one.txt')).resolves.toBe('One, revised.')

  // what was damaged or removed here is fetched again
  await world.file('backup/two.txt', 'Damaged: not what was downloaded.')
  await rm(world.path('backup/one.txt'))
  log = world.watch()
  const fourth = await world.run([...BACKUP, '--json'])
  expect(fourth.code, fourth.stderr).toBe(0)
  expect(dataRequests(log)).toHaveLength(2)
  await expect(world.read('backup/one.txt')).resolves.toBe('One, revised.')
  // and what somebody wrote there is not overwritten
  await expect(world.read('backup/two.txt')).resolves.toContain('Damaged')
})

describe('names that meet', () => {
  const CONTENTS = { 'Report.txt': 'A', 'report.TXT': 'B', 'REPORT.txt': 'C' }

  async function three(world: World): Promise<void> {
    for (const [name, content] of Object.entries(CONTENTS)) await document(world, name, content)
  }

  async function contents(world: World): Promise<string[]> {
    const names = (await readdir(world.path('backup'))).filter((name) => name !== 'manifest.ndjson')
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length)
    return (await Promise.all(names.map((name) => world.read(`backup/${name}`)))).sort()
  }

  test.concurrent('in all but case get the uid into the name', async ({ open }) => {
    const world = await open({ version: '2.41' })
    await three(world)
    const ran = await world.run(BACKUP)
    expect(ran.code, ran.stderr).toBe(0)
    expect(await contents(world)).toEqual(['A', 'B', 'C'])
    // and stay what they are in the next run
    expect((await world.run([...BACKUP, '--json'])).json().summary).toMatchObject({ done: 0, skipped: 3 })
  })

  test.concurrent('--on-conflict overwrite does not lose one of the same download', async ({ open }) => {
    const world = await open()
    await three(world)
    expect((await world.run([...BACKUP, '--on-conflict', 'overwrite'])).code).toBe(0)
    expect(await contents(world)).toEqual(['A', 'B', 'C'])
  })

  test.concurrent('--on-conflict skip and fail leave what is there as it is', async ({ open }) => {
    const world = await open()
    await document(world, 'mine.txt', 'Theirs.')
    await world.file('backup/MINE.txt', 'Mine.')
    const skipped = await world.run([...BACKUP, '--on-conflict', 'skip', '--json'])
    expect(skipped.code, skipped.stderr).toBe(0)
    expect(skipped.json().files).toMatchObject([{ status: 'skipped' }])
    const failed = await world.run([...BACKUP, '--on-conflict', 'fail', '--json'])
    expect(failed.code).toBe(7)
    expect(await readdir(world.path('backup'))).not.toContain('mine.txt')
    await expect(world.read('backup/MINE.txt')).resolves.toBe('Mine.')
    const renamed = await world.run([...BACKUP, '--json'])
    expect(renamed.code).toBe(0)
    await expect(world.read(renamed.json().files[0].path)).resolves.toBe('Theirs.')
    await expect(world.read('backup/MINE.txt')).resolves.toBe('Mine.')
  })

  test.concurrent('one that is called as the manifest is, is not written over by it', async ({ open }) => {
    const world = await open()
    await document(world, 'manifest.ndjson', 'A file of the ministry.')
    await document(world, 'Manifest.NDJSON', 'Another one.')
    const ran = await world.run([...BACKUP, '--json'])
    expect(ran.code, ran.stderr).toBe(0)
    const texts = await Promise.all(ran.json().files.map((file: { path: string }) => world.read(file.path)))
    expect(texts.sort()).toEqual(['A file of the ministry.', 'Another one.'])
    expect(await rowsOf(world)).toHaveLength(2)
  })

  test.concurrent('a template cannot lead out of the folder', async ({ open }) => {
    const world = await open()
    await document(world, 'x.txt', 'X.', '../../outside')
    const ran = await world.run([...BACKUP, '--name-template', '{name}/../{uid}/{file}', '--json'])
    expect(ran.code, ran.stderr).toBe(0)
    const [file] = ran.json().files
    expect(file.path.startsWith(`${world.path('backup')}/`)).toBe(true)
    expect(await readdir(world.cwd)).toEqual(['backup'])
  })
})

test.concurrent('one document goes to this folder, to a file, or to stdout', async ({ open }) => {
  const world = await open()
  const bytes = new Uint8Array(200_000).map((_, at) => (at * 7) % 256)
  const uid = await document(world, 'scan.dat', bytes)
  expect((await world.run(['documents', 'download', uid])).code).toBe(0)
  expect(md5(await world.bytes('scan.dat'))).toBe(md5(bytes))
  expect(await readdir(world.cwd)).toEqual(['scan.dat'])
  const again = await world.run(['documents', 'download', uid])
  expect(again.code).toBe(7)
  expect((await world.run(['documents', 'download', uid, '--to', 'copy.dat'])).code).toBe(0)
  expect(md5(await world.bytes('copy.dat'))).toBe(md5(bytes))
  const piped = await world.shell(`d2f documents download ${uid} --to - | md5sum`)
  expect(piped).toMatchObject({ code: 0, stderr: '', stdout: `${md5(bytes)}  -\n` })
  const cut = await world.shell(`d2f documents download ${uid} --to - | head -c 10 | wc -c`)
  expect(cut).toMatchObject({ code: 0, stderr: '', stdout: '10\n' })
})

test.concurrent('of several uids the missing one is told, and the others are there', async ({ open }) => {
  const world = await open()
  const uid = await uploaded(world)
  const ran = await world.run(['documents', 'download', uid, 'Nobody12345', '--to', 'some', '--json'])
  expect(ran.code, ran.stderr).toBe(20)
  expect(ran.json().files).toMatchObject([
    { uid: 'Nobody12345', status: 'failed' },
    { uid, status: 'downloaded' },
  ])
  await expect(world.read('some/report.txt')).resolves.toBe('A report.')
})

test.concurrent('a kill in the middle leaves no half file, and the same command does the rest', async ({ open }) => {
  const world = await open()
  const contents = new Map<string, Uint8Array>()
  for (let index = 0; index < 6; index++) {
    const bytes = new Uint8Array(400_000).map((_, at) => (at * 13 + index) % 251)
    contents.set(`${index}.dat`, bytes)
    await document(world, `${index}.dat`, bytes)
  }
  const stall = world.emulator.inject({
    kind: 'stall',
    direction: 'down',
    afterBytes: 100_000,
    route: 'GET /api/documents/*/data',
    skip: 3,
  })
  const running = world.start([...BACKUP, '--concurrency', '2'])
  await running.until('it stalls', () => stall.fired >= 2)
  running.kill('SIGKILL')
  await running.ended
  stall.remove()
  for (const name of await readdir(world.path('backup'))) {
    const content = contents.get(name)
    if (content !== undefined) expect(md5(await world.bytes(`backup/${name}`)), name).toBe(md5(content))
  }
  const log = world.watch()
  const rest = await world.run([...BACKUP, '--json'])
  expect(rest.code, rest.stderr).toBe(0)
  expect(rest.json().summary.skipped).toBeGreaterThan(0)
  expect(dataRequests(log).length).toBeLessThan(6)
  for (const [name, content] of contents) expect(md5(await world.bytes(`backup/${name}`)), name).toBe(md5(content))
})

describe('a full disk', () => {
  /** Mounts a small disk there, for as long as the work takes. */
  async function withSmallDisk(
    world: World,
    name: string,
    skip: (why: string) => never,
    work: () => Promise<void>,
  ): Promise<void> {
    const place = world.path(name)
    await mkdir(place)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', place], { stdio: 'pipe' })
    } catch (error) {
      if (process.getuid?.() === 0 && process.env['CI'] !== undefined) throw error
      skip(`mounting a small disk is refused: ${(error as Error).message}`)
    }
    try {
      await work()
    } finally {
      execFileSync('umount', [place])
    }
  }

  function enlarge(world: World, name: string): void {
    execFileSync('mount', ['-o', 'remount,size=32m', world.path(name)])
  }

  test.concurrent('ends with 14, leaves no half file, and the same command goes on when there is room', async ({
    open,
    skip,
  }) => {
    const world = await open()
    const large = new Uint8Array(3_000_000).map((_, at) => (at * 11) % 253)
    await document(world, 'a-small.txt', 'Small.')
    const uid = await document(world, 'b-large.dat', large)
    await withSmallDisk(world, 'backup', skip, async () => {
      const full = await world.run([...BACKUP, '--concurrency', '1', '--json'])
      expect([14, 20], full.stderr).toContain(full.code)
      const failed = full.json().files.find(({ status }: { status: string }) => status === 'failed')
      expect(failed).toMatchObject({ uid, error: { message: expect.stringMatching(/ENOSPC|no space|room/i) } })
      expect((await readdir(world.path('backup'))).sort()).toEqual(['a-small.txt', 'manifest.ndjson'])
      const one = await world.run(['documents', 'download', uid, '--to', 'backup/one.dat'])
      expect(one.code).toBe(14)
      expect(one.stderr).toMatch(/ENOSPC|no space|room/i)
      enlarge(world, 'backup')
      const rest = await world.run([...BACKUP, '--json'])
      expect(rest.code, rest.stderr).toBe(0)
      expect(rest.json().summary).toMatchObject({ done: 1, skipped: 1 })
      expect(md5(await world.bytes('backup/b-large.dat'))).toBe(md5(large))
    })
  })

  test.concurrent('under the journal: nothing is sent', async ({ open, skip }) => {
    const world = await open()
    await world.file('report.txt', 'A report.')
    await withSmallDisk(world, 'state', skip, async () => {
      await world.file('state/filler', new Uint8Array(900_000))
      execFileSync('sh', ['-c', `cat /dev/zero > ${world.path('state/rest')} || true`], { stdio: 'ignore' })
      const log = world.watch()
      const ran = await world.run(['documents', 'upload', 'report.txt', '--journal', 'state/journal.ndjson'])
      expect(ran.code, ran.stderr).toBe(14)
      expect(ran.stderr).toMatch(/ENOSPC|no space|room/i)
      expect(log().filter(({ method }) => method === 'POST')).toEqual([])
    })
  })
})
