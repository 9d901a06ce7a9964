import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ID, VERSIONS, type World, person, splitEvents, trackerWorld, visit } from './tracker-world.js'

describe.each(VERSIONS)('tracker lists on %s', (version) => {
  let world: World
  beforeEach(async () => {
    world = await trackerWorld(version)
    await world.import({
      events: [
        visit('EvList00001', { [ID.text]: 'a' }, { occurredAt: '2026-01-10' }),
        visit('EvList00002', { [ID.text]: 'b' }, { occurredAt: '2026-02-10', orgUnit: ID.post, status: 'COMPLETED' }),
        visit('EvList00003', { [ID.text]: 'c' }, { occurredAt: '2026-03-10T12:30:00.000', orgUnit: ID.root }),
      ],
      trackedEntities: [
        person('TeList00001', { [ID.name]: 'Ada' }, { enrollments: [enrolled('EnList00001')] }),
        person('TeList00002', { [ID.name]: 'Bo' }, { orgUnit: ID.post }),
      ],
    })
  })
  afterEach(() => world.emulator.close())
  const list = (path: string, headers?: Record<string, string>) => world.client.get(`/api/tracker/${path}`, headers)
  const events = async (query: string) =>
    (await list(`events?program=${ID.visits}&fields=event&order=createdAt:asc&${query}`)).json.events.map(
      (one: any) => one.event,
    )
  const people = async (query: string) =>
    (await list(`trackedEntities?fields=trackedEntity&order=createdAt:asc&${query}`)).json.trackedEntities.map(
      (one: any) => one.trackedEntity,
    )

  it('look where they are told', async () => {
    expect(await events(`orgUnit=${ID.clinic}`)).toEqual(['EvList00001'])
    expect(await events(`orgUnit=${ID.clinic}&orgUnitMode=CHILDREN`)).toEqual(['EvList00001', 'EvList00002'])
    expect(await events(`orgUnit=${ID.root}&orgUnitMode=CHILDREN`)).toEqual(['EvList00001', 'EvList00003'])
    expect(await events(`orgUnit=${ID.root}&orgUnitMode=DESCENDANTS`)).toHaveLength(3)
    for (const mode of ['ALL', 'ACCESSIBLE', 'CAPTURE', 'accessible'])
      expect(await events(`orgUnitMode=${mode}`)).toHaveLength(3)
    expect(await events('')).toHaveLength(3)
    expect(await people(`trackedEntityType=${ID.person}&orgUnits=${ID.clinic},${ID.post}`)).toEqual([
      'TeList00001',
      'TeList00002',
    ])
    expect(await people(`trackedEntityType=${ID.person}&orgUnits=${ID.post}`)).toEqual(['TeList00002'])
  })

  it('refuse places that make no sense', async () => {
    const refused = async (query: string) => {
      const { status, json } = await list(`events?program=${ID.visits}&${query}`)
      return [status, json.message]
    }
    expect(await refused('orgUnitMode=SELECTED')).toEqual([
      400,
      'At least one org unit is required for orgUnitMode: SELECTED. Please add an orgUnit or use a different orgUnitMode.',
    ])
    expect(await refused(`orgUnit=${ID.root}&orgUnitMode=ACCESSIBLE`)).toEqual([
      400,
      'orgUnitMode ACCESSIBLE cannot be used with orgUnits. Please remove the orgUnit parameter and try again.',
    ])
    expect((await refused('orgUnit=Unknown0001'))[0]).toBe(400)
    expect((await refused('orgUnit=x'))[0]).toBe(400)
    expect((await list('events?program=Unknown0001')).status).toBe(400)
  })

  it('take dates, a day as a limit with all its hours', async () => {
    expect(await events('occurredAfter=2026-02-10&occurredBefore=2026-03-10')).toEqual(['EvList00002', 'EvList00003'])
    expect(await events('occurredBefore=2026-03-10T12:00:00')).toEqual(['EvList00001', 'EvList00002'])
    expect(await events('updatedAfter=2100-01-01')).toEqual([])
    expect(await events('updatedWithin=1d')).toHaveLength(3)
    expect((await list(`events?program=${ID.visits}&updatedWithin=soon`)).status).toBe(400)
  })

  it('take uids, states, stages and values', async () => {
    expect(await events('events=EvList00003,EvList00001')).toEqual(['EvList00001', 'EvList00003'])
    expect(await events('status=COMPLETED')).toEqual(['EvList00002'])
    expect(await events(`programStage=${ID.visit}`)).toHaveLength(3)
    expect(await events(`filter=${ID.text}:in:[a,b]`)).toEqual(['EvList00001', 'EvList00002'])
    expect(await events(`filter=${ID.text}:eq:c`)).toEqual(['EvList00003'])
    expect(await people('trackedEntities=TeList00002')).toEqual(['TeList00002'])
    expect(await people(`program=${ID.care}`)).toEqual(['TeList00001'])
    const ofPerson = await list(`events?program=${ID.care}&trackedEntity=TeList00001&fields=event,trackedEntity`)
    expect(ofPerson.json.events).toEqual([{ event: 'EvCare00001', trackedEntity: 'TeList00001' }])
  })

  it('know the parameters of earlier days on 2.41 alone', async () => {
    const all = ['EvList00001', 'EvList00002', 'EvList00003']
    expect(await events('event=EvList00003;EvList00001')).toEqual(
      version === '2.41' ? ['EvList00001', 'EvList00003'] : all,
    )
    const skipped = await list(`events?program=${ID.visits}&skipPaging=true`)
    expect(skipped.json.pager === undefined).toBe(version === '2.41')
  })

  it('come newest first, or as they are told', async () => {
    const { json } = await list(`events?program=${ID.visits}&fields=event`)
    expect(json.events.map((one: any) => one.event)).toEqual(['EvList00003', 'EvList00002', 'EvList00001'])
    const by = async (order: string) =>
      (await list(`events?program=${ID.visits}&fields=event&order=${order}`)).json.events
        .map((one: any) => one.event.at(-1))
        .join('')
    expect([await by('occurredAt:desc'), await by('event'), await by(`${ID.text}:desc`)]).toEqual(['321', '123', '321'])
    const wrong = await list(`events?program=${ID.visits}&order=size:asc`)
    expect([wrong.status, wrong.json.message]).toEqual([400, expect.stringContaining("Cannot order by 'size'")])
  })

  it('page: the totals only when asked, links after 2.41, which repeats the pager instead', async () => {
    const page = (query: string) =>
      list(`events?program=${ID.visits}&fields=event&order=createdAt:asc&pageSize=2${query}`)
    const first = (await page('&page=1')).json
    const link = `http://dhis2.test/api/tracker/events?program=${ID.visits}&fields=event&order=createdAt:asc&pageSize=2&page=`
    if (version === '2.41') {
      expect(first).toMatchObject({ page: 1, pageSize: 2, pager: { page: 1, pageSize: 2 } })
      expect(Object.keys(first.pager)).toEqual(['page', 'pageSize'])
    } else {
      expect(first.pager).toEqual({ page: 1, pageSize: 2, nextPage: `${link}2` })
      expect(first.page).toBeUndefined()
    }
    const second = (await page('&page=2&totalPages=true')).json
    expect(second.pager).toMatchObject({ page: 2, pageSize: 2, total: 3, pageCount: 2 })
    expect(second.pager.prevPage === undefined).toBe(version === '2.41')
    expect(second.events).toEqual([{ event: 'EvList00003' }])
    expect((await page('&page=9')).json.events).toEqual([])
    expect((await page('&page=0')).status).toBe(400)
    const all = (await list(`events?program=${ID.visits}&paging=false`)).json
    expect([Object.keys(all), all.events.length]).toEqual([['events'], 3])
  })

  it('keep the API number in links where it is kept', async () => {
    const { json } = await world.client.get(`/api/41/tracker/events?program=${ID.visits}&pageSize=1`)
    if (version === '2.42') expect(json.pager.nextPage).toMatch('http://dhis2.test/api/41/tracker/')
    if (splitEvents(version)) expect(json.pager.nextPage).toMatch('http://dhis2.test/api/tracker/')
  })

  it('are of a program, a type, or tracked entities by uid', async () => {
    expect((await list('trackedEntities')).status).toBe(400)
    expect((await list(`trackedEntities?program=${ID.care}&trackedEntityType=${ID.person}`)).status).toBe(400)
    expect((await list('events')).status).toBe(splitEvents(version) ? 400 : 200)
  })

  it('show the fields that are asked for', async () => {
    const one = async (path: string, fields?: string) =>
      (await list(`${path}${fields === undefined ? '' : `?fields=${fields}`}`)).json
    expect(await one('events/EvList00001', 'event,dataValues[value]')).toEqual({
      event: 'EvList00001',
      dataValues: [{ value: 'a' }],
    })
    expect(await one('events/EvList00001', 'event~rename(uid)')).toEqual({ uid: 'EvList00001' })
    const whole = await one('events/EvList00001')
    expect(whole).toMatchObject({ event: 'EvList00001', deleted: false, createdBy: { username: 'admin' }, notes: [] })
    expect('relationships' in whole).toBe(false)
    const entity = await one('trackedEntities/TeList00001')
    expect(Object.keys(entity)).not.toEqual(expect.arrayContaining(['enrollments']))
    expect(entity.attributes).toMatchObject([{ attribute: ID.name, valueType: 'TEXT', value: 'Ada' }])
    const nested = await one('trackedEntities/TeList00001', 'enrollments[enrollment,events[event]]')
    expect(nested).toEqual({ enrollments: [{ enrollment: 'EnList00001', events: [{ event: 'EvCare00001' }] }] })
  })

  it('say what is not there', async () => {
    expect((await list('events/Unknown0001')).json.message).toBe('Event with id Unknown0001 could not be found.')
    expect((await list('trackedEntities/Unknown0001')).json.message).toBe(
      'TrackedEntity with id Unknown0001 could not be found.',
    )
    expect((await list('events/x')).status).toBe(400)
  })

  it('show nobody what is not shared with them', async () => {
    expect((await list(`events?program=${ID.visits}`, world.nurse)).json.events).toEqual([])
    expect((await list(`events?program=${ID.visits}&orgUnitMode=ALL`, world.nurse)).status).toBe(403)
    expect((await list('events/EvList00001', world.nurse)).status).toBe(404)
    expect((await list('trackedEntities/TeList00001', world.nurse)).status).toBe(403)
  })

  it('survive a restart', async () => {
    const saved = JSON.parse(JSON.stringify(world.emulator.state))
    await world.emulator.reset()
    world.emulator.state.restore(saved)
    expect(await events('')).toHaveLength(3)
  })
})

const enrolled = (enrollment: string) => ({
  enrollment,
  program: ID.care,
  orgUnit: ID.clinic,
  enrolledAt: '2026-03-01',
  events: [
    { event: 'EvCare00001', program: ID.care, programStage: ID.again, orgUnit: ID.clinic, occurredAt: '2026-03-01' },
  ],
})
