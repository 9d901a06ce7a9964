import { afterEach, describe, expect, it } from 'vitest'
import type { Dhis2Version } from '../../src/index.js'
import { CLASSIC, MODERN, UIDS, VERSIONS, type World, codeOf, startWorld } from './values-world.js'

let world: World
const start = async (version: Dhis2Version) => {
  world = await startWorld(version)
  return world
}
afterEach(() => world.emulator.close())
const { text: TEXT, number: NUMBER, clinic: CLINIC, other: OTHER, dataSet: SET, loose: LOOSE } = UIDS
/** What changes the world before the value is sent. */
type Change = (world: World) => void
const dataSet =
  (members: object): Change =>
  ({ state }) =>
    Object.assign(state.collection('dataSets').get(SET) ?? {}, members)
const element =
  (members: object): Change =>
  ({ state }) =>
    Object.assign(state.collection('dataElements').get(TEXT) ?? {}, members)
const orgUnit =
  (members: object): Change =>
  ({ state }) =>
    Object.assign(state.organisationUnits.get(CLINIC) ?? {}, members)
const closeDefault: Change = ({ state }) =>
  Object.assign(state.collection('categoryOptions').find((row) => row['name'] === 'default') ?? {}, {
    sharing: { owner: 'M5zQapPyTZI', public: '--------', users: {}, userGroups: {} },
  })
const optionSet: Change = (it) => {
  it.state.collection('optionSets').put({ id: 'OsChoice001', options: [{ id: 'OpChoice001' }] })
  it.state.collection('options').put({ id: 'OpChoice001', code: 'yes' })
  element({ optionSet: { id: 'OsChoice001' } })(it)
}
const twoSets: Change = ({ state }) => {
  const row = state.collection('dataSets').get(SET)
  state.collection('dataSets').put({ ...row, id: 'DsSecond001' })
}
const WINDOW = { period: { id: '202604' }, openingDate: '2026-01-01', closingDate: '2026-12-31' }

interface Case {
  readonly de?: string
  readonly more?: Record<string, string>
  readonly change?: Change
  readonly as?: 'clerk'
  readonly code: [number, string | undefined]
  readonly message?: string
}

const CLASSIC_CASES: Record<string, Case> = {
  'an unknown element': {
    de: 'Unknown9999',
    code: [409, 'E1100'],
    message: 'Data element not found or not accessible: `Unknown9999`',
  },
  'an unreadable period': { more: { pe: '2026X' }, code: [409, 'E1101'], message: 'Period is invalid: `2026X`' },
  'an unknown org unit': {
    more: { ou: 'Unknown9999' },
    code: [409, 'E1102'],
    message: 'Organisation unit not found or not accessible: `Unknown9999`',
  },
  'an unknown option combo': {
    more: { co: 'Unknown9999' },
    code: [409, 'E1103'],
    message: 'Category option combo not found or not accessible: `Unknown9999`',
  },
  'unknown attribute options': {
    more: { cc: 'Unknown9999', cp: 'Unknown8888' },
    code: [409, 'E1104'],
    message: 'Attribute option combo not found or not accessible: `Unknown9999 Unknown8888`',
  },
  'attribute options without their combo': { more: { cp: 'Unknown8888' }, code: [409, 'E2040'] },
  'an unknown data set': {
    more: { ds: 'Unknown9999' },
    code: [409, 'E1105'],
    message: 'Data set not found or not accessible: `Unknown9999`',
  },
  'a data set without the element': {
    de: LOOSE,
    more: { ds: SET },
    code: [409, 'E2021'],
    message: `Data set: \`${SET}\` does not contain data element: \`${LOOSE}\``,
  },
  'an org unit that was closed': {
    change: orgUnit({ closedDate: '2025-01-01T00:00:00.000' }),
    code: [409, 'E2019'],
    message: `Organisation unit is closed for the selected period: \`${CLINIC}\``,
  },
  'an org unit outside the hierarchy, for super users too': {
    more: { ou: OTHER },
    code: [409, 'E2020'],
    message: `Organisation unit is not in the hierarchy of the current user: \`${OTHER}\``,
  },
  'a period in the future': {
    more: { pe: '202607' },
    code: [409, 'E2022'],
    message: `Period: \`202607\` is after latest open future period: \`202606\` for data element: \`${TEXT}\``,
  },
  'a locked data set': {
    as: 'clerk',
    change: dataSet({ expiryDays: 3 }),
    code: [409, 'E2017'],
    message: 'Data set is locked',
  },
  'a period that is not among the open ones': {
    change: dataSet({ dataInputPeriods: [WINDOW] }),
    code: [409, 'E2025'],
    message: `Period: \`202605\` is not open for data set: \`${SET}\``,
  },
  'a comment that is too long': { more: { comment: 'x'.repeat(50_001) }, code: [409, 'E2028'] },
  'a value that is no option': { change: optionSet, code: [409, 'E2029'] },
  'a value of another type': {
    de: NUMBER,
    code: [409, 'E2030'],
    message: 'Data value must match data element value type: `INTEGER`',
  },
  'options that may not be written': { as: 'clerk', change: closeDefault, code: [409, 'E2031'] },
}

const MODERN_CASES: Record<string, Case> = {
  'an element of no data set': {
    de: 'Unknown9999',
    code: [409, 'E8003'],
    message: 'Data set detection failed, found no set for data element(s): `[Unknown9999]`',
  },
  'an element of two data sets': {
    change: twoSets,
    code: [409, 'E8002'],
    message: `Data set detection failed, found multiple sets: \`[${SET}, DsSecond001]\``,
  },
  'an element that is no uid': {
    de: 'x',
    code: [400, 'E8104'],
    message: 'Value #0 data element UID not valid: `x`',
  },
  'an unreadable period': { more: { pe: 'x' }, code: [400, undefined] },
  'an org unit that is no uid': {
    more: { ou: 'x' },
    code: [400, 'E8106'],
    message: 'Value #0 org unit UID is not valid: `x`',
  },
  'an option combo that is no uid': { more: { co: 'x' }, code: [400, 'E8109'] },
  'an unknown category combo': {
    more: { cc: 'Unknown9999', cp: 'a' },
    code: [400, 'E8126'],
    message: 'Value #0 category combo not found: `Unknown9999`',
  },
  'options that no combo has': {
    more: { cc: 'bjDvmb4bfuf', cp: 'Unknown8888' },
    code: [400, 'E8127'],
    message: 'Value #0 category combo bjDvmb4bfuf has no option combo for options: `[Unknown8888]`',
  },
  'a data set that is no uid': { more: { ds: 'x' }, code: [400, undefined] },
  'a data set without the element': {
    de: LOOSE,
    more: { ds: SET },
    code: [409, 'E8020'],
    message: `Data set ${SET} not usable with data element(s): \`[${LOOSE}]\``,
  },
  'a period of another type': {
    more: { pe: '2026Q1' },
    code: [409, 'E8021'],
    message: `Data set ${SET} not usable with period(s): \`[2026Q1]\``,
  },
  'an org unit that the data set is not assigned to': {
    more: { ou: UIDS.root },
    code: [409, 'E8022'],
    message: `Data set ${SET} not usable with org unit(s): \`[${UIDS.root}]\``,
  },
  'attribute options of another combo': {
    change: dataSet({ categoryCombo: { id: 'CcOther0001' } }),
    code: [409, 'E8023'],
  },
  'an option combo of another category combo': {
    more: { co: 'Unknown9999' },
    code: [409, 'E8024'],
    message: `Data set ${SET} + data element ${TEXT} not usable with category option combo(s): \`[Unknown9999]\``,
  },
  'an org unit that was closed': {
    change: orgUnit({ closedDate: '2025-01-01T00:00:00.000' }),
    code: [409, 'E8031'],
    message: `Untimely data entry for org unit ${CLINIC} and period(s): \`[202605]\``,
  },
  'a data set that is not shared': {
    as: 'clerk',
    change: dataSet({ sharing: { owner: 'M5zQapPyTZI', public: 'rwr-----', users: {}, userGroups: {} } }),
    code: [409, 'E8010'],
    message: `Current user cannot enter data for data set: \`${SET}\``,
  },
  'an org unit outside the hierarchy': {
    as: 'clerk',
    more: { ou: OTHER },
    code: [409, 'E8011'],
    message: `Current user cannot enter data for org unit(s): \`[${OTHER}]\``,
  },
  'options that may not be written': { as: 'clerk', change: closeDefault, code: [409, 'E8012'] },
  'a period in the future': {
    as: 'clerk',
    more: { pe: '202607' },
    code: [409, 'E8030'],
    message: `Untimely data entry for data set ${SET} and period(s): \`[202607]\``,
  },
  'a period that is over': { as: 'clerk', change: dataSet({ expiryDays: 3 }), code: [409, 'E8030'] },
  'a period that is not among the open ones': { change: dataSet({ dataInputPeriods: [WINDOW] }), code: [409, 'E8030'] },
  'a value that is no option': {
    change: optionSet,
    code: [409, 'E1004'],
    message: `Failed to upsert data value: Value #0 value \`a note\` is no valid option for data element ${TEXT}\``,
  },
  'a value of another type': {
    de: NUMBER,
    code: [409, 'E1004'],
    message: 'Failed to upsert data value: Value #0 value `a note` is no valid INTEGER: value_not_integer',
  },
  'a comment that is too long': { more: { comment: 'x'.repeat(5001) }, code: [409, 'E1004'] },
}

for (const [versions, cases] of [
  [CLASSIC, CLASSIC_CASES],
  [MODERN, MODERN_CASES],
] as const)
  describe.each(versions)('%s refuses', (version) => {
    it.each(Object.entries(cases))('%s', async (_, { de = TEXT, more = {}, change, as, code, message }) => {
      const { client, value, clerk } = await start(version)
      change?.(world)
      const answer = await client.post(value(de, { value: 'a note', ...more }), undefined, as === 'clerk' ? clerk : {})
      expect(codeOf(answer)).toEqual(code)
      if (message !== undefined) expect(answer.json.message).toBe(message)
    })
  })

it.each(MODERN)('%s names what a value without a period says', async (version) => {
  const { client } = await start(version)
  const { json } = await client.get(`/api/dataValues?de=${TEXT}&ou=${CLINIC}`)
  expect(json.message).toBe(
    `Value #0 period not defined in group or value: \`Input[dataElement=${TEXT}, orgUnit=${CLINIC}, categoryOptionCombo=null, categoryOptions=null, attributeOptionCombo=null, attributeCombo=null, attributeOptions=null, period=null, value=null, comment=null, followUp=null, deleted=null]\``,
  )
})

it.each(MODERN)('%s: super users outside the hierarchy may write, others may not even look', async (version) => {
  const { client, value, clerk } = await start(version)
  const there = { ou: OTHER }
  expect((await client.post(value(TEXT, { ...there, value: 'x' }))).status).toBe(201)
  expect(codeOf(await client.get(value(TEXT, there), clerk))).toEqual([409, 'E2012'])
  closeDefault(world)
  expect(codeOf(await client.get(value(TEXT), clerk))).toEqual([409, 'E2011'])
})

it.each(VERSIONS)('%s: who may edit what expired, and who forces, may write to a locked set', async (version) => {
  const { client, value, clerk, state } = await start(version)
  dataSet({ expiryDays: 3 })(world)
  expect((await client.post(value(TEXT, { value: 'x', force: 'true' }))).status).toBe(201)
  expect((await client.post(value(TEXT, { value: 'x' }), undefined, clerk)).status).toBe(409)
  for (const role of state.collection('userRoles'))
    if (role['name'] === 'Role of clerk') role['authorities'] = ['F_DATAVALUE_ADD', 'F_EDIT_EXPIRED']
  expect((await client.post(value(TEXT, { value: 'x' }), undefined, clerk)).status).toBe(201)
})

describe.each(VERSIONS)('the options of a value of %s', (version) => {
  const ids = { partner: 'CoPartner01', donor: 'CoDonor0001', category: 'CaPartner01', combo: 'CcPartner01' }
  const prepare = async () => {
    const { client, state } = await start(version)
    const made = await client.post('/api/metadata', {
      categoryOptions: [ids.partner, ids.donor].map((id) => ({ id, name: id, sharing: { public: 'rwrw----' } })),
      categories: [{ id: ids.category, name: 'Partner', categoryOptions: [{ id: ids.partner }, { id: ids.donor }] }],
      categoryCombos: [{ id: ids.combo, name: 'Partners', categories: [{ id: ids.category }] }],
    })
    expect(made.status).toBe(200)
    dataSet({ categoryCombo: { id: ids.combo } })(world)
    return { client, state }
  }

  it('are made for every choice, and found by combo and options', async () => {
    const { client } = await prepare()
    const { value } = world
    const path = `/api/categoryCombos/${ids.combo}?fields=categoryOptionCombos[id,name]`
    expect((await client.get(path)).json.categoryOptionCombos).toHaveLength(2)
    for (const [cp, text] of [
      [ids.partner, 'of the partner'],
      [ids.donor, 'of the donor'],
    ] as const)
      expect((await client.post(value(TEXT, { cc: ids.combo, cp, value: text }))).status).toBe(201)
    expect((await client.get(value(TEXT, { cc: ids.combo, cp: ids.partner }))).json).toEqual(['of the partner'])
    expect((await client.get(value(TEXT))).status).toBe(version < '2.43' ? 409 : 404)
  })

  it('have dates, and from 2.43 on org units', async () => {
    const { client, state } = await prepare()
    const { value } = world
    const option = state.collection('categoryOptions').get(ids.partner) ?? {}
    const path = value(TEXT, { cc: ids.combo, cp: ids.partner, value: 'x' })
    Object.assign(option, { startDate: '2026-06-10T00:00:00.000' })
    expect(codeOf(await client.post(path))[1]).toBe(version < '2.43' ? 'E2023' : 'E8032')
    Object.assign(option, { startDate: undefined, endDate: '2026-04-10T00:00:00.000' })
    expect(codeOf(await client.post(path))[1]).toBe(version < '2.43' ? 'E2024' : 'E8032')
    Object.assign(option, { endDate: undefined, organisationUnits: [{ id: OTHER }] })
    expect(codeOf(await client.post(path))[1]).toBe(version < '2.43' ? undefined : 'E8025')
  })

  it('keep the uid that an import gives their combo', async () => {
    const { client, state } = await prepare()
    await client.post('/api/metadata', {
      categoryOptionCombos: [
        { id: 'CocImport01', name: 'x', categoryCombo: { id: ids.combo }, categoryOptions: [{ id: ids.donor }] },
      ],
    })
    const own = state
      .collection('categoryOptionCombos')
      .filter((row) => (row['categoryCombo'] as { id: string }).id === ids.combo)
    expect(own.map(({ id }) => id)).toContain('CocImport01')
    expect(own).toHaveLength(2)
  })
})
