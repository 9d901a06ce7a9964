import { hasAnyAuthority } from '../../auth/authorities.js'
import { idOf } from '../../metadata/render.js'
import type { Row } from '../../storage/collection.js'
import { checkAttributes, checkMandatory } from './check-entity.js'
import { readDate } from './dates.js'
import { type Item, findItem, textOf } from './payload.js'
import type { EnrollmentRow } from './types.js'
import type { Validation } from './validation.js'

/** The checks of an enrollment; each group stops the next. */
export function validateEnrollment(validation: Validation, item: Item<EnrollmentRow>): void {
  const { api, metadata, store, user } = validation
  if (item.strategy === 'DELETE') {
    const events = store.events.find((row) => row.enrollment === item.uid && !row.deleted)
    if (events !== undefined && !hasAnyAuthority(api.state, user, ['F_ENROLLMENT_CASCADE_DELETE']))
      item.fail('E1103', user.username, item.uid)
    checkRights(validation, item, metadata.program(item.existing?.program), item.existing?.orgUnit ?? '')
    return
  }
  const orgUnit = item.text('orgUnit')
  const programUid = item.text('program')
  const entityUid = item.text('trackedEntity')
  if (orgUnit === undefined) item.fail('E1122', 'orgUnit')
  if (programUid === undefined) item.fail('E1122', 'program')
  if (entityUid === undefined) item.fail('E1122', 'trackedEntity')
  if (orgUnit === undefined || programUid === undefined || entityUid === undefined) return

  const program = metadata.program(programUid)
  const entity = store.trackedEntities.get(entityUid)
  const entityItem = findItem(validation.bundle, 'TRACKED_ENTITY', entityUid)
  if (metadata.orgUnit(orgUnit) === undefined) item.fail('E1070', orgUnit)
  if (program === undefined) item.fail('E1069', programUid)
  if ((entity === undefined || entity.deleted) && entityItem === undefined) item.fail('E1068', entityUid)
  if (program === undefined || !item.valid) return

  if (item.existing !== undefined) {
    if (item.existing.program !== programUid) item.fail('E1127', 'program')
    if (item.existing.trackedEntity !== entityUid) item.fail('E1127', 'trackedEntity')
  }
  if (!metadata.isRegistration(program)) item.fail('E1014', programUid)
  if (!metadata.hasOrgUnit(program, orgUnit)) item.fail('E1041', orgUnit, programUid)
  const type = entity?.trackedEntityType ?? entityItem?.text('trackedEntityType')
  const wanted = idOf(program['trackedEntityType'])
  if (wanted !== undefined && type !== wanted) item.fail('E1022', entityUid, programUid)
  if (!item.valid) return

  checkRights(validation, item, program, orgUnit)
  if (!item.valid) return
  if (readDate(item.payload['enrolledAt']) === undefined) item.fail('E1025', item.text('enrolledAt') ?? 'null')
  checkOthers(validation, item, program, entityUid)
  const attributes = metadata.attributesOfProgram(program)
  for (const entry of item.list('attributes')) {
    const uid = textOf(entry['attribute'])
    if (uid !== undefined && metadata.find('trackedEntityAttributes', uid) !== undefined && !attributes.has(uid))
      item.fail('E1019', uid)
  }
  const stored = [
    ...(entity?.attributes ?? []),
    ...(entityItem?.list('attributes') ?? []).map((entry) => ({ attribute: textOf(entry['attribute']) ?? '' })),
  ]
  checkMandatory(item, attributes, stored, (attribute) => ['E1018', attribute, program.id, item.uid])
  checkAttributes(validation, item, attributes, entityUid)
}

/** A tracked entity is enrolled in a program once at a time, or once at all. */
function checkOthers({ store }: Validation, item: Item<EnrollmentRow>, program: Row, trackedEntity: string): void {
  if (item.strategy !== 'CREATE') return
  const others = store.enrollments.filter(
    (row) => row.trackedEntity === trackedEntity && row.program === program.id && !row.deleted && row.id !== item.uid,
  )
  if (program['onlyEnrollOnce'] === true && others.some((row) => row.status !== 'CANCELLED'))
    item.fail('E1016', trackedEntity, program.id)
  else if ((item.text('status') ?? 'ACTIVE') === 'ACTIVE' && others.some((row) => row.status === 'ACTIVE'))
    item.fail('E1015', trackedEntity, program.id)
}

function checkRights({ access, user }: Validation, item: Item, program: Row | undefined, orgUnit: string): void {
  if (item.strategy !== 'UPDATE' && !access.canCapture(user, orgUnit)) item.fail('E1000', user.username, orgUnit)
  if (!access.grants(user, program, 'data-write')) item.fail('E1091', user.username, program?.id ?? '')
}
