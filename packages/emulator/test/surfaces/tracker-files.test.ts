import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ID,
  VERSIONS,
  type World,
  messages,
  person,
  refusals,
  reworded,
  splitEvents,
  trackerWorld,
  visit,
} from './tracker-world.js'

const fixture = (name: string) =>
  readFile(path.resolve(import.meta.dirname, '../../../../test/conformance/fixtures', name))

describe.each(VERSIONS)('files of the tracker on %s', (version) => {
  let world: World
  beforeEach(async () => {
    world = await trackerWorld(version)
  })
  afterEach(() => world.emulator.close())
  const get = (route: string, headers?: Record<string, string>) => world.client.get(`/api/tracker/${route}`, headers)
  const taken = (uid: string) =>
    reworded(version)
      ? `File resource: \`${uid}\` has already been assigned to another object.`
      : `File resource: \`${uid}\`, has already been assigned to a different object.`

  describe('attached by an import', () => {
    it('are assigned to their event, of both types', async () => {
      const [file, image] = [
        await world.upload(),
        await world.upload('a.jpg', 'image/jpeg', await fixture('photo.jpg')),
      ]
      await world.import({ events: [visit('EvFile00001', { [ID.file]: file, [ID.image]: image })] })
      for (const uid of [file, image]) expect(world.file(uid)).toEqual({ assigned: true, owner: 'EvFile00001' })
    })

    it('are assigned to a tracked entity only where they are no images', async () => {
      const [file, image] = [
        await world.upload(),
        await world.upload('a.jpg', 'image/jpeg', await fixture('photo.jpg')),
      ]
      await world.import({ trackedEntities: [person('TeFile00001', { [ID.consent]: file, [ID.face]: image })] })
      expect(world.file(file)).toEqual({ assigned: true, owner: 'TeFile00001' })
      expect(world.file(image)).toEqual({ assigned: false, owner: undefined })
    })

    it('may still be on their way to the store', async () => {
      const slow = await trackerWorld(version, { storageDelay: 'never' })
      const file = await slow.upload()
      expect((await slow.import({ events: [visit('EvFile00001', { [ID.file]: file })] })).status).toBe(200)
      const answer = await slow.client.get(`/api/tracker/events/EvFile00001/dataValues/${ID.file}/file`)
      expect([answer.status, answer.json]).toEqual([
        409,
        {
          httpStatus: 'Conflict',
          httpStatusCode: 409,
          status: 'ERROR',
          errorCode: 'E1004',
          message: splitEvents(version)
            ? 'Content is being processed and is not available yet, try again later'
            : 'The content is being processed and is not available yet. Try again later.',
        },
      ])
      await slow.emulator.close()
    })

    it('must be there: E1302 of an event, E1007 of a tracked entity', async () => {
      const ofEvent = await world.import({ events: [visit('EvFile00001', { [ID.file]: 'Unknown0001' })] })
      expect(messages(ofEvent)).toEqual([
        reworded(version)
          ? 'DataElement `FILE_RESOURCE` is not valid: `File resource `Unknown0001` could not be found.`.'
          : 'DataElement `` is not valid: `File resource `Unknown0001` could not be found.`',
      ])
      const ofEntity = await world.import({ trackedEntities: [person('TeFile00001', { [ID.consent]: 'no uid' })] })
      expect(ofEntity.json.validationReport.errorReports[0]).toMatchObject({
        errorCode: 'E1007',
        args: ['FILE_RESOURCE', 'File resource `no uid` could not be found.'],
      })
    })

    it.each([
      ['text/csv', 'csv'],
      ['image/webp', 'webp'],
      ['application/octet-stream', 'octet-stream'],
    ])('are no image as %s', async (type, format) => {
      const file = await world.upload('a.x', type, 'bytes')
      const refused = await world.import({ events: [visit('EvFile00001', { [ID.image]: file })] })
      expect(refusals(refused)).toEqual(['E1302 EvFile00001'])
      expect(messages(refused)[0]).toContain(
        `File resource with uid '${file}' is using invalid image format ${format}. Valid formats are: `,
      )
    })

    it('go once: E1009 of a second object, not of the same one again', async () => {
      const file = await world.upload()
      await world.import({ events: [visit('EvFile00001', { [ID.file]: file })] })
      const second = await world.import({ events: [visit('EvFile00002', { [ID.file]: file })] })
      expect([refusals(second), messages(second)]).toEqual([['E1009 EvFile00002'], [taken(file)]])
      expect((await world.import({ events: [visit('EvFile00001', { [ID.file]: file })] })).status).toBe(200)
      await world.import({ events: [visit('EvFile00003')] })
      expect(refusals(await world.import({ events: [visit('EvFile00003', { [ID.file]: file })] }))).toEqual([
        'E1009 EvFile00003',
      ])
      const entity = await world.import({ trackedEntities: [person('TeFile00001', { [ID.consent]: file })] })
      expect(refusals(entity)).toEqual(['E1009 TeFile00001'])
    })

    it('of image attributes go twice, since nothing assigns them', async () => {
      const image = await world.upload('a.jpg', 'image/jpeg', await fixture('photo.jpg'))
      const both = ['TeFile00001', 'TeFile00002'].map((uid) => person(uid, { [ID.face]: image }))
      expect((await world.import({ trackedEntities: both })).status).toBe(200)
    })

    it('are given back when they are replaced or taken away; row and bytes stay', async () => {
      const [one, two] = [await world.upload(), await world.upload('b.csv', 'text/csv', 'b')]
      await world.import({ events: [visit('EvFile00001', { [ID.file]: one })] })
      await world.import({ events: [visit('EvFile00001', { [ID.file]: two })] })
      expect([world.file(one).assigned, world.file(two).assigned]).toEqual([false, true])
      await world.import({ events: [visit('EvFile00001', { [ID.file]: null })] })
      expect(world.file(two).assigned).toBe(false)
      expect((await world.client.get(`/api/fileResources/${one}`)).json.storageStatus).toBe('STORED')
      const again = { trackedEntities: [person('TeFile00001', { [ID.consent]: one })] }
      expect((await world.import(again)).status).toBe(200)
      await world.import({ trackedEntities: [person('TeFile00001', { [ID.consent]: '' })] })
      expect(world.file(one).assigned).toBe(false)
    })

    it('stay where they are when an update does not name them', async () => {
      const file = await world.upload()
      await world.import({ events: [visit('EvFile00001', { [ID.file]: file })] })
      await world.import({ events: [visit('EvFile00001', { [ID.text]: 'x' })] })
      expect((await get(`events/EvFile00001/dataValues/${ID.file}/file`)).status).toBe(200)
      expect(world.file(file).assigned).toBe(true)
    })
  })

  describe('are served', () => {
    let file: string
    let image: string
    const eventFile = `events/EvServed001/dataValues/${ID.file}`
    const eventImage = `events/EvServed001/dataValues/${ID.image}`
    beforeEach(async () => {
      file = await world.upload('a b.csv')
      image = await world.upload('a.jpg', 'image/jpeg', await fixture('photo.jpg'))
      await world.import({ events: [visit('EvServed001', { [ID.file]: file, [ID.image]: image })] })
    })

    it('with their uid as ETag, both policies before 2.44, and no range', async () => {
      const answer = await get(`${eventFile}/file`, { range: 'bytes=0-1' })
      expect(answer.status).toBe(200)
      const { headers } = answer
      expect(
        Object.fromEntries(
          ['etag', 'cache-control', 'content-type', 'content-length', 'content-disposition', 'x-xss-protection'].map(
            (name) => [name, headers.get(name)],
          ),
        ),
      ).toEqual({
        etag: `"${file}"`,
        'cache-control': 'no-cache, private',
        'content-type': 'text/csv;charset=UTF-8',
        'content-length': '4',
        'content-disposition': 'filename=a b.csv',
        'x-xss-protection': '1; mode=block',
      })
      expect(headers.get('content-security-policy')).toBe(
        version === '2.44' ? "script-src 'none';" : "frame-ancestors 'self';, script-src 'none';",
      )
    })

    it('as 304 when the client has them: weak or not before the store is asked, in a list afterwards', async () => {
      for (const tag of [`"${file}"`, `W/"${file}"`, file, `"x", "${file}"`]) {
        const answer = await get(`${eventFile}/file`, { 'if-none-match': tag })
        expect([answer.status, answer.headers.get('etag'), answer.bytes.length]).toEqual([304, `"${file}"`, 0])
        expect(answer.headers.get('content-disposition')).toBeNull()
      }
      expect((await get(`${eventFile}/file`, { 'if-none-match': '"other"' })).status).toBe(200)
      world.emulator.inject({ kind: 'missing-blob', count: 2 } as never)
      expect((await get(`${eventFile}/file`, { 'if-none-match': `"${file}"` })).status).toBe(304)
      expect((await get(`${eventFile}/file`, { 'if-none-match': `"x", "${file}"` })).status).toBe(409)
    })

    it('to HEAD without a body', async () => {
      const answer = await world.client.send('HEAD', `/api/tracker/${eventFile}/file`)
      expect([answer.status, answer.bytes.length, answer.headers.get('content-length')]).toEqual([200, 0, '4'])
    })

    it('as images in the sizes that are stored, named in any case', async () => {
      const whole = await get(`${eventImage}/image`)
      expect(whole.bytes.length).toBe((await fixture('photo.jpg')).length)
      const small = await get(`${eventImage}/image?dimension=small`)
      expect([small.status, small.headers.get('etag')]).toEqual([200, `"${image}"`])
      expect(small.headers.get('content-length')).toBe(String(small.bytes.length))
      expect(small.bytes.length).not.toBe(whole.bytes.length)
      const wrong = await get(`${eventImage}/image?dimension=HUGE`)
      expect([wrong.status, wrong.json.errorCode, wrong.json.message]).toEqual([
        400,
        undefined,
        "Value 'HUGE' is not valid for parameter dimension. Valid values are: [SMALL, MEDIUM, LARGE, ORIGINAL]",
      ])
    })

    it('not as images when they are none, nor in sizes as files', async () => {
      const notImage = await get(`${eventFile}/image`)
      expect([notImage.status, notImage.json.errorCode, notImage.json.message]).toEqual([
        400,
        'E1003',
        'File is not an image',
      ])
      const sized = await get(`${eventFile}/file?dimension=SMALL`)
      expect([sized.status, sized.json.message]).toEqual([
        400,
        "Request parameter 'dimension' is only supported for images by API /tracker/event/dataValues/{dataElement}/image",
      ])
    })

    it('not in sizes that their domain does not have', async () => {
      const document = await world.upload('a.jpg', 'image/jpeg', await fixture('photo.jpg'), 'domain=DOCUMENT')
      await world.import({ events: [visit('EvServed002', { [ID.image]: document })] })
      const sized = await get(`events/EvServed002/dataValues/${ID.image}/image?dimension=SMALL`)
      expect([sized.status, sized.json.message]).toEqual([400, 'Image does not have support for multiple dimensions'])
      expect((await get(`events/EvServed002/dataValues/${ID.image}/image`)).status).toBe(200)
    })

    it('or said not to be there, as the version words it', async () => {
      const said = async (route: string) => {
        const { status, json } = await get(route)
        return [status, json.errorCode, json.message]
      }
      expect(await said(`events/Unknown0001/dataValues/${ID.file}/file`)).toEqual([
        404,
        'E1005',
        reworded(version)
          ? `Event Unknown0001 with data element ${ID.file} could not be found.`
          : 'Event with id Unknown0001 could not be found.',
      ])
      expect(await said('events/EvServed001/dataValues/Unknown0001/file')).toEqual([
        404,
        'E1005',
        'DataElement with id Unknown0001 could not be found.',
      ])
      expect(await said(`events/EvServed001/dataValues/${ID.text}/file`)).toEqual([
        404,
        'E1005',
        `Data element ${ID.text} is not a file (or image).`,
      ])
      await world.import({ events: [visit('EvServed003')] })
      expect(await said(`events/EvServed003/dataValues/${ID.file}/file`)).toEqual([
        404,
        'E1005',
        reworded(version)
          ? `Event EvServed003 with data element ${ID.file} could not be found.`
          : `DataValue for data element ${ID.file} could not be found.`,
      ])
      expect((await get(`events/x/dataValues/${ID.file}/file`)).status).toBe(400)
      world.emulator.state.fileResources.delete(file)
      expect(await said(`${eventFile}/file`)).toEqual([
        404,
        'E1005',
        `FileResource with id ${file} could not be found.`,
      ])
    })

    it('to who may see the event', async () => {
      expect((await get(`${eventFile}/file`, world.nurse)).status).toBe(404)
    })

    it('by routes of their own where events without registration are a type', async () => {
      const route = (type: string) => `${type}/EvServed001/dataValues/${ID.file}/file`
      const single = await get(route('singleEvents'))
      expect([single.status, (await get(route('trackerEvents'))).status]).toEqual(
        splitEvents(version) ? [200, 404] : [404, 404],
      )
      expect(single.headers.get('etag')).toBe(splitEvents(version) ? `"${file}"` : null)
    })

    it('by the routes of earlier days on 2.41 alone', async () => {
      const legacy = await world.client.get(`/api/events/files?eventUid=EvServed001&dataElementUid=${ID.file}`)
      expect(legacy.status).toBe(version === '2.41' ? 200 : 404)
      const portrait = await world.upload('a.jpg', 'image/jpeg', await fixture('photo.jpg'))
      await world.import({ trackedEntities: [person('TeServed001', { [ID.face]: portrait })] })
      const face = `/api/trackedEntityInstances/TeServed001/${ID.face}`
      const attachment = await world.client.get(`${face}/file`)
      const small = await world.client.get(`${face}/image?dimension=SMALL`)
      expect([attachment.status, small.status]).toEqual(version === '2.41' ? [200, 200] : [404, 404])
      if (version !== '2.41') return
      expect(attachment.headers.get('content-disposition')).toBe('attachment; filename=a.jpg')
      // another size goes out under the length of the stored one
      const scaled = await world.client.get(`${face}/image?width=3000`)
      expect(scaled.bytes.length).toBe(attachment.bytes.length)
      await expect(world.client.get(`${face}/image?width=20`)).rejects.toThrow('terminated')
    })
  })

  describe('of tracked entities', () => {
    it('go by the attributes of the type, or of a program', async () => {
      const [consent, extra] = [await world.upload(), await world.upload('extra.csv')]
      const enrollment = {
        program: ID.care,
        orgUnit: ID.clinic,
        enrolledAt: '2026-03-01',
        attributes: [{ attribute: ID.extra, value: extra }],
      }
      const made = await world.import({
        trackedEntities: [person('TeServed001', { [ID.consent]: consent }, { enrollments: [enrollment] })],
      })
      expect(made.status).toBe(200)
      expect(world.file(extra)).toEqual({ assigned: true, owner: 'TeServed001' })
      const file = (attribute: string, query = '') =>
        get(`trackedEntities/TeServed001/attributes/${attribute}/file${query}`)
      expect((await file(ID.consent)).status).toBe(200)
      const outside = await file(ID.extra)
      expect([outside.status, outside.json.message]).toEqual([
        404,
        `TrackedEntityAttribute with id ${ID.extra} could not be found.`,
      ])
      expect((await file(ID.extra, `?program=${ID.care}`)).status).toBe(200)
      expect((await file(ID.face, `?program=${ID.care}`)).status).toBe(404)
      expect((await file(ID.consent, '?program=Unknown0001')).json.message).toBe(
        'Program with id Unknown0001 could not be found.',
      )
      expect((await file(ID.name)).json.message).toBe(`Tracked entity attribute ${ID.name} is not a file (or image).`)
      expect((await file(ID.face)).json.message).toBe(
        `Attribute value for tracked entity attribute ${ID.face} could not be found.`,
      )
      expect((await file(ID.consent, '?dimension=SMALL')).json.message).toBe(
        "Request parameter 'dimension' is only supported for images by API /tracker/trackedEntities/attributes/{attribute}/image",
      )
      const unknown = await get(`trackedEntities/Unknown0001/attributes/${ID.consent}/file`)
      expect(unknown.json.message).toBe('TrackedEntity with id Unknown0001 could not be found.')
    })
  })
})
