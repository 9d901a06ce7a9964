import { DEFAULTS } from '../../metadata/defaults.js'
import { idOf } from '../../metadata/render.js'
import type { Row } from '../../storage/collection.js'
import { readDate } from './dates.js'
import { type Item, findItem, textOf } from './payload.js'
import type { EnrollmentRow, EventRow } from './types.js'
import type { Validation } from './validation.js'
import { checkValue } from './values.js'

const WITH_VALUES = ['ACTIVE', 'COMPLETED', 'VISITED']
const HAPPENED = new Set(WITH_VALUES)

/** What an event refers to, once all of it is known to be there. */
interface Place {
  readonly program: Row
  readonly stage: Row
  readonly orgUnit: string
}

/** The checks of an event; each group stops the next. */
export function validateEvent(validation: Validation, item: Item<EventRow>): void {
  if (item.strategy === 'DELETE') {
    const { metadata } = validation
    const { existing } = item
    const stage = metadata.stage(existing?.programStage)
    const program = metadata.program(existing?.program)
    if (program !== undefined && stage !== undefined)
      checkRights(validation, item, { program, stage, orgUnit: existing?.orgUnit ?? '' })
    return
  }
  const place = placeOf(validation, item)
  if (place === undefined) return
  const { existing } = item
  if (existing !== undefined && existing.program !== place.program.id) item.fail('E1128', 'program')
  if (existing !== undefined && existing.programStage !== place.stage.id) item.fail('E1128', 'programStage')
  if (!item.valid) return
  checkRelations(validation, item, place)
  if (!item.valid) return
  checkRights(validation, item, place)
  if (!item.valid) return
  checkDates(validation, item, place)
  checkDataValues(validation, item, place)
  checkRepeated(validation, item, place)
}

function placeOf({ metadata }: Validation, item: Item): Place | undefined {
  const orgUnit = item.text('orgUnit')
  const programUid = item.text('program')
  const stageUid = item.text('programStage')
  if (orgUnit === undefined) item.fail('E1123', 'orgUnit')
  if (programUid === undefined) item.fail('E1123', 'program')
  if (stageUid === undefined) item.fail('E1123', 'programStage')
  if (orgUnit === undefined || programUid === undefined || stageUid === undefined) return undefined
  const program = metadata.program(programUid)
  const stage = metadata.stage(stageUid)
  if (program === undefined) item.fail('E1010', programUid)
  if (stage === undefined) item.fail('E1013', stageUid)
  if (metadata.orgUnit(orgUnit) === undefined) item.fail('E1011', orgUnit)
  return item.valid && program !== undefined && stage !== undefined ? { program, stage, orgUnit } : undefined
}

function checkRelations(validation: Validation, item: Item, { program, stage, orgUnit }: Place): void {
  const { metadata, store, bundle } = validation
  if (metadata.programOf(stage)?.id !== program.id) item.fail('E1089', item.uid, stage.id, program.id)
  if (!metadata.hasOrgUnit(program, orgUnit)) item.fail('E1029', orgUnit, program.id)
  if (metadata.isRegistration(program)) {
    const enrollment = item.text('enrollment')
    if (enrollment === undefined) item.fail('E1033', item.uid)
    else {
      const stored: EnrollmentRow | undefined = store.enrollments.get(enrollment)
      const owner = stored?.program ?? findItem(bundle, 'ENROLLMENT', enrollment)?.text('program')
      if (owner !== program.id) item.fail('E1079', item.uid, program.id, enrollment)
    }
  }
  const combo = item.text('attributeOptionCombo')
  const row = metadata.find('categoryOptionCombos', combo)
  const wanted = metadata.categoryComboOf(program)
  if (combo === undefined || combo === DEFAULTS.categoryOptionCombo) {
    if (wanted !== DEFAULTS.categoryCombo) item.fail('E1055')
  } else if (row === undefined) item.fail('E1115', combo)
  else if (idOf(row['categoryCombo']) !== wanted) item.fail('E1054', combo, wanted)
}

function checkRights({ access, metadata, user }: Validation, item: Item, { program, stage, orgUnit }: Place): void {
  if (item.strategy !== 'DELETE' && !access.canCapture(user, orgUnit)) item.fail('E1000', user.username, orgUnit)
  if (metadata.isRegistration(program)) {
    if (!access.grants(user, stage, 'data-write')) item.fail('E1095', user.username, stage.id)
  } else if (!access.grants(user, program, 'data-write')) item.fail('E1091', user.username, program.id)
}

/** What has happened has a date; what is planned with registration has a plan. */
function checkDates({ api, metadata }: Validation, item: Item, { program }: Place): void {
  const status = item.text('status') ?? 'ACTIVE'
  const happened = !metadata.isRegistration(program) || HAPPENED.has(status)
  if (happened && readDate(item.payload['occurredAt']) === undefined)
    item.fail('E1031', describe(item, api.traits.singleEvents && !metadata.isRegistration(program)))
  if (status === 'SCHEDULE' && readDate(item.payload['scheduledAt']) === undefined)
    item.fail('E1050', describe(item, false))
  if (api.traits.trackerTexts === 'reworded' && status !== 'COMPLETED' && item.text('completedAt') !== undefined)
    item.fail('E1051', item.uid, status)
}

/** The event as Java writes an object that ends up in a message. */
function describe(item: Item, single: boolean): string {
  const members = ['status', 'program', 'programStage', 'enrollment', 'orgUnit', 'occurredAt', 'scheduledAt']
  const shown = members.map((member) => `${member}=${item.text(member) ?? 'null'}`)
  return `${single ? 'SingleEvent' : 'Event'}(event=${item.uid}, ${shown.join(', ')})`
}

function checkDataValues({ api, metadata }: Validation, item: Item<EventRow>, { stage }: Place): void {
  const entries = item.list('dataValues')
  const elements = metadata.elementsOf(stage)
  const named = new Map(entries.map((entry) => [textOf(entry['dataElement']) ?? '', textOf(entry['value'])]))
  for (const entry of entries) {
    const uid = textOf(entry['dataElement']) ?? ''
    const element = metadata.find('dataElements', uid)
    const value = textOf(entry['value'])
    if (element === undefined) item.fail('E1304', uid)
    else if (value !== undefined) checkValue(api, metadata, item, element, value, 'E1302')
  }
  const status = item.text('status') ?? 'ACTIVE'
  if (!HAPPENED.has(status) && entries.length > 0) item.fail('E1315', status, `[${WITH_VALUES.join(', ')}]`)
  for (const uid of named.keys()) if (!elements.has(uid)) item.fail('E1305', uid, stage.id)
  const strict = stage['validationStrategy'] === 'ON_UPDATE_AND_INSERT' || status === 'COMPLETED'
  if (!HAPPENED.has(status)) return
  const stored = new Set(item.existing?.dataValues.map(({ dataElement }) => dataElement))
  for (const [uid, compulsory] of elements) {
    if (!compulsory) continue
    if (strict && !named.has(uid) && !stored.has(uid)) item.fail('E1303', uid)
    if (named.has(uid) && named.get(uid) === undefined) item.fail('E1076', 'DataElement', uid)
  }
}

function checkRepeated({ metadata, store }: Validation, item: Item, { program, stage }: Place): void {
  if (item.strategy !== 'CREATE' || !metadata.isRegistration(program) || stage['repeatable'] === true) return
  const enrollment = item.text('enrollment')
  const other = store.events.find(
    (row) => row.enrollment === enrollment && row.programStage === stage.id && !row.deleted && row.id !== item.uid,
  )
  if (other !== undefined) item.fail('E1039', stage.id)
}
