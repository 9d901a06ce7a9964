import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isDhis2Error } from '@dhis2-files/client'
import type { Dhis2Version, Emulator, FaultKind } from '@dhis2-files/emulator'
import { beforeAll, describe, expect, test } from 'vitest'
import { preparedWorld } from '../world.js'
import { makePlaces, md5, type Place, type Surface } from './places.js'
import { runAll } from './random.js'

const SEED = Number(process.env['DHIS2_FILES_SEED'] ?? 20261123)
/** How often each kind must have fired, at least. */
const FIRED = 20
const AT_ONCE = 8

const PLACES: Readonly<Record<Surface, number>> = {
  dataValues: 8,
  events: 8,
  attributes: 6,
  messages: 6,
  replies: 4,
  icons: 3,
  avatars: 3,
  orgUnits: 4,
}

/** Repeats until it works. The clocks are generous: what a busy machine makes late is no stall, and if it is taken for one, it is sent again. */
const PATIENT = {
  retry: { attempts: 14, minDelay: 1, maxDelay: 20 },
  timeouts: { idle: 2500, headers: 5000 },
} as const

/** A stall lasts as long as the idle clock, so there are as many as are asked for, and no more. */
const STALLS = FIRED / 2 + 1

/** What goes wrong, at any request of any surface. `count`: how often at most. */
const KINDS: readonly {
  readonly name: string
  readonly version: Dhis2Version
  readonly faults: readonly (FaultKind & { readonly count?: number })[]
}[] = [
  {
    name: 'connections that are reset',
    version: '2.44',
    faults: [
      { kind: 'drop', direction: 'up', afterBytes: 60 },
      { kind: 'drop', direction: 'down', afterBytes: 0 },
      { kind: 'drop', direction: 'down', afterBytes: 90 },
    ],
  },
  { name: 'answers that are lost after the work was done', version: '2.43', faults: [{ kind: 'lost-answer' }] },
  { name: 'lost answers on the oldest version', version: '2.41', faults: [{ kind: 'lost-answer' }] },
  {
    name: 'a proxy that answers 502 with a web page',
    version: '2.42',
    faults: [
      { kind: 'html', status: 502 },
      { kind: 'html', status: 502, early: true },
    ],
  },
  {
    name: 'a server that asks to come back later',
    version: '2.41',
    faults: [{ kind: 'status', status: 429, headers: { 'Retry-After': '0' } }],
  },
  {
    name: 'answers that are truncated',
    version: '2.43',
    faults: [
      { kind: 'truncate', afterBytes: 0 },
      { kind: 'truncate', afterBytes: 50 },
    ],
  },
  {
    name: 'connections that stall',
    version: '2.42',
    faults: [
      { kind: 'stall', direction: 'up', afterBytes: 40, count: STALLS },
      { kind: 'stall', direction: 'down', afterBytes: 20, count: STALLS },
    ],
  },
]

describe.each(KINDS)('through $name on $version', ({ version, faults }) => {
  const world = preparedWorld(version, PATIENT)
  let places: Place[]
  let before: Map<Place, unknown>

  beforeAll(async () => {
    places = await makePlaces(world.client, world.emulator, world.capture, PLACES)
    before = new Map(places.map((place) => [place, place.kept().rest]))
  })

  test('every value, message and picture is there exactly once, and the old one until then', async () => {
    const { emulator } = world
    const client = world.open()
    const made = new Map<Place, string>()
    const injected = inject(emulator, faults)
    const lost: string[] = []
    const watch = setInterval(() => lost.push(...places.filter((place) => !hasFile(emulator, place)).map(named)), 3)
    try {
      const jobs = places.map((place) => async () => {
        made.set(place, await place.put(client))
      })
      await runAll(jobs, AT_ONCE)
    } finally {
      clearInterval(watch)
      for (const fault of injected) fault.remove()
    }
    expect(lost, 'places that had no file for a moment').toEqual([])
    expectFired(emulator, faults)

    for (const place of places) {
      const { files, rest } = place.kept()
      expect(files, named(place)).toEqual([made.get(place)])
      expect(rest, `what else ${named(place)} has`).toEqual(before.get(place))
      const sent = [...emulator.state.fileResources].filter((file) => file.name === place.name)
      expect(
        sent.map(({ id }) => id),
        `file resources of ${named(place)}`,
      ).toEqual(files)
      const [file] = sent
      const stored = await emulator.state.bytes(files[0] ?? '')
      expect(stored && md5(stored), named(place)).toBe(file?.contentMd5)
      if (!place.reencoded) expect(file?.contentMd5).toBe(md5(new Uint8Array(await place.file.arrayBuffer())))
      if (place.old !== undefined) {
        expect(emulator.state.fileResources.has(place.old), `the old file of ${named(place)}`).toBe(true)
      }
    }
    const subjects = [...emulator.state.collection('messageConversations')].map((row) => String(row['subject']))
    expect(subjects.length).toBe(new Set(subjects).size)
    expect(subjects.length).toBe(PLACES.messages + PLACES.replies)
    expect(emulator.log.filter((request) => /\/api\/dataValues\/file\?/.test(request.path))).toEqual([])
  }, 180_000)

  test('every file comes back whole, with its MD5', async () => {
    const { emulator } = world
    const client = world.open()
    const folder = await mkdtemp(path.join(tmpdir(), 'd2f-places-'))
    const start = emulator.log.length
    const injected = inject(emulator, faults)
    try {
      const jobs = places.map((place, i) => async () => {
        const download = await place.get(client)
        if (download.kind === 'file') await download.saveTo(path.join(folder, String(i)))
      })
      await runAll(jobs, AT_ONCE)
      expect(emulator.log.slice(start).filter(({ fault }) => fault !== undefined).length).toBeGreaterThan(0)
      expect((await readdir(folder)).sort()).toEqual(places.map((_, i) => String(i)).sort())
      for (const [i, place] of places.entries()) {
        const stored = await emulator.state.bytes(place.kept().files[0] ?? '')
        expect(md5(await readFile(path.join(folder, String(i)))), named(place)).toBe(stored && md5(stored))
      }
    } finally {
      for (const fault of injected) fault.remove()
      await rm(folder, { recursive: true })
    }
  }, 180_000)
})

const VERSIONS: readonly Dhis2Version[] = ['2.41', '2.42', '2.43', '2.44']

/** What comes after the upload, on each surface. */
const SECOND_STEPS = [
  { surface: 'dataValues', route: 'POST /api/dataValues' },
  { surface: 'events', route: 'POST /api/tracker' },
  { surface: 'attributes', route: 'POST /api/tracker' },
  { surface: 'messages', route: 'POST /api/messageConversations' },
  { surface: 'icons', route: 'POST /api/icons' },
  { surface: 'avatars', route: 'PATCH /api/users/*' },
  { surface: 'orgUnits', route: 'PATCH /api/organisationUnits/*' },
] as const

describe.each(VERSIONS)('when a server never does the second step on %s', (version) => {
  const world = preparedWorld(version, PATIENT)

  test.each(SECOND_STEPS)(
    '$surface keep what they have, and the error carries the file',
    async ({ surface, route }) => {
      const { emulator, client, capture } = world
      const [place] = await makePlaces(client, emulator, capture, { ...NOTHING, [surface]: 1 })
      if (place === undefined) throw new Error('no place')
      const { rest } = place.kept()
      const refusing = emulator.inject({ kind: 'html', status: 503, route })
      const error: unknown = await place
        .put(world.open({ retry: { ...PATIENT.retry, attempts: 2 } }))
        .catch((reason: unknown) => reason)
      refusing.remove()
      expect(refusing.fired).toBe(2)
      if (!isDhis2Error(error)) throw error
      const file = error.fileResource ?? error.fileResources?.[0] ?? ''
      expect(emulator.state.fileResources.get(file)?.name).toBe(place.name)
      expect(place.kept()).toEqual({ files: place.old === undefined ? [] : [place.old], rest })
      if (place.old !== undefined) expect(await emulator.state.bytes(place.old)).toBeDefined()
    },
  )
})

const NOTHING: Readonly<Record<Surface, number>> = {
  dataValues: 0,
  events: 0,
  attributes: 0,
  messages: 0,
  replies: 0,
  icons: 0,
  avatars: 0,
  orgUnits: 0,
}

const named = (place: Place): string => `${place.surface}: ${place.name}`

/** Whether a place that had a file has one whose bytes are there. */
function hasFile(emulator: Emulator, place: Place): boolean {
  if (place.old === undefined) return true
  const { files } = place.kept()
  const file = emulator.state.fileResources.get(files[0] ?? '')
  return files.length === 1 && file !== undefined && emulator.state.blob(file) !== undefined
}

function inject(emulator: Emulator, faults: (typeof KINDS)[number]['faults']): { remove(): void }[] {
  const probability = 0.25 / faults.length
  return faults.map((fault, i) => emulator.inject({ ...fault, probability, seed: SEED + i, route: /\/api\// }))
}

function expectFired(emulator: Emulator, faults: (typeof KINDS)[number]['faults']): void {
  for (const kind of new Set(faults.map((fault) => fault.kind))) {
    const fired = emulator.log.filter(({ fault }) => fault?.split(' ')[0] === kind).length
    expect(fired, kind).toBeGreaterThanOrEqual(FIRED)
  }
}
