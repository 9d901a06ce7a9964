import type { Api } from '../../api.js'
import type { User } from '../../state.js'
import { isUid } from '../../metadata/validation.js'
import type { TrackerAccess } from './access.js'
import { validateEnrollment } from './check-enrollment.js'
import { validateEvent } from './check-event.js'
import { validateTrackedEntity } from './check-entity.js'
import type { TrackerMetadata } from './metadata.js'
import { type Bundle, type Item, findItem } from './payload.js'
import type { EnrollmentRow, EventRow, TrackedEntityRow, TrackerStore, TrackerType } from './types.js'

/** What the checks of an import have at hand. */
export interface Validation {
  readonly api: Api
  readonly metadata: TrackerMetadata
  readonly access: TrackerAccess
  readonly store: TrackerStore
  readonly bundle: Bundle
  readonly user: User
}

/** Error codes of uids that are taken, unknown, or of something deleted. */
const EXISTENCE: Readonly<Record<TrackerType, { taken: string; unknown: string; deleted: string }>> = {
  TRACKED_ENTITY: { taken: 'E1002', unknown: 'E1063', deleted: 'E1114' },
  ENROLLMENT: { taken: 'E1080', unknown: 'E1081', deleted: 'E1113' },
  EVENT: { taken: 'E1030', unknown: 'E1032', deleted: 'E1082' },
  RELATIONSHIP: { taken: 'E4006', unknown: 'E4006', deleted: 'E4006' },
}

/** Checks every object of an import. Errors are left with the objects. */
export function validateBundle(validation: Validation): void {
  const { bundle } = validation
  for (const item of bundle.TRACKED_ENTITY)
    if (exists(item)) validateTrackedEntity(validation, item as Item<TrackedEntityRow>)
  for (const item of bundle.ENROLLMENT) if (exists(item)) validateEnrollment(validation, item as Item<EnrollmentRow>)
  for (const item of bundle.EVENT) if (exists(item)) validateEvent(validation, item as Item<EventRow>)
  // there are no relationship types here that one could be of
  for (const item of bundle.RELATIONSHIP) item.fail('E4006', item.text('relationshipType') ?? '')
  failOrphans(bundle)
}

/** Whether the uid of an object fits its strategy. */
function exists(item: Item): boolean {
  const codes = EXISTENCE[item.type]
  const { existing, strategy, uid } = item
  if (!isUid(uid)) item.fail('E1048', item.type.toLowerCase(), uid)
  else if (existing?.deleted) item.fail(codes.deleted, uid)
  else if (existing !== undefined && strategy === 'CREATE') item.fail(codes.taken, uid)
  else if (existing === undefined && strategy !== 'CREATE') item.fail(codes.unknown, uid)
  return item.valid
}

/** What belongs to a new object that was refused cannot go in either. */
function failOrphans(bundle: Bundle): void {
  const fail = (child: Item, parent: Item | undefined, names: readonly [string, string]) => {
    if (child.strategy === 'DELETE' || !child.valid) return
    if (parent === undefined || parent.valid || parent.existing !== undefined) return
    child.fail('E5000', names[0], child.uid, names[1], parent.uid)
  }
  for (const item of bundle.ENROLLMENT)
    fail(item, findItem(bundle, 'TRACKED_ENTITY', item.text('trackedEntity')), ['enrollment', 'trackedEntity'])
  for (const item of bundle.EVENT)
    fail(item, findItem(bundle, 'ENROLLMENT', item.text('enrollment')), ['event', 'enrollment'])
}
