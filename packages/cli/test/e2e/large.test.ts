import { execFile } from 'node:child_process'
import { open as openFile, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { test, type World } from './harness/world.js'

/* Little memory, however large the file is. */

const GIB_2 = 2 * 1024 ** 3
const MEMORY_LIMIT = 200_000_000
const PEAK = fileURLToPath(new URL('harness/write-peak.mjs', import.meta.url))

/** Runs the program, and tells the most memory that it had. */
async function peakOf(world: World, args: readonly string[]): Promise<number> {
  const file = path.join(world.folder, 'peak')
  const ran = await world.run(args, { nodeArgs: ['--import', PEAK], env: { PEAK_FILE: file } })
  expect(ran.code, ran.stderr).toBe(0)
  return Number(await readFile(file, 'utf8'))
}

test('2 GiB go up and come back in less than 200 MB of memory', { timeout: 600_000 }, async ({ open, skip }) => {
  const world = await open({ settings: { maxFileUploadSize: 3_000_000_000 }, storage: 'disk' })
  const { bavail, bsize } = await statfs(world.folder)
  if (bavail * bsize < 3 * GIB_2 && process.env['CI'] === undefined) skip('the disk has no room for it')
  await writeFile(
    path.join(path.dirname(world.profilesPath), 'dhis2-files.toml'),
    '[profiles.here]\nmax_file_size = 3000000000\n',
    { mode: 0o600 },
  )
  const file = world.path('large.dat')
  const handle = await openFile(file, 'w')
  await handle.truncate(GIB_2)
  // so that its beginning, middle and end are told apart
  for (const at of [0, GIB_2 / 2, GIB_2 - 8]) await handle.write(Buffer.from(`at ${at}`.slice(0, 8)), 0, undefined, at)
  await handle.close()

  expect(await peakOf(world, ['documents', 'upload', 'large.dat'])).toBeLessThan(MEMORY_LIMIT)
  const [document] = [...world.emulator.state.documents.values()]
  const resource = world.emulator.state.fileResources.get(String(document?.['url']))
  expect(resource).toMatchObject({ name: 'large.dat', contentLength: GIB_2 })

  const peak = await peakOf(world, ['documents', 'download', document?.id ?? '', '--to', 'back.dat'])
  expect(peak).toBeLessThan(MEMORY_LIMIT)
  await promisify(execFile)('cmp', ['--', file, world.path('back.dat')])
  await rm(world.path('back.dat'))
})
