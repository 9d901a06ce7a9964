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

describe.each(VERSIONS)('tracker import on %s', (version) => {
  let world: World
  beforeEach(async () => {
    world = await trackerWorld(version)
  })
  afterEach(() => world.emulator.close())
  const event = async (uid: string) => (await world.client.get(`/api/tracker/events/${uid}`)).json

  describe('reports', () => {
    it('tells of each type what happened', async () => {
      const { status, json } = await world.import({ events: [visit('EvReport001'), visit('EvReport002')] })
      expect([status, json.status, json.stats]).toEqual([
        200,
        'OK',
        { created: 2, updated: 0, deleted: 0, ignored: 0, total: 2 },
      ])
      expect(Object.keys(json.bundleReport.typeReportMap)).toEqual([
        'TRACKED_ENTITY',
        'ENROLLMENT',
        'EVENT',
        'RELATIONSHIP',
      ])
      expect(json.bundleReport.typeReportMap.EVENT.objectReports).toEqual([
        { trackerType: 'EVENT', uid: 'EvReport001', errorReports: [] },
        { trackerType: 'EVENT', uid: 'EvReport002', errorReports: [] },
      ])
    })

    it('answers 409 and changes nothing when one object is refused', async () => {
      const { status, json } = await world.import({
        events: [visit('EvReport001'), visit('EvReport002', {}, { orgUnit: '' })],
      })
      expect([status, json.status, json.stats, json.bundleReport]).toEqual([
        409,
        'ERROR',
        { created: 0, updated: 0, deleted: 0, ignored: 2, total: 2 },
        undefined,
      ])
      expect((await world.client.get('/api/tracker/events/EvReport001')).status).toBe(404)
    })

    it('lets the good ones in with atomicMode=OBJECT', async () => {
      const body = { events: [visit('EvReport001'), visit('EvReport002', {}, { orgUnit: '' })] }
      const { status, json } = await world.import(body, '&atomicMode=OBJECT')
      expect([status, json.status, json.stats.created, json.stats.ignored]).toEqual([200, 'OK', 1, 1])
      expect(json.validationReport.errorReports).toHaveLength(1)
      expect((await world.client.get('/api/tracker/events/EvReport001')).status).toBe(200)
    })

    it('changes nothing with importMode=VALIDATE', async () => {
      expect((await world.import({ events: [visit('EvReport001')] }, '&importMode=VALIDATE')).status).toBe(200)
      expect((await world.client.get('/api/tracker/events/EvReport001')).status).toBe(404)
    })

    it('answers with a job unless it is told to wait', async () => {
      const { status, json, headers } = await world.client.post('/api/tracker', { events: [visit('EvReport001')] })
      const { id, location, responseType } = json.response
      expect([status, responseType, location]).toEqual([200, 'TrackerJob', `http://dhis2.test/api/tracker/jobs/${id}`])
      expect(headers.get('location')).toBe(location)
      expect((await world.client.get(`/api/tracker/jobs/${id}`)).json[0].completed).toBe(true)
      const report = await world.client.get(`/api/tracker/jobs/${id}/report`)
      expect([report.json.status, report.json.stats.created]).toEqual(['OK', 1])
      expect(report.headers.get('cache-control')).toContain('no-store')
      const refused = await world.client.post('/api/tracker', { events: [visit('EvReport001', {}, { orgUnit: '' })] })
      const { json: why } = await world.client.get(`/api/tracker/jobs/${refused.json.response.id}/report`)
      expect([refused.status, why.status]).toEqual([200, 'ERROR'])
      expect((await world.client.get('/api/tracker/jobs/Unknown0001/report')).status).toBe(404)
    })

    it('tells how long it took only in a full report', async () => {
      const full = await world.import({ events: [visit('EvReport001')] }, '&reportMode=FULL')
      const short = await world.import({ events: [visit('EvReport002')] })
      expect([full.json.timingsStats !== undefined, short.json.timingsStats]).toEqual([true, undefined])
    })
  })

  describe('strategies', () => {
    it('refuses what is there with CREATE, and what is not there with UPDATE and DELETE', async () => {
      await world.import({ events: [visit('EvThere0001')], trackedEntities: [person('TeThere0001')] })
      const again = await world.import(
        { events: [visit('EvThere0001')], trackedEntities: [person('TeThere0001')] },
        '&importStrategy=CREATE',
      )
      expect(refusals(again).sort()).toEqual(['E1002 TeThere0001', 'E1030 EvThere0001'])
      for (const strategy of ['UPDATE', 'DELETE']) {
        const body = { events: [visit('EvNowhere01')], trackedEntities: [person('TeNowhere01')] }
        const unknown = await world.import(body, `&importStrategy=${strategy}`)
        expect(refusals(unknown).sort()).toEqual(['E1032 EvNowhere01', 'E1063 TeNowhere01'])
        expect(messages(unknown)).toContain(
          reworded(version) ? 'Event: `EvNowhere01` do not exist.' : 'Event: `EvNowhere01`, do not exist.',
        )
      }
    })

    it('creates or updates by default', async () => {
      await world.import({ events: [visit('EvThere0001')] })
      const { json } = await world.import({ events: [visit('EvThere0001'), visit('EvNew000001')] })
      expect([json.stats.created, json.stats.updated]).toEqual([1, 1])
    })

    it('deletes for good: the uid is gone and stays taken', async () => {
      await world.import({ events: [visit('EvThere0001')] })
      const { json } = await world.import({ events: [{ event: 'EvThere0001' }] }, '&importStrategy=DELETE')
      expect(json.stats.deleted).toBe(1)
      expect((await world.client.get('/api/tracker/events/EvThere0001')).status).toBe(404)
      expect(refusals(await world.import({ events: [visit('EvThere0001')] }))).toEqual(['E1082 EvThere0001'])
    })

    it('deletes what hangs on a tracked entity with it', async () => {
      const body = person('TeFamily001', {}, { enrollments: [enrollment('EnFamily001', [care('EvFamily001')])] })
      expect((await world.import({ trackedEntities: [body] })).status).toBe(200)
      await world.import({ trackedEntities: [{ trackedEntity: 'TeFamily001' }] }, '&importStrategy=DELETE')
      for (const path of ['trackedEntities/TeFamily001', 'enrollments/EnFamily001', 'events/EvFamily001'])
        expect((await world.client.get(`/api/tracker/${path}`)).status).toBe(404)
    })

    it('does not know other strategies', async () => {
      expect((await world.import({ events: [] }, '&importStrategy=REPLACE')).status).toBe(400)
    })
  })

  describe('an update', () => {
    it('takes away every member that is left out, but no data value', async () => {
      const whole = {
        status: 'COMPLETED',
        completedAt: '2026-03-02T10:00:00.000',
        geometry: { type: 'Point', coordinates: [1, 2] },
      }
      await world.import({ events: [visit('EvUpdate001', { [ID.text]: 'first' }, whole)] })
      const before = await event('EvUpdate001')
      expect([before.status, before.completedAt, before.geometry]).toEqual([
        'COMPLETED',
        '2026-03-02T10:00:00.000',
        whole.geometry,
      ])
      await world.import({ events: [visit('EvUpdate001', { [ID.number]: '7' })] }, '&importStrategy=UPDATE')
      const after = await event('EvUpdate001')
      expect([after.status, after.completedAt, after.completedBy, after.geometry]).toEqual([
        'ACTIVE',
        undefined,
        undefined,
        undefined,
      ])
      const values = after.dataValues.map(({ dataElement, value }: any) => [dataElement, value])
      expect(values.sort()).toEqual([
        [ID.number, '7'],
        [ID.text, 'first'],
      ])
    })

    it('is refused without a date', async () => {
      await world.import({ events: [visit('EvUpdate001')] })
      const refused = await world.import({ events: [visit('EvUpdate001', {}, { occurredAt: undefined })] })
      expect(refusals(refused)).toEqual(['E1031 EvUpdate001'])
      expect(messages(refused)).toEqual([
        reworded(version) ? 'Event occurredAt date is missing.' : 'Event OccurredAt date is missing.',
      ])
    })

    it('keeps what is sent back whole', async () => {
      const [combo] = (await world.client.get('/api/categoryOptionCombos')).json.categoryOptionCombos
      const whole = { status: 'COMPLETED', completedAt: '2026-03-02T10:00:00.000', attributeOptionCombo: combo.id }
      await world.import({ events: [visit('EvUpdate001', { [ID.text]: 'first' }, whole)] })
      const before = await event('EvUpdate001')
      await world.import({ events: [before] }, '&importStrategy=UPDATE')
      const after = await event('EvUpdate001')
      expect({ ...after, updatedAt: '' }).toEqual({ ...before, updatedAt: '' })
    })

    it('takes a value away with an empty one', async () => {
      await world.import({ events: [visit('EvUpdate001', { [ID.text]: 'first' })] })
      await world.import({ events: [visit('EvUpdate001', { [ID.text]: '' })] })
      expect((await event('EvUpdate001')).dataValues).toEqual([])
    })

    it('cannot move an event to another stage, nor a tracked entity to another type', async () => {
      await world.import({
        trackedEntities: [
          person('TeMove00001', {}, { enrollments: [enrollment('EnMove00001', [care('EvMove00001', ID.again)])] }),
        ],
      })
      const moved = await world.import({ events: [{ ...care('EvMove00001', ID.first), enrollment: 'EnMove00001' }] })
      expect(refusals(moved)).toContain('E1128 EvMove00001')
    })

    it('completes once: the first date stays', async () => {
      await world.import({ events: [visit('EvUpdate001', {}, { status: 'COMPLETED' })] })
      const { completedAt } = await event('EvUpdate001')
      expect(completedAt).toMatch(/^\d{4}-/)
      await world.import({ events: [visit('EvUpdate001', {}, { status: 'COMPLETED' })] })
      expect((await event('EvUpdate001')).completedAt).toBe(completedAt)
    })
  })

  describe('references', () => {
    it.each([
      ['E1011', { orgUnit: 'Unknown0001' }],
      ['E1010', { program: 'Unknown0001' }],
      ['E1013', { programStage: 'Unknown0001' }],
      ['E1029', { orgUnit: ID.elsewhere }],
      ['E1089', { programStage: ID.again }],
      ['E1123', { orgUnit: undefined }],
      ['E1115', { attributeOptionCombo: 'Unknown0001' }],
    ])('%s', async (code, more) => {
      expect(refusals(await world.import({ events: [visit('EvWrong0001', {}, more)] }))).toEqual([
        `${code} EvWrong0001`,
      ])
    })

    it('finds the program of a stage, and the stage of a program without registration', async () => {
      const bare = { orgUnit: ID.clinic, occurredAt: '2026-03-01' }
      const body = {
        events: [
          { ...bare, event: 'EvBare00001', programStage: ID.visit },
          { ...bare, event: 'EvBare00002', program: ID.visits },
        ],
      }
      expect((await world.import(body)).json.stats.created).toBe(2)
      expect((await event('EvBare00002')).programStage).toBe(ID.visit)
    })

    it('wants an enrollment with registration, and one event of a stage that does not repeat', async () => {
      expect(refusals(await world.import({ events: [care('EvNoEnroll1')] }))).toEqual(['E1033 EvNoEnroll1'])
      const body = person('TeTwice0001', {}, { enrollments: [enrollment('EnTwice0001', [care('EvTwice0001')])] })
      await world.import({ trackedEntities: [body] })
      const second = { ...care('EvTwice0002'), enrollment: 'EnTwice0001' }
      expect(refusals(await world.import({ events: [second] }))).toEqual(['E1039 EvTwice0002'])
      const repeated = { ...care('EvTwice0003', ID.again), enrollment: 'EnTwice0001' }
      await world.import({ events: [repeated] })
      expect((await world.import({ events: [{ ...repeated, event: 'EvTwice0004' }] })).status).toBe(200)
    })

    it('enrolls once at a time, in a program of the type', async () => {
      await world.import({ trackedEntities: [person('TeOnce00001', {}, { enrollments: [enrollment('EnOnce00001')] })] })
      const twice = { ...enrollment('EnOnce00002'), trackedEntity: 'TeOnce00001' }
      expect(refusals(await world.import({ enrollments: [twice] }))).toEqual(['E1015 EnOnce00002'])
      const wrong = { ...enrollment('EnOnce00003'), trackedEntity: 'TeOnce00001', program: ID.visits }
      expect(refusals(await world.import({ enrollments: [wrong] }))).toContain('E1014 EnOnce00003')
    })

    it('refuses what hangs on something refused', async () => {
      const body = person(
        'TeBroken001',
        {},
        { orgUnit: 'Unknown0001', enrollments: [enrollment('EnBroken001', [care('EvBroken001')])] },
      )
      const refused = await world.import({ trackedEntities: [body] })
      expect(refusals(refused)).toEqual(['E1049 TeBroken001', 'E5000 EnBroken001', 'E5000 EvBroken001'])
    })

    it('makes up the uids that are left out', async () => {
      const { json } = await world.import({ events: [visit('')] })
      expect(json.bundleReport.typeReportMap.EVENT.objectReports[0].uid).toMatch(/^[A-Za-z][A-Za-z0-9]{10}$/)
    })

    it('refuses uids that are none', async () => {
      expect(refusals(await world.import({ events: [visit('1')] }))).toEqual(['E1048 1'])
    })
  })

  describe('values', () => {
    const refusedValue = async (values: Record<string, unknown>) =>
      (await world.import({ events: [visit('EvValue0001', values)] })).json.validationReport.errorReports

    it('names a type and value that do not fit, the type without a name in the words of 2.41', async () => {
      const [report] = await refusedValue({ [ID.number]: 'seven' })
      expect(report).toMatchObject({
        errorCode: 'E1302',
        args: ['INTEGER', 'Value type is INTEGER but the value `seven` is not.'],
        message: reworded(version)
          ? 'DataElement `INTEGER` is not valid: `Value type is INTEGER but the value `seven` is not.`.'
          : 'DataElement `` is not valid: `Value type is INTEGER but the value `seven` is not.`',
      })
    })

    it('knows data elements, and which of them belong to the stage', async () => {
      expect((await refusedValue({ Unknown0001: 'x' })).map((one: any) => one.errorCode)).toEqual(['E1304', 'E1305'])
      expect((await refusedValue({ [ID.loose]: 'x' })).map((one: any) => one.errorCode)).toEqual(['E1305'])
    })

    it('wants compulsory values of what is completed', async () => {
      const completed = { ...care('EvMust00001'), status: 'COMPLETED' }
      const body = person('TeMust00001', {}, { enrollments: [enrollment('EnMust00001', [completed])] })
      expect(refusals(await world.import({ trackedEntities: [body] }))).toEqual(['E1303 EvMust00001'])
    })

    it('keeps unique attributes unique', async () => {
      await world.import({ trackedEntities: [person('TeUnique001', { [ID.name]: 'Ada' })] })
      expect((await world.import({ trackedEntities: [person('TeUnique001', { [ID.name]: 'Ada' })] })).status).toBe(200)
      const other = await world.import({ trackedEntities: [person('TeUnique002', { [ID.name]: 'ada' })] })
      expect(refusals(other)).toEqual(['E1064 TeUnique002'])
    })
  })

  describe('users', () => {
    it('enter data in their org units, into what is shared with them', async () => {
      expect(refusals(await world.import({ events: [visit('EvRights001')] }, '', world.nurse))).toEqual([
        'E1000 EvRights001',
      ])
      const nurse = world.emulator.state.users.find(({ username }) => username === 'nurse')
      Object.assign(nurse ?? {}, { organisationUnits: [{ id: ID.clinic }] })
      expect((await world.import({ events: [visit('EvRights001')] }, '', world.nurse)).status).toBe(200)
      expect((await world.client.get('/api/tracker/events/EvRights001', world.nurse)).status).toBe(200)
      await world.client.put(`/api/programs/${ID.visits}/sharing`, {
        owner: 'M5zQapPyTZI',
        public: 'r-------',
        users: {},
        userGroups: {},
      })
      expect(refusals(await world.import({ events: [visit('EvRights002')] }, '', world.nurse))).toEqual([
        'E1091 EvRights002',
      ])
      expect((await world.client.get('/api/tracker/events/EvRights001', world.nurse)).status).toBe(404)
    })
  })

  it('has a scheduled date and an enrollment on events without registration only before they were a type', async () => {
    await world.import({ events: [visit('EvPlain0001', {}, { scheduledAt: '2026-02-27' })] })
    const { scheduledAt, enrollment } = await event('EvPlain0001')
    expect(scheduledAt).toBe(splitEvents(version) ? undefined : '2026-02-27T00:00:00.000')
    expect(typeof enrollment).toBe(splitEvents(version) ? 'undefined' : 'string')
  })
})

const care = (event: string, programStage: string = ID.first) => ({
  event,
  program: ID.care,
  programStage,
  orgUnit: ID.clinic,
  occurredAt: '2026-03-01',
})
const enrollment = (uid: string, events: object[] = []) => ({
  enrollment: uid,
  program: ID.care,
  orgUnit: ID.clinic,
  enrolledAt: '2026-03-01',
  events,
})
