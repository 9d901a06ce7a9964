import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createUid, Dhis2Client, type FileDownload } from '@dhis2-files/client'
import { createEmulator, type FaultKind } from '@dhis2-files/emulator'
import { expect, test } from 'vitest'
import { randomBytes, randomFrom, runAll } from './random.js'

const FILES = 500
const LARGEST = 20_000_000
const SEED = Number(process.env['DHIS2_FILES_SEED'] ?? Date.now() % 1_000_000)

/** A stall lasts as long as the idle clock, so there are few. */
const FAULTS: readonly (FaultKind & { readonly count?: number })[] = [
  { kind: 'drop', direction: 'up', afterBytes: 100 },
  { kind: 'drop', direction: 'up', afterBytes: 60_000 },
  { kind: 'drop', direction: 'down', afterBytes: 0 },
  { kind: 'drop', direction: 'down', afterBytes: 30_000 },
  { kind: 'lost-answer' },
  { kind: 'html', status: 502 },
  { kind: 'html', status: 504, early: true },
  { kind: 'status', status: 503, json: { httpStatus: 'Service Unavailable', httpStatusCode: 503, status: 'ERROR' } },
  { kind: 'status', status: 429, headers: { 'Retry-After': '0' } },
  { kind: 'truncate', afterBytes: 30 },
  { kind: 'stall', direction: 'up', afterBytes: 1000, count: 4 },
  { kind: 'stall', direction: 'down', afterBytes: 20, count: 4 },
  { kind: 'delay', ms: 40 },
]

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

/** Large bodies of which every byte counts, without the time that chance takes. */
function bytesOf(random: () => number, size: number): Uint8Array<ArrayBuffer> {
  if (size <= 100_000) return randomBytes(random, size)
  const block = randomBytes(random, 65_521)
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += block.length) bytes.set(block.subarray(0, Math.min(block.length, size - at)), at)
  return bytes
}

test(`${FILES} files of 1 B to 20 MB go up and down through all faults at once (seed ${SEED})`, async () => {
  const random = randomFrom(SEED)
  const emulator = createEmulator({ version: '2.44', settings: { storageDelay: 5, maxFileUploadSize: LARGEST } })
  const { url } = await emulator.serve()
  for (const [i, fault] of FAULTS.entries())
    emulator.inject({ ...fault, route: '*', probability: 0.015, seed: SEED + i })
  const client = new Dhis2Client({
    baseUrl: url,
    auth: { username: 'admin', password: 'district' },
    retry: { attempts: 15, minDelay: 1, maxDelay: 20 },
    timeouts: { idle: 6000, headers: 30_000 },
    maxFileUploadSize: LARGEST,
  })
  const folder = await mkdtemp(path.join(tmpdir(), 'd2f-mixture-'))
  try {
    const sent = new Map<string, string>()
    const jobs = Array.from({ length: FILES }, (_, i) => async () => {
      const bytes = bytesOf(random, Math.max(1, Math.floor(random() ** 12 * LARGEST)))
      const uid = createUid()
      sent.set(uid, md5(bytes))
      await client.files.uploadDocument(new Blob([bytes]), { uid, name: `file ${i}`, filename: `file ${i}.dat` })
      const download = (await client.files.downloadDocument(uid)) as FileDownload
      await download.saveTo(path.join(folder, uid))
    })
    await runAll(jobs, 6)
    const fired = new Set(emulator.log.map((r) => r.fault?.split(' ')[0]).filter((kind) => kind !== undefined))
    expect([...fired].sort()).toEqual([...new Set(FAULTS.map((f) => f.kind))].sort())

    const documents = [...emulator.state.documents.values()]
    expect(documents.map((d) => d.id).sort()).toEqual([...sent.keys()].sort())
    const files = [...emulator.state.fileResources.values()].filter((f) => f.domain === 'DOCUMENT')
    expect(files.map((f) => f.id).sort()).toEqual(documents.map((d) => String(d['url'])).sort())
    expect((await readdir(folder)).sort()).toEqual([...sent.keys()].sort())
    for (const document of documents) {
      const stored = await emulator.state.bytes(String(document['url']))
      expect(stored && md5(stored)).toBe(sent.get(document.id))
      expect(md5(await readFile(path.join(folder, document.id)))).toBe(sent.get(document.id))
    }
  } finally {
    await client.close()
    await emulator.close()
    await rm(folder, { recursive: true })
  }
}, 300_000)

const connections = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length

test('after all that nothing of the client is left: no connection, timer or temporary file', async () => {
  const idle = connections()
  const before = await readdir(tmpdir())
  const emulator = createEmulator({ version: '2.43', settings: { storageDelay: 0 } })
  const { url } = await emulator.serve()
  emulator.inject({
    kind: 'drop',
    direction: 'up',
    afterBytes: 100,
    probability: 0.3,
    route: 'POST /api/fileResources*',
  })
  const client = new Dhis2Client({
    baseUrl: url,
    auth: { username: 'admin', password: 'district' },
    retry: { minDelay: 1 },
  })
  const controller = new AbortController()
  const jobs = Array.from({ length: 40 }, (_, i) => async () => {
    const stream = new Blob([new Uint8Array(200_000)]).stream()
    const options = { name: `${i}`, filename: `${i}.dat`, spool: true, signal: controller.signal }
    if (i === 30) controller.abort(new Error('enough'))
    await client.files.uploadDocument(stream, options).catch(() => undefined)
  })
  await runAll(jobs, 8)
  await client.close()
  await emulator.close()
  await expect.poll(connections, { timeout: 10_000 }).toBe(idle)
  const left = (await readdir(tmpdir())).filter((name) => !before.includes(name) && /dhis2/.test(name))
  expect(left).toEqual([])
})
