import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { byClient, type Server, startEmulator, startServer } from './processes.js'

const MiB = 1_048_576
/** As `ps` and `top` count memory. */
const MB = MiB
const GiB = 1024 * MiB
const MINUTES = 60_000

const made: string[] = []
const servers: Server[] = []
afterAll(async () => {
  for (const server of servers) await server.stop()
  for (const folder of made) await rm(folder, { recursive: true, force: true })
})

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'd2f-memory-'))
  made.push(folder)
  return folder
}

async function running(server: Promise<Server>): Promise<Server> {
  servers.push(await server)
  return server
}

// A peak depends on when the garbage collector runs: the least of three is what the work needs.
describe('1 GiB', () => {
  let folder: string
  let emulator: Server
  let md5: string

  beforeAll(async () => {
    folder = await temporaryFolder()
    emulator = await running(startEmulator(await temporaryFolder()))
    md5 = await writeLarge(join(folder, 'large.dat'), GiB)
  }, 5 * MINUTES)

  it('goes up in less than 150 MB, and arrives as it was', { timeout: 10 * MINUTES, retry: 2 }, async () => {
    const { peak, ...arrived } = await byClient('uploadFile', emulator.url, 'LargeFile01', join(folder, 'large.dat'))
    console.log(`1 GiB up: ${Math.round(peak / MB)} MB`)
    expect(arrived).toEqual({ size: GiB, md5 })
    expect(peak).toBeLessThan(150 * MB)
  })

  it('comes down to a file in less than 150 MB, as it was', { timeout: 10 * MINUTES, retry: 2 }, async () => {
    const copy = join(folder, 'copy.dat')
    onTestFinished(() => rm(copy, { force: true }))
    const { peak, size } = await byClient('downloadFile', emulator.url, 'LargeFile01', copy)
    console.log(`1 GiB down: ${Math.round(peak / MB)} MB`)
    expect(size).toBe(GiB)
    expect(await md5Of(copy)).toBe(md5)
    expect(peak).toBeLessThan(150 * MB)
  })
})

describe('the emulator', () => {
  it('takes 2 GiB and gives them back in less than 200 MB', { timeout: 15 * MINUTES, retry: 2 }, async () => {
    const emulator = await running(startEmulator(await temporaryFolder()))
    const up = await byClient('uploadMade', emulator.url, 'LargeFile02', String(2 * GiB))
    // the client compares the MD5 with the one that it was told
    const down = await byClient('downloadAway', emulator.url, 'LargeFile02')
    const peak = await emulator.peak()
    console.log(`emulator, 2 GiB up and down: ${Math.round(peak / MB)} MB`)
    expect([up.size, down.size]).toEqual([2 * GiB, 2 * GiB])
    expect(peak).toBeLessThan(200 * MB)
  })
})

describe('a list', () => {
  it('of 1,000,000 rows is iterated over in less than 150 MB', { timeout: 10 * MINUTES, retry: 2 }, async () => {
    const server = await running(startServer('list-server.mjs', ['1000000']))
    const { peak, ...seen } = await byClient('list', server.url)
    console.log(`1,000,000 rows: ${Math.round(peak / MB)} MB`)
    expect(seen).toEqual({ rows: 1_000_000, last: 'F0001000000' })
    expect(peak).toBeLessThan(150 * MB)
  })
})

async function writeLarge(path: string, size: number): Promise<string> {
  const hash = createHash('md5')
  const file = await open(path, 'w')
  try {
    for (let at = 0; at < size; at += MiB) {
      const block = Buffer.alloc(MiB, `block ${at}`)
      hash.update(block)
      await file.write(block)
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5')
  await pipeline(createReadStream(path, { highWaterMark: MiB }), hash)
  return hash.digest('hex')
}
