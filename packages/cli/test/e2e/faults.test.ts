import { readdir } from 'node:fs/promises'
import { expect } from 'vitest'
import { uploaded } from './cases/documents.js'
import { expectExactlyOnce, md5 } from './harness/server-state.js'
import { test, VERSIONS } from './harness/world.js'

/* What servers and networks do wrong: the command goes on, or says what is wrong, and nothing is twice, half or lost. */

const CONTENT = new Uint8Array(400_000).map((_, at) => (at * 29) % 251)

test.concurrent.for(VERSIONS)('an upload gets through everything at once on %s', async (version, { open }) => {
  const world = await open({ version })
  await world.file('scan.dat', CONTENT)
  const { emulator } = world
  emulator.inject({
    kind: 'status',
    status: 503,
    headers: { 'retry-after': '1' },
    route: 'POST /api/fileResources',
    count: 1,
  })
  emulator.inject({ kind: 'drop', direction: 'up', afterBytes: 200_000, route: 'POST /api/fileResources', count: 1 })
  emulator.inject({ kind: 'lost-answer', route: 'POST /api/fileResources', count: 1 })
  emulator.inject({ kind: 'html', status: 502, route: 'POST /api/documents', count: 1 })
  emulator.inject({ kind: 'lost-answer', route: 'POST /api/documents', count: 1 })
  const ran = await world.run(['documents', 'upload', 'scan.dat', '--json', '--verbose'])
  expect(ran.code, ran.stderr).toBe(0)
  expect(ran.json().files).toMatchObject([{ status: 'uploaded' }])
  expect(ran.stderr).toContain('503')
  expect(emulator.log.filter(({ fault }) => fault !== undefined)).toHaveLength(5)
  await expectExactlyOnce(world, new Map([['scan.dat', CONTENT]]))
})

test.concurrent.for(VERSIONS)(
  'a download that is cut again and again is whole in the end on %s',
  async (version, { open }) => {
    const world = await open({ version })
    const { uid } = await world.client.files.uploadDocument(CONTENT, { name: 'Scan', filename: 'scan.dat' })
    const route = 'GET /api/documents/*/data'
    const faults = [
      world.emulator.inject({ kind: 'truncate', afterBytes: 300_000, route, count: 1 }),
      world.emulator.inject({ kind: 'drop', direction: 'down', afterBytes: 100_000, route, count: 1 }),
      world.emulator.inject({ kind: 'corrupt', atByte: 1_000, route, count: 1 }),
    ]
    const ran = await world.run(['documents', 'download', uid, '--to', 'scan.dat'])
    expect(ran.code, ran.stderr).toBe(0)
    expect(faults.map(({ fired }) => fired)).toEqual([1, 1, 1])
    expect(md5(await world.bytes('scan.dat'))).toBe(md5(CONTENT))
  },
)

test.concurrent.for([
  ['bytes that are always damaged', { kind: 'corrupt' as const }, 10, 'integrity', 'GET /api/documents/*/data'],
  ['a proxy that always gives up', { kind: 'html' as const, status: 502 }, 12, 'server', 'GET /api/documents/*/data'],
  ['bytes that the server has lost', { kind: 'missing-blob' as const }, 9, 'not-yet-stored', '*'],
] as const)('%s leave no file, and the exit code says which', async ([, fault, code, name, route], { open }) => {
  const world = await open()
  const uid = await uploaded(world)
  world.emulator.inject({ ...fault, route })
  const ran = await world.run(['documents', 'download', uid, '--to', 'report.txt', '--json'])
  expect(ran.code, ran.stderr).toBe(code)
  expect(ran.json()).toMatchObject({ error: { code: name, exitCode: code } })
  expect(await readdir(world.cwd)).toEqual([])
})

test.concurrent('a wrong password ends a batch at the first request: accounts are locked by more', async ({ open }) => {
  const world = await open()
  for (let index = 0; index < 5; index++) await world.file(`${index}.txt`, String(index))
  world.emulator.inject({
    kind: 'status',
    status: 401,
    route: 'POST /api/fileResources',
    json: { httpStatusCode: 401, message: 'Unauthorized' },
  })
  const ran = await world.run(['documents', 'upload', '*.txt', '--concurrency', '1', '--json'])
  expect(ran.code, ran.stderr).toBe(4)
  expect(ran.json().summary).toMatchObject({ done: 0, failed: 1, left: 4 })
  expect(world.emulator.log.filter(({ path }) => path.startsWith('/api/fileResources')).length).toBeLessThanOrEqual(2)
})

test.concurrent('a file that is too large is refused before it is sent', async ({ open }) => {
  const world = await open()
  await world.file('large.dat', new Uint8Array(10_000_001))
  const log = world.watch()
  const ran = await world.run(['documents', 'upload', 'large.dat', '--json'])
  expect(ran.code).toBe(8)
  expect(ran.json().error).toMatchObject({
    code: 'rejected-file',
    exitCode: 8,
    message: expect.stringContaining('10000001 bytes'),
  })
  expect(log().filter(({ method }) => method === 'POST')).toEqual([])
})
