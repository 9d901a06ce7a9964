import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Dhis2Client, createUid, type FileDownload } from '@dhis2-files/client'
import { createEmulator, type Dhis2Version, type Fault, type FaultKind } from '@dhis2-files/emulator'
import { describe, expect, test } from 'vitest'
import { randomBytes, randomFrom, runAll } from './random.js'

const FILES = 200
/** How often each kind must have fired in each direction, at least. */
const FIRED = 20
const SEED = Number(process.env['DHIS2_FILES_SEED'] ?? 20261123)
const WRITES = ['POST /api/fileResources*', 'POST /api/documents']
const READS = ['GET /api/documents/*/data']

/** What goes wrong on the way up and on the way down. */
const KINDS: readonly {
  readonly name: string
  readonly up: readonly FaultKind[]
  readonly down: readonly FaultKind[]
}[] = [
  {
    name: 'a connection that is reset amid a body',
    up: [{ kind: 'drop', direction: 'up', afterBytes: 700 }],
    down: [
      { kind: 'drop', direction: 'down', afterBytes: 0 },
      { kind: 'drop', direction: 'down', afterBytes: 5000 },
    ],
  },
  {
    name: 'an answer that is lost after the work was done',
    up: [{ kind: 'lost-answer' }],
    down: [{ kind: 'lost-answer' }],
  },
  {
    name: 'a proxy that answers 502 with a web page',
    up: [
      { kind: 'html', status: 502 },
      { kind: 'html', status: 502, early: true },
    ],
    down: [{ kind: 'html', status: 502 }],
  },
  {
    name: 'a server that asks to come back later',
    up: [{ kind: 'status', status: 429, headers: { 'Retry-After': '0' } }],
    down: [{ kind: 'status', status: 429, headers: { 'Retry-After': '0' } }],
  },
  {
    name: 'an answer that is truncated',
    up: [{ kind: 'truncate', afterBytes: 40 }],
    down: [
      { kind: 'truncate', afterBytes: 0 },
      { kind: 'truncate', afterBytes: 3000 },
    ],
  },
  {
    name: 'a connection that stalls',
    up: [
      { kind: 'stall', direction: 'up', afterBytes: 300 },
      { kind: 'stall', direction: 'down', afterBytes: 10 },
    ],
    down: [
      { kind: 'stall', direction: 'down', afterBytes: 0 },
      { kind: 'stall', direction: 'down', afterBytes: 2000 },
    ],
  },
  {
    name: 'a byte that is changed on the way down',
    up: [],
    down: [{ kind: 'corrupt', atByte: 0 }],
  },
]

const VERSIONS: readonly Dhis2Version[] = ['2.43', '2.41', '2.44', '2.42']

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

/** A stall lasts as long as the idle clock; where none is meant, no clock may decide on a busy machine. */
const clocksOf = (name: string) =>
  name.includes('stalls') ? { idle: 1000, headers: 1000 } : { idle: 60_000, headers: 60_000 }

describe.each(KINDS.map((kind, i) => ({ ...kind, version: VERSIONS[i % VERSIONS.length] ?? '2.43' })))(
  'through $name on $version',
  ({ name, up, down, version }) => {
    test(`${FILES} uploads and downloads leave every file exactly once, whole, with its MD5`, async () => {
      const random = randomFrom(SEED)
      const emulator = createEmulator({ version, settings: { storageDelay: 0 } })
      const { url } = await emulator.serve()
      const client = new Dhis2Client({
        baseUrl: url,
        auth: { username: 'admin', password: 'district' },
        retry: { attempts: 20, minDelay: 1, maxDelay: 20 },
        timeouts: clocksOf(name),
      })
      const folder = await mkdtemp(path.join(tmpdir(), 'd2f-faults-'))
      try {
        inject(up, WRITES)
        const sent = new Map<string, { name: string; md5: string }>()
        const uploads = Array.from({ length: FILES }, (_, i) => async () => {
          const bytes = randomBytes(random, 1 + Math.floor(random() ** 3 * 60_000))
          const uid = createUid()
          const name = `file ${i}.dat`
          sent.set(uid, { name, md5: md5(bytes) })
          await client.files.uploadDocument(new Blob([bytes]), { uid, name, filename: name })
        })
        await runAll(uploads, 8)
        expectFired(up, 'POST')

        const documents = [...emulator.state.documents.values()]
        expect(documents.map((d) => d.id).sort()).toEqual([...sent.keys()].sort())
        const files = [...emulator.state.fileResources.values()].filter((f) => f.domain === 'DOCUMENT')
        expect(files.map((f) => f.id).sort()).toEqual(documents.map((d) => String(d['url'])).sort())
        for (const document of documents) {
          const stored = await emulator.state.bytes(String(document['url']))
          expect({ name: document['name'], md5: stored && md5(stored) }).toEqual(sent.get(document.id))
        }

        inject(down, READS)
        const downloads = Array.from(sent.keys(), (uid) => async () => {
          const download = (await client.files.downloadDocument(uid)) as FileDownload
          await download.saveTo(path.join(folder, uid))
        })
        await runAll(downloads, 8)
        expectFired(down, 'GET')
        expect((await readdir(folder)).sort()).toEqual([...sent.keys()].sort())
        for (const [uid, file] of sent) expect(md5(await readFile(path.join(folder, uid)))).toBe(file.md5)
      } finally {
        await client.close()
        await emulator.close()
        await rm(folder, { recursive: true })
      }

      function inject(kinds: readonly FaultKind[], routes: readonly string[]): void {
        const faults: Fault[] = kinds.flatMap((kind) => routes.map((route) => ({ ...kind, route })))
        for (const [i, fault] of faults.entries()) {
          emulator.inject({ ...fault, probability: 0.35 / faults.length, seed: SEED + i })
        }
      }

      function expectFired(kinds: readonly FaultKind[], method: string): void {
        for (const kind of new Set(kinds.map((k) => k.kind))) {
          const fired = emulator.log.filter((r) => r.method === method && r.fault?.split(' ')[0] === kind).length
          expect(fired, `${kind} on ${method}`).toBeGreaterThanOrEqual(FIRED)
        }
      }
    }, 300_000)
  },
)
