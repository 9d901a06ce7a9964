import { hasAnyAuthority } from '../../auth/authorities.js'
import type { Row } from '../../storage/collection.js'
import type { Item } from './payload.js'
import { textOf } from './payload.js'
import type { AttributeValue, EnrollmentRow, TrackedEntityRow } from './types.js'
import type { Validation } from './validation.js'
import { checkValue } from './values.js'

/** The checks of a tracked entity; each group stops the next. */
export function validateTrackedEntity(validation: Validation, item: Item<TrackedEntityRow>): void {
  const { api, metadata, access, store, user } = validation
  if (item.strategy === 'DELETE') {
    const enrolled = store.enrollments.find((row) => row.trackedEntity === item.uid && !row.deleted)
    if (enrolled !== undefined && !hasAnyAuthority(api.state, user, ['F_TEI_CASCADE_DELETE']))
      item.fail('E1100', user.username, item.uid)
    checkRights(validation, item, item.existing?.trackedEntityType ?? '', item.existing?.orgUnit ?? '')
    return
  }
  const type = item.text('trackedEntityType')
  const orgUnit = item.text('orgUnit')
  if (type === undefined) item.fail('E1121', 'trackedEntityType')
  if (orgUnit === undefined) item.fail('E1121', 'orgUnit')
  if (type === undefined || orgUnit === undefined) return

  if (metadata.find('trackedEntityTypes', type) === undefined) item.fail('E1005', type)
  if (metadata.orgUnit(orgUnit) === undefined) item.fail('E1049', orgUnit)
  if (!item.valid) return
  if (item.existing !== undefined && item.existing.trackedEntityType !== type) {
    item.fail('E1126', 'trackedEntityType')
    return
  }
  // a tracked entity may be updated by who finds it; a new one is entered
  checkRights(validation, item, type, orgUnit, item.existing !== undefined && access.canSearch(user, orgUnit))
  if (!item.valid) return
  const attributes = metadata.attributesOfType(type)
  checkMandatory(item, attributes, item.existing?.attributes ?? [], (attribute) => ['E1090', attribute, type, item.uid])
  checkAttributes(validation, item, attributes, item.uid)
}

function checkRights(validation: Validation, item: Item, type: string, orgUnit: string, found = false): void {
  const { access, metadata, user } = validation
  if (!found && !access.canCapture(user, orgUnit)) item.fail('E1000', user.username, orgUnit)
  if (!access.grants(user, metadata.find('trackedEntityTypes', type), 'data-write'))
    item.fail('E1001', user.username, type)
}

/** Attributes that must be there, in the payload or from before. */
export function checkMandatory(
  item: Item,
  attributes: ReadonlyMap<string, boolean>,
  stored: readonly Pick<AttributeValue, 'attribute'>[],
  error: (attribute: string) => readonly [string, ...string[]],
): void {
  const present = new Set([
    ...stored.map(({ attribute }) => attribute),
    ...item.list('attributes').flatMap((entry) => textOf(entry['attribute']) ?? []),
  ])
  for (const [attribute, mandatory] of attributes) {
    if (!mandatory || present.has(attribute)) continue
    const [code, ...args] = error(attribute)
    item.fail(code, ...args)
  }
}

/** The values of attributes, of a tracked entity or by its enrollment. */
export function checkAttributes(
  validation: Validation,
  item: Item<TrackedEntityRow | EnrollmentRow>,
  attributes: ReadonlyMap<string, boolean>,
  trackedEntity: string,
): void {
  const { api, metadata, store } = validation
  for (const entry of item.list('attributes')) {
    const uid = textOf(entry['attribute'])
    const attribute = metadata.find('trackedEntityAttributes', uid)
    if (uid === undefined) {
      item.fail('E1075', JSON.stringify(entry))
      continue
    }
    if (attribute === undefined) {
      item.fail('E1006', uid)
      continue
    }
    const value = textOf(entry['value'])
    if (value === undefined) {
      if (attributes.get(uid)) item.fail('E1076', 'TrackedEntityAttribute', uid)
      continue
    }
    checkValue(api, metadata, item, attribute, value, 'E1007')
    if (attribute['unique'] === true && isTaken(store.trackedEntities.values(), attribute, value, trackedEntity))
      item.fail('E1064', value, uid)
  }
}

function isTaken(entities: Iterable<TrackedEntityRow>, attribute: Row, value: string, own: string): boolean {
  const same = (entry: AttributeValue) =>
    entry.attribute === attribute.id && entry.value.toLowerCase() === value.toLowerCase()
  for (const entity of entities) if (entity.id !== own && !entity.deleted && entity.attributes.some(same)) return true
  return false
}
