import { describe, expect, test } from 'vitest'
import { createUid, type TrackerFile } from '../../src/node.js'
import { failure } from '../doubles/failure.js'
import { all, fixture, post, text, withCapture } from './capture.js'
import { describeTargets } from './targets.js'

type Row = Record<string, unknown>

/** An object without these members, and without those that every update changes. */
function without(object: Row, ...members: string[]): Row {
  const left = Object.entries(object).filter(([name]) => ![...members, 'updatedAt', 'updatedBy'].includes(name))
  return Object.fromEntries(left)
}

describeTargets('the tracker', (target) => {
  const capture = withCapture(target)
  const read = async (path: string): Promise<Row> =>
    (await (await target.client.request(`api/tracker/${path}`)).json()) as Row
  const imported = (body: unknown) => post(target, 'api/tracker?async=false', body)
  const event = async (more: Row = {}): Promise<string> => {
    const uid = createUid()
    const { eventProgram: program, eventStage: programStage, orgUnit } = capture
    await imported({
      events: [{ event: uid, program, programStage, orgUnit, occurredAt: '2026-03-01', ...more }],
    })
    return uid
  }
  const person = async (attributes: Row[] = []): Promise<string> => {
    const trackedEntity = createUid()
    const { entityType: trackedEntityType, orgUnit, trackerProgram: program } = capture
    await imported({
      trackedEntities: [
        {
          trackedEntity,
          trackedEntityType,
          orgUnit,
          attributes,
          enrollments: [
            {
              enrollment: createUid(),
              program,
              orgUnit,
              status: 'ACTIVE',
              enrolledAt: '2026-02-01',
              occurredAt: '2026-02-01',
            },
          ],
        },
      ],
    })
    return trackedEntity
  }
  const named = (name: string, content: string): File =>
    new File([content], `${target.prefix}${name}`, { type: 'text/csv' })

  test('a completed event with dates, notes and other values differs afterwards in one value alone', async () => {
    const { files } = target.client
    const uid = await event({
      status: 'COMPLETED',
      completedAt: '2026-03-02T10:00:00.000',
      scheduledAt: '2026-02-27',
      notes: [{ note: createUid(), value: 'called twice' }],
      dataValues: [{ dataElement: capture.eventElements.text, value: 'first' }],
    })
    const before = await read(`events/${uid}?fields=*`)
    expect(before).toMatchObject({ status: 'COMPLETED', notes: [{ value: 'called twice' }] })

    const made = await files.tracker.attachToEvent(uid, capture.eventElements.file, named('late.csv', 'c,d\n3,4\n'))
    const after = await read(`events/${uid}?fields=*`)
    expect(without(after, 'dataValues')).toEqual(without(before, 'dataValues'))
    const values = (after['dataValues'] as Row[]).map(({ dataElement, value }) => [dataElement, value])
    expect(values.sort()).toEqual(
      [
        [capture.eventElements.file, made.fileResource.id],
        [capture.eventElements.text, 'first'],
      ].sort(),
    )
  })

  test('the file of an event is read, known by its uid, and replaced', async () => {
    const { tracker, dataValues } = target.client.files
    const { file: element } = capture.eventElements
    const uid = await event()
    const first = await tracker.attachToEvent(uid, element, named('one.csv', 'one'))
    const download = (await tracker.downloadEventFile(uid, element)) as TrackerFile
    expect(download).toMatchObject({ kind: 'file', etag: first.fileResource.id, name: `${target.prefix}one.csv` })
    expect(await text(download)).toBe('one')

    const { etag } = download
    expect(await tracker.downloadEventFile(uid, element, { etag })).toEqual({ kind: 'not-modified', etag })
    const second = await tracker.attachToEvent(uid, element, named('two.csv', 'two'))
    expect(second.leftBehind).toBe(etag)
    const changed = (await tracker.downloadEventFile(uid, element, { etag })) as TrackerFile
    expect(changed).toMatchObject({ kind: 'file', etag: second.fileResource.id })
    expect(await text(changed)).toBe('two')
    expect(await text(await dataValues.downloadByFile(etag))).toBe('one')
  })

  test('an image comes in its sizes, and a file that is none is refused as one', async () => {
    const { tracker } = target.client.files
    const uid = await event()
    const photo = await fixture('photo.jpg', `${target.prefix}visit.jpg`, 'image/jpeg')
    await tracker.attachToEvent(uid, capture.eventElements.image, photo)
    await tracker.attachToEvent(uid, capture.eventElements.file, named('no-image.csv', 'x'))
    const original = (await tracker.downloadEventFile(uid, capture.eventElements.image, { image: true })) as TrackerFile
    expect((await original.bytes()).byteLength).toBe(photo.size)
    const options = { dimension: 'SMALL' } as const
    const small = (await tracker.downloadEventFile(uid, capture.eventElements.image, options)) as TrackerFile
    expect(small.etag).toBe(original.etag)
    expect((await small.bytes()).byteLength).not.toBe(photo.size)
    const none = (await tracker.downloadEventFile(uid, capture.eventElements.file, { image: true })) as TrackerFile
    expect((await failure(none.bytes())).status).toBe(400)
  })

  test('a tracked entity keeps everything else, and an attribute of a program goes by program', async () => {
    const { tracker } = target.client.files
    const { attributes, trackerProgram: program } = capture
    const portrait = await fixture('photo.png', `${target.prefix}portrait.png`, 'image/png')
    const uid = await person()
    const before = await read(`trackedEntities/${uid}?fields=*&program=${program}`)
    await tracker.attachToTrackedEntity(uid, attributes.image, portrait)
    const consent = await tracker.attachToTrackedEntity(uid, attributes.file, named('consent.csv', 'yes'))
    const refused = await failure(tracker.attachToTrackedEntity(uid, attributes.own, named('own.csv', 'own')))
    expect(refused).toMatchObject({ code: 'conflict', fileResource: undefined })
    const own = await tracker.attachToTrackedEntity(uid, attributes.own, named('own.csv', 'own'), { program })

    const after = await read(`trackedEntities/${uid}?fields=*&program=${program}`)
    expect(without(after, 'attributes', 'enrollments')).toEqual(without(before, 'attributes', 'enrollments'))
    expect((after['enrollments'] as Row[]).length).toBe(1)
    const file = (await tracker.downloadAttributeFile(uid, attributes.file)) as TrackerFile
    expect([file.etag, await text(file)]).toEqual([consent.fileResource.id, 'yes'])
    const ofProgram = (await tracker.downloadAttributeFile(uid, attributes.own, { program })) as TrackerFile
    expect([ofProgram.etag, await text(ofProgram)]).toEqual([own.fileResource.id, 'own'])
    const image = (await tracker.downloadAttributeFile(uid, attributes.image, { dimension: 'LARGE' })) as TrackerFile
    expect((await image.bytes()).byteLength).toBeGreaterThan(0)
  })

  test('every file of a program is listed, with its file resource', async () => {
    const { tracker } = target.client.files
    const { eventProgram, trackerProgram, entityType, orgUnit, eventElements, attributes } = capture
    const [one, two, who] = [await event(), await event(), await person()]
    await tracker.attachToEvent(one, eventElements.file, named('list one.csv', 'one'))
    await tracker.attachToEvent(two, eventElements.file, named('list two.csv', 'two'))
    await tracker.attachToTrackedEntity(who, attributes.file, named('list who.csv', 'who'))
    const where = { orgUnit, orgUnitMode: 'SELECTED', pageSize: 1 } as const
    const events = await all(tracker.listEventFiles({ program: eventProgram, ...where, occurredAfter: '2026-01-01' }))
    const names = new Map(events.map((found) => [found.event, found]))
    expect(names.get(one)).toMatchObject({ dataElement: eventElements.file, valueType: 'FILE_RESOURCE' })
    expect(names.get(one)?.fileResource).toMatchObject({ name: `${target.prefix}list one.csv`, contentLength: 3 })
    expect(names.get(two)?.fileResource?.name).toBe(`${target.prefix}list two.csv`)
    expect(events.every(({ dataElement }) => dataElement !== eventElements.text)).toBe(true)
    expect(await all(tracker.listEventFiles({ program: eventProgram, ...where, occurredAfter: '2027-01-01' }))).toEqual(
      [],
    )

    for (const of of [{ program: trackerProgram }, { trackedEntityType: entityType }]) {
      const entities = await all(tracker.listTrackedEntityFiles({ ...of, ...where }))
      const found = entities.find(({ trackedEntity }) => trackedEntity === who)
      expect(found).toMatchObject({ attribute: attributes.file, valueType: 'FILE_RESOURCE' })
      expect(found?.fileResource?.name).toBe(`${target.prefix}list who.csv`)
    }
  })

  test('what is not there is not-found, and what is no file is told before bytes are sent', async () => {
    const { tracker } = target.client.files
    const uid = await event({ dataValues: [{ dataElement: capture.eventElements.text, value: 'x' }] })
    const { file, text: remark } = capture.eventElements
    expect(await failure(tracker.downloadEventFile(createUid(), file))).toMatchObject({ code: 'not-found' })
    expect(await failure(tracker.downloadEventFile(uid, file))).toMatchObject({ code: 'not-found' })
    expect(await failure(tracker.attachToEvent(createUid(), file, new Blob(['x'])))).toMatchObject({
      code: 'not-found',
    })
    const error = await failure(tracker.attachToEvent(uid, remark, new Blob(['x'])))
    expect(error).toMatchObject({ code: 'conflict', fileResource: undefined })
  })

  describe.runIf(process.env['DHIS2_URL'] === undefined)('with faults', () => {
    test.each([{ kind: 'lost-answer' }, { kind: 'drop', direction: 'down' }, { kind: 'html', status: 503 }] as const)(
      '$kind at each request of an attach',
      async (fault) => {
        const { emulator } = target
        if (emulator === undefined) throw new Error('no emulator')
        const { file } = capture.eventElements
        for (let skip = 0; skip < 7; skip++) {
          const uid = await event({ status: 'COMPLETED' })
          const before = await read(`events/${uid}?fields=status,completedAt,occurredAt`)
          const injected = emulator.inject({ ...fault, skip, count: 1 })
          const made = await target.client.files.tracker.attachToEvent(uid, file, named(`fault ${skip}.csv`, 'x'))
          expect(injected.fired).toBe(1)
          injected.remove()
          expect(await read(`events/${uid}?fields=status,completedAt,occurredAt`)).toEqual(before)
          const download = (await target.client.files.tracker.downloadEventFile(uid, file)) as TrackerFile
          expect(download.etag).toBe(made.fileResource.id)
        }
      },
    )
  })
})
