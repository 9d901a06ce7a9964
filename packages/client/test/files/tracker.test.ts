import { describe, expect, test } from 'vitest'
import {
  all,
  type Answer,
  failure,
  fileStore,
  recorded,
  type Routes,
  type Scripted,
  scripted,
  type StoredFile,
  storedFile,
  type Trouble,
  VERSIONS,
} from './scripted.js'

type Recorded = (typeof VERSIONS)[number][1]
type Row = Record<string, unknown>

const TYPES: Record<string, string> = {
  TdeFile0001: 'FILE_RESOURCE',
  TdeImage001: 'IMAGE',
  TdeText0001: 'TEXT',
  TeaFile0001: 'FILE_RESOURCE',
  TeaImage001: 'IMAGE',
  TeaProgram1: 'FILE_RESOURCE',
}

interface Tracker extends Scripted {
  readonly files: Map<string, StoredFile>
  readonly events: Map<string, Row>
  readonly entities: Map<string, Row>
}

/** A tracker whose update, like the real one, replaces every member that is left out but data values. */
function tracker(recording: Recorded, version: string = recording.dhis2): Tracker {
  const { files, routes } = fileStore()
  const events = new Map<string, Row>([['EvFiles0005', completedEvent()]])
  const entities = new Map<string, Row>([['TePerson001', person()]])
  const typed = (key: string) => (request: { query: URLSearchParams }) => {
    const wanted = request.query.get('filter')?.slice('id:in:['.length, -1).split(',') ?? []
    const rows = wanted.flatMap((id) => (TYPES[id] === undefined ? [] : [{ id, valueType: TYPES[id] }]))
    return { json: { pager: { page: 1, pageSize: 50 }, [key]: rows } }
  }
  const update = (map: Map<string, Row>, id: string, list: string, member: string, sent: Row): void => {
    const old = map.get(String(sent[id])) ?? {}
    const values = new Map((old[list] as Row[]).map((value) => [value[member], value]))
    for (const value of sent[list] as Row[])
      values.set(value[member], { [member]: value[member], value: value['value'] })
    map.set(String(sent[id]), { status: 'ACTIVE', inactive: false, ...sent, [list]: [...values.values()] })
  }
  const shown = (object: Row, program: string | null): Row =>
    program === null && object['attributes'] !== undefined
      ? { ...object, attributes: (object['attributes'] as Row[]).filter((a) => a['attribute'] !== 'TeaProgram1') }
      : object
  const own: Routes = {
    ...routes,
    'GET /api/dataElements': typed('dataElements'),
    'GET /api/trackedEntityAttributes': typed('trackedEntityAttributes'),
    'GET /api/trackedEntityTypes/TetPerson01': () => ({
      json: {
        trackedEntityTypeAttributes: [
          { trackedEntityAttribute: { id: 'TeaFile0001' } },
          { trackedEntityAttribute: { id: 'TeaImage001' } },
        ],
      },
    }),
    'GET /api/programs/PrTracker01': () => ({
      json: { programTrackedEntityAttributes: [{ trackedEntityAttribute: { id: 'TeaProgram1' } }] },
    }),
    'GET /api/tracker/events/*': (_, uid = '') =>
      events.has(uid) ? { json: events.get(uid) } : recorded(recording, 'tracker.event.file.unknown-event'),
    'GET /api/tracker/trackedEntities/*': ({ query }, uid = '') =>
      entities.has(uid)
        ? { json: shown(entities.get(uid) ?? {}, query.get('program')) }
        : recorded(recording, 'tracker.te.file.unknown'),
    'POST /api/tracker': ({ json, query }) => {
      if (query.get('async') !== 'false' || query.get('importStrategy') !== 'UPDATE') return { status: 400 }
      const body = json as { events?: Row[]; trackedEntities?: Row[] }
      for (const event of body.events ?? []) {
        if (event['occurredAt'] === undefined) return recorded(recording, 'tracker.event.update.without-date')
        update(events, 'event', 'dataValues', 'dataElement', event)
      }
      for (const te of body.trackedEntities ?? []) update(entities, 'trackedEntity', 'attributes', 'attribute', te)
      return recorded(recording, 'tracker.event.update.minimal')
    },
  }
  return Object.assign(scripted(version, own), { files, events, entities })
}

function completedEvent(): Row {
  return {
    event: 'EvFiles0005',
    program: 'PrEvents001',
    programStage: 'PsEvents001',
    orgUnit: 'OuFiles0001',
    status: 'COMPLETED',
    occurredAt: '2026-03-01T00:00:00.000',
    scheduledAt: '2026-02-27T00:00:00.000',
    completedAt: '2026-03-02T10:00:00.000',
    attributeOptionCombo: 'AocFunding1',
    geometry: { type: 'Point', coordinates: [-11.4, 8.1] },
    notes: [{ note: 'NoFirst0001', value: 'called twice' }],
    dataValues: [{ dataElement: 'TdeText0001', value: 'first' }],
  }
}

function person(): Row {
  return {
    trackedEntity: 'TePerson001',
    trackedEntityType: 'TetPerson01',
    orgUnit: 'OuFiles0001',
    inactive: true,
    attributes: [{ attribute: 'TeaImage001', valueType: 'IMAGE', value: 'FrPortrait1' }],
  }
}

const DATA = new File(['c,d\n3,4\n'], 'late.csv', { type: 'text/csv' })
const valueOf = (object: Row | undefined, list: string, member: string, uid: string): unknown =>
  ((object ?? {})[list] as Row[]).find((value) => value[member] === uid)?.['value']

describe.each(VERSIONS)('the tracker of %s', (version, recording) => {
  test('a completed event differs afterwards in the one value alone', async () => {
    const { client, events, lines } = tracker(recording)
    const before = completedEvent()
    const { fileResource, leftBehind } = await client.files.tracker.attachToEvent('EvFiles0005', 'TdeFile0001', DATA)
    expect(leftBehind).toBeUndefined()
    expect(events.get('EvFiles0005')).toEqual({
      ...before,
      inactive: false,
      dataValues: [
        { dataElement: 'TdeText0001', value: 'first' },
        { dataElement: 'TdeFile0001', value: fileResource.id },
      ],
    })
    expect(lines()).toEqual([
      'GET /api/tracker/events/EvFiles0005?fields=*,!relationships',
      'GET /api/dataElements?fields=id,valueType&filter=id:in:[TdeFile0001,TdeText0001]&page=1&pageSize=50' +
        (recording.traits.gistLists ? '&gist=false' : ''),
      `POST /api/fileResources?domain=DATA_VALUE&uid=${fileResource.id}`,
      `GET /api/fileResources/${fileResource.id}`,
      'GET /api/tracker/events/EvFiles0005?fields=*,!relationships',
      'POST /api/tracker?async=false&importStrategy=UPDATE',
      'GET /api/tracker/events/EvFiles0005?fields=*,!relationships',
    ])
  })

  test('a tracked entity keeps its other members and attributes', async () => {
    const { client, entities } = tracker(recording)
    const made = await client.files.tracker.attachToTrackedEntity('TePerson001', 'TeaFile0001', DATA)
    expect(entities.get('TePerson001')).toMatchObject({ orgUnit: 'OuFiles0001', inactive: true })
    expect(entities.get('TePerson001')?.['attributes']).toEqual([
      { attribute: 'TeaImage001', value: 'FrPortrait1' },
      { attribute: 'TeaFile0001', value: made.fileResource.id },
    ])
  })

  test('an attribute of a program goes by program, and without it is refused before bytes are sent', async () => {
    const { client, entities, lines } = tracker(recording)
    const attach = (options = {}) =>
      client.files.tracker.attachToTrackedEntity('TePerson001', 'TeaProgram1', DATA, options)
    const error = await failure(attach())
    expect(error).toMatchObject({ code: 'conflict', hint: expect.stringContaining('program') })
    expect(lines().filter((line) => line.startsWith('POST'))).toEqual([])
    const { fileResource } = await attach({ program: 'PrTracker01' })
    expect(valueOf(entities.get('TePerson001'), 'attributes', 'attribute', 'TeaProgram1')).toBe(fileResource.id)
  })

  test('an element whose values are no files is refused before bytes are sent', async () => {
    const { client, lines } = tracker(recording)
    const error = await failure(client.files.tracker.attachToEvent('EvFiles0005', 'TdeText0001', DATA))
    expect(error).toMatchObject({ code: 'conflict', message: expect.stringContaining('of type TEXT') })
    expect(lines().filter((line) => line.startsWith('POST'))).toEqual([])
  })

  test('an unknown event is not-found before bytes are sent', async () => {
    const { client, lines } = tracker(recording)
    const error = await failure(client.files.tracker.attachToEvent('Unknown0001', 'TdeFile0001', DATA))
    expect(error).toMatchObject({ code: 'not-found', errorCode: 'E1005' })
    expect(lines()).toHaveLength(1)
  })

  test.each([
    ['tracker.event.create.unknown-file', 'conflict', 'E1302', 'EVENT EvFiles0002: E1302'],
    ['tracker.event.create.taken-file', 'conflict', 'E1009', 'EVENT EvFiles0003: E1009'],
    ['tracker.event.update.without-date', 'conflict', 'E1031', 'EVENT EvFiles0005: E1031'],
  ])('the report of %s becomes an error that names object and rule', async (id, code, errorCode, text) => {
    const server = tracker(recording)
    server.trouble = ({ method, path }) =>
      method === 'POST' && path.startsWith('/api/tracker') ? recorded(recording, id) : undefined
    const error = await failure(server.client.files.tracker.attachToEvent('EvFiles0005', 'TdeFile0001', DATA))
    expect(error).toMatchObject({ code, errorCode, message: expect.stringContaining(text) })
    expect(error['fileResource']).toBe([...server.files.keys()][0])
  })

  test('an image of a format that the server does not take is a rejected file', async () => {
    const server = tracker(recording)
    const answer = recorded(recording, 'tracker.event.create.file-in-image')
    server.trouble = ({ method, path }) => (method === 'POST' && path.startsWith('/api/tracker') ? answer : undefined)
    const error = await failure(server.client.files.tracker.attachToEvent('EvFiles0005', 'TdeImage001', DATA))
    expect(error['code']).toBe(JSON.stringify(answer).includes('invalid image format') ? 'rejected-file' : 'conflict')
  })

  test('E1009 is success when the value is ours, and else a conflict that carries the file', async () => {
    const server = tracker(recording)
    const taken = recorded(recording, 'tracker.event.create.taken-file')
    const troubles: Trouble[] = ['answer-lost', taken]
    server.trouble = ({ method, path }) =>
      method === 'POST' && path.startsWith('/api/tracker') ? troubles.shift() : undefined
    const { fileResource } = await server.client.files.tracker.attachToEvent('EvFiles0005', 'TdeFile0001', DATA)
    expect(valueOf(server.events.get('EvFiles0005'), 'dataValues', 'dataElement', 'TdeFile0001')).toBe(fileResource.id)
    expect(server.files.size).toBe(1)
  })

  test.each([0, 1, 2, 3, 4, 5, 6])(
    'trouble at step %i leaves the event whole, and the call can be made again',
    async (step) => {
      for (const trouble of ['request-lost', 'answer-lost', { status: 502 }] as Trouble[]) {
        const server = tracker(recording)
        server.trouble = (_, index) => (index === step ? trouble : undefined)
        const attach = (options = {}) =>
          server.client.files.tracker.attachToEvent('EvFiles0005', 'TdeFile0001', DATA, { retry: false, ...options })
        const carried = await attach().then(
          ({ fileResource }) => fileResource.id,
          (error: Row) => error['fileResource'],
        )
        const event = server.events.get('EvFiles0005')
        expect(event).toMatchObject({ status: 'COMPLETED', completedAt: '2026-03-02T10:00:00.000' })
        expect(carried !== undefined).toBe(step > 2 || (step === 2 && trouble === 'answer-lost'))
        const again = await attach({ fileResource: carried })
        expect(again.fileResource.id).toBe(carried ?? again.fileResource.id)
        expect(server.files.size).toBe(1)
      }
    },
  )

  test('reads the file of an event, whole and checked, with its uid as etag', async () => {
    const server = tracker(recording)
    server.files.set('FrEvFile001', storedFile('FrEvFile001', 'DATA_VALUE', 'visit.csv', 'text/csv', 'a,b\n1,2\n'))
    server.events.set('EvFiles0001', {
      event: 'EvFiles0001',
      dataValues: [{ dataElement: 'TdeFile0001', value: 'FrEvFile001' }],
    })
    const file = recorded(recording, 'tracker.event.file', { frEvFile: 'FrEvFile001', evEtag: 'FrEvFile001' })
    const { client, lines } = withRoutes(server, version, {
      'GET /api/tracker/events/EvFiles0001/dataValues/TdeFile0001/file': ({ headers }) =>
        headers.get('if-none-match') === '"FrEvFile001"' ? { status: 304, headers: { etag: '"FrEvFile001"' } } : file,
    })
    const download = await client.files.tracker.downloadEventFile('EvFiles0001', 'TdeFile0001')
    expect(download).toMatchObject({ kind: 'file', name: 'visit.csv', etag: 'FrEvFile001', size: 8 })
    if (download.kind !== 'file') throw new Error('no file')
    expect(Buffer.from(await download.bytes()).toString()).toBe('a,b\n1,2\n')
    const etag = 'FrEvFile001'
    expect(await client.files.tracker.downloadEventFile('EvFiles0001', 'TdeFile0001', { etag })).toEqual({
      kind: 'not-modified',
      etag,
    })
    const other = await client.files.tracker.downloadEventFile('EvFiles0001', 'TdeFile0001', { etag: 'FrOther0001' })
    expect(other).toMatchObject({ kind: 'file', etag })
    expect(lines()).not.toContainEqual(expect.stringContaining('dimension'))
  })

  test('a dimension goes to the image route alone, and leaves length and MD5 open', async () => {
    const server = tracker(recording)
    server.files.set('FrPortrait1', storedFile('FrPortrait1', 'DATA_VALUE', 'portrait.png', 'image/png', 'original'))
    const { client, lines } = withRoutes(server, version, {
      'GET /api/tracker/trackedEntities/TePerson001/attributes/TeaImage001/image': () => ({ bytes: 'small' }),
    })
    const options = { dimension: 'SMALL', program: 'PrTracker01' } as const
    const download = await client.files.tracker.downloadAttributeFile('TePerson001', 'TeaImage001', options)
    if (download.kind !== 'file') throw new Error('no file')
    expect(download).toMatchObject({ size: undefined, md5: undefined, etag: 'FrPortrait1' })
    expect(Buffer.from(await download.bytes()).toString()).toBe('small')
    expect(lines().at(-1)).toBe(
      'GET /api/tracker/trackedEntities/TePerson001/attributes/TeaImage001/image?program=PrTracker01&dimension=SMALL',
    )
    const misuse = client.files.tracker.downloadAttributeFile('TePerson001', 'TeaImage001', {
      ...options,
      image: false,
    })
    expect(await failure(misuse)).toBeInstanceOf(TypeError)
  })

  test('no value is not-found', async () => {
    const { client } = tracker(recording)
    const error = await failure(client.files.tracker.downloadEventFile('EvFiles0005', 'TdeFile0001'))
    expect(error).toMatchObject({ code: 'not-found' })
  })

  test('lists the files of events from the recorded list, page by page', async () => {
    const uids = { frEvFile: 'FrEvFile001', frEvImg: 'FrEvImg0001', frEvUpd: 'FrEvUpd0001' }
    const server = tracker(recording)
    for (const uid of Object.values(uids)) server.files.set(uid, storedFile(uid, 'DATA_VALUE', uid, 'text/csv', uid))
    const { client, lines } = withRoutes(server, version, {
      'GET /api/tracker/events': ({ query }): Answer =>
        query.get('page') === '1'
          ? recorded(recording, 'tracker.events.list', uids)
          : { json: { pager: { page: 2, pageSize: 200 }, events: [] } },
    })
    const query = { program: 'PrEvents001', orgUnit: 'OuFiles0001', orgUnitMode: 'SELECTED' } as const
    const found = await all(client.files.tracker.listEventFiles({ ...query, occurredAfter: '2026-01-01' }))
    expect(found.map((f) => `${f.event} ${f.dataElement} ${f.valueType} ${f.fileResource?.name}`)).toEqual([
      'EvFiles0001 TdeFile0001 FILE_RESOURCE FrEvFile001',
      'EvFiles0001 TdeImage001 IMAGE FrEvImg0001',
      'EvFiles0005 TdeFile0001 FILE_RESOURCE FrEvUpd0001',
    ])
    expect(lines()[0]).toBe(
      'GET /api/tracker/events?program=PrEvents001&orgUnit=OuFiles0001&orgUnitMode=SELECTED&occurredAfter=2026-01-01' +
        '&fields=event,program,programStage,orgUnit,occurredAt,status,trackedEntity,enrollment,dataValues[dataElement,value]' +
        '&order=createdAt:asc&page=1&pageSize=200',
    )
    expect(lines().filter((line) => line.startsWith('GET /api/fileResources?'))).toHaveLength(1)
    expect(lines().filter((line) => line.startsWith('GET /api/dataElements?'))).toHaveLength(1)
  })

  test('lists the files of tracked entities from the recorded list', async () => {
    const uids = { frTeImg: 'FrTeImg0001', frTeFile: 'FrTeFile001' }
    const server = tracker(recording)
    for (const uid of Object.values(uids)) server.files.set(uid, storedFile(uid, 'DATA_VALUE', uid, 'text/csv', uid))
    const { client, lines } = withRoutes(server, version, {
      'GET /api/tracker/trackedEntities': () => recorded(recording, 'tracker.tes.list', uids),
    })
    const query = { trackedEntityType: 'TetPerson01', orgUnit: ['OuFiles0001', 'OuFiles0002'] }
    const found = await all(client.files.tracker.listTrackedEntityFiles(query))
    expect(found.map((f) => `${f.trackedEntity} ${f.attribute} ${f.valueType} ${f.fileResource?.name}`).sort()).toEqual(
      ['TePerson001 TeaFile0001 FILE_RESOURCE FrTeFile001', 'TePerson001 TeaImage001 IMAGE FrTeImg0001'],
    )
    expect(lines()[0]).toContain('trackedEntityType=TetPerson01&orgUnits=OuFiles0001,OuFiles0002&fields=')
  })
})

/** The same server with more routes before its own. */
function withRoutes(server: Tracker, version: string, routes: Routes): Scripted {
  return scripted(version, { ...routes, 'GET /api/.+': ({ path }) => server.answer('GET', path) })
}

describe.each(['2.41.9', '2.42.5', '2.42.5.1'])('the release %s, which refuses images', (version) => {
  const recording = VERSIONS.find(([one]) => version.startsWith(one.slice(0, 4)))?.[1] as Recorded

  test('says so before anything is written', async () => {
    const { client, lines } = tracker(recording, version)
    const attach = client.files.tracker.attachToEvent('EvFiles0005', 'TdeImage001', new Blob(['x']))
    const error = await failure(attach)
    expect(error).toMatchObject({ code: 'unsupported', message: expect.stringContaining('DHIS2-19733') })
    expect(lines().filter((line) => line.startsWith('POST'))).toEqual([])
  })

  test('takes other files, beside an image that is there and stays', async () => {
    const server = tracker(recording, version)
    await server.client.files.tracker.attachToTrackedEntity('TePerson001', 'TeaFile0001', DATA)
    const sent = server.received.find(({ method, path }) => method === 'POST' && path.startsWith('/api/tracker'))
    expect(JSON.stringify(sent?.json)).not.toContain('TeaImage001')
    expect(valueOf(server.entities.get('TePerson001'), 'attributes', 'attribute', 'TeaImage001')).toBe('FrPortrait1')
  })
})

test.each(['2.41.9.1', '2.42.5.2', '2.43.0', '2.42.4'])('the release %s takes images', async (version) => {
  const recording = VERSIONS.find(([one]) => version.startsWith(one.slice(0, 4)))?.[1] as Recorded
  const { client, events } = tracker(recording, version)
  const png = new File([Buffer.from('89504e470d0a1a0a', 'hex')], 'a.png', { type: 'image/png' })
  const { fileResource } = await client.files.tracker.attachToEvent('EvFiles0005', 'TdeImage001', png)
  expect(valueOf(events.get('EvFiles0005'), 'dataValues', 'dataElement', 'TdeImage001')).toBe(fileResource.id)
})

test.each([
  ['E1000', 'forbidden'],
  ['E1091', 'forbidden'],
  ['E1032', 'not-found'],
  ['E1114', 'not-found'],
  // here not the code of an object that is there already
  ['E5000', 'conflict'],
  ['E1300', 'conflict'],
])('the code %s of an import is %s', async (errorCode, code) => {
  const server = tracker(VERSIONS[0]?.[1] as Recorded)
  const report = { message: 'no', errorCode, trackerType: 'EVENT', uid: 'EvFiles0005', args: [] }
  const json = { status: 'ERROR', validationReport: { errorReports: [report], warningReports: [] } }
  server.trouble = ({ method, path }) =>
    method === 'POST' && path.startsWith('/api/tracker') ? { status: 409, json } : undefined
  const error = await failure(server.client.files.tracker.attachToEvent('EvFiles0005', 'TdeFile0001', DATA))
  expect(error).toMatchObject({ code, errorCode })
})

test('an event that somebody else changes at the same time is told', async () => {
  const server = tracker(VERSIONS[0]?.[1] as Recorded)
  server.trouble = ({ method, path }) => {
    if (method === 'POST' && path.startsWith('/api/tracker'))
      queueMicrotask(() => server.events.set('EvFiles0005', { ...server.events.get('EvFiles0005'), status: 'ACTIVE' }))
    return undefined
  }
  const error = await failure(server.client.files.tracker.attachToEvent('EvFiles0005', 'TdeFile0001', DATA))
  expect(error).toMatchObject({ code: 'conflict', message: expect.stringContaining('status changed') })
})
