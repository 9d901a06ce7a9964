import type { Api } from '../../api.js'
import type { Call } from '../../http/call.js'
import { type Reply, json } from '../../http/reply.js'
import { ContainerError, badRequest, forbidden, objectNotFound } from '../../http/web-message.js'
import type { TrackerAccess } from './access.js'
import { checkUids } from './files.js'
import type { TrackerMetadata } from './metadata.js'
import { pageOf } from './pager.js'
import { TrackerQuery, ordered } from './query.js'
import type { EventRow, TrackedEntityRow, TrackerStore } from './types.js'
import { type TrackerViews, select } from './views.js'

const EVENT_FIELDS = '*,!relationships'
const ENTITY_FIELDS = '*,!relationships,!enrollments,!events,!programOwners'
const ENROLLMENT_FIELDS = '*,!relationships,!events,!attributes'

const COMMON_ORDERS = ['createdAt', 'createdAtClient', 'enrolledAt', 'trackedEntity', 'updatedAt', 'updatedAtClient']
const ENTITY_ORDERS = [...COMMON_ORDERS, 'inactive']
const EVENT_ORDERS = [
  ...COMMON_ORDERS,
  'assignedUser',
  'assignedUserDisplayName',
  'attributeOptionCombo',
  'completedAt',
  'completedBy',
  'createdBy',
  'deleted',
  'enrollment',
  'enrollmentStatus',
  'event',
  'followUp',
  'occurredAt',
  'orgUnit',
  'program',
  'programStage',
  'scheduledAt',
  'status',
  'storedBy',
  'updatedBy',
]

interface Parts {
  readonly store: TrackerStore
  readonly metadata: TrackerMetadata
  readonly access: TrackerAccess
  readonly views: TrackerViews
}

/** Reading events, enrollments and tracked entities, one or many. */
export function trackerLists(api: Api, parts: Parts): void {
  const { store, access, views, metadata } = parts

  api.routes.get('/api/tracker/events', (call) => listEvents(api, parts, call))
  api.routes.get('/api/tracker/events/:uid', (call) => {
    checkUids(call)
    const row = store.events.get(call.param('uid'))
    if (row === undefined || row.deleted || !access.canReadEvent(call.user, row))
      throw objectNotFound('Event', call.param('uid'))
    return json(select(views.event(row), fieldsOf(call, EVENT_FIELDS)))
  })

  api.routes.get('/api/tracker/enrollments/:uid', (call) => {
    checkUids(call)
    const row = store.enrollments.get(call.param('uid'))
    const entity = store.trackedEntities.get(row?.trackedEntity ?? '')
    const program = metadata.program(row?.program)
    if (row === undefined || row.deleted || entity === undefined || program === undefined)
      throw objectNotFound('Enrollment', call.param('uid'))
    if (!access.canReadTrackedEntity(call.user, entity, program, row.orgUnit))
      throw objectNotFound('Enrollment', call.param('uid'))
    return json(select(views.enrollment(row), fieldsOf(call, ENROLLMENT_FIELDS)))
  })

  api.routes.get('/api/tracker/trackedEntities', (call) => listEntities(api, parts, call))
  api.routes.get('/api/tracker/trackedEntities/:uid', (call) => {
    checkUids(call)
    const uid = call.param('uid')
    const program = new TrackerQuery(call, metadata, access).object('program', 'programs', 'Program')
    const row = store.trackedEntities.get(uid)
    if (row === undefined || row.deleted) throw objectNotFound('TrackedEntity', uid)
    if (!access.canReadTrackedEntity(call.user, row, program))
      throw forbidden(`User has no access to TrackedEntity: ${uid}`)
    return json(select(views.trackedEntity(row, program), fieldsOf(call, ENTITY_FIELDS)))
  })
}

function listEvents(api: Api, { store, metadata, access, views }: Parts, call: Call): Reply {
  const query = new TrackerQuery(call, metadata, access)
  // a parameter that the container finds missing
  if (api.traits.singleEvents && call.parameter('program') === undefined) throw new ContainerError(400)
  const program = query.object('program', 'programs', 'Program')
  const stage = query.object('programStage', 'programStages', 'Program stage')
  const orgUnit = query.uid('orgUnit')
  const inPlace = query.place(orgUnit === undefined ? undefined : [orgUnit])
  const trackedEntity = query.uid('trackedEntity')
  const uids = query.uids('events', 'event')
  const enrollments = query.uids('enrollments')
  const status = query.text('status')
  const enrollmentStatus = query.text('enrollmentStatus') ?? query.text('programStatus')
  const followUp = query.flag('followUp')
  const [occurred, scheduled] = [query.between('occurred'), query.between('scheduled')]
  const [enrolled, incident] = [query.between('enrollmentEnrolled'), query.between('enrollmentOccurred')]
  const updated = query.updated(api.state.now())
  const filters = query.filters()
  const orders = query.orders(EVENT_ORDERS, 'data element and attribute')
  const matches = (row: EventRow) => {
    const enrollment = store.enrollments.get(row.enrollment ?? '')
    return (
      (!row.deleted || query.flag('includeDeleted') === true) &&
      (program === undefined || row.program === program.id) &&
      (stage === undefined || row.programStage === stage.id) &&
      inPlace(row.orgUnit) &&
      (trackedEntity === undefined || enrollment?.trackedEntity === trackedEntity) &&
      (uids === undefined || uids.includes(row.id)) &&
      (enrollments === undefined || enrollments.includes(row.enrollment ?? '')) &&
      (status === undefined || row.status === status) &&
      (enrollmentStatus === undefined || enrollment?.status === enrollmentStatus) &&
      (followUp === undefined || row.followUp === followUp) &&
      occurred(row.occurredAt) &&
      scheduled(row.scheduledAt) &&
      enrolled(enrollment?.enrolledAt) &&
      incident(enrollment?.occurredAt) &&
      updated(row.updatedAt) &&
      filters((uid) => row.dataValues.find(({ dataElement }) => dataElement === uid)?.value) &&
      access.canReadEvent(call.user, row)
    )
  }
  const read = (row: EventRow, path: string) => {
    const enrollment = store.enrollments.get(row.enrollment ?? '')
    if (path === 'enrolledAt') return enrollment?.enrolledAt
    if (path === 'enrollmentStatus') return enrollment?.status
    const value = row.dataValues.find(({ dataElement }) => dataElement === path)?.value
    return value ?? sortable(views.event(row)[path])
  }
  const fields = fieldsOf(call, EVENT_FIELDS)
  const rows = ordered(store.events.filter(matches), orders, read)
  return json(pageOf(call, 'events', rows, (row) => select(views.event(row), fields)))
}

function listEntities(api: Api, { store, metadata, access, views }: Parts, call: Call): Reply {
  const query = new TrackerQuery(call, metadata, access)
  const uids = query.uids('trackedEntities', 'trackedEntity')
  checkCombination(call, uids)
  const program = query.object('program', 'programs', 'Program')
  const type = query.object('trackedEntityType', 'trackedEntityTypes', 'Tracked entity type')
  const stage = query.object('programStage', 'programStages', 'Program stage')
  const inPlace = query.place(query.uids('orgUnits', 'orgUnit'))
  const enrollmentStatus = query.text('enrollmentStatus') ?? query.text('programStatus')
  const [enrolled, incident] = [query.between('enrollmentEnrolled'), query.between('enrollmentOccurred')]
  const occurred = query.between('eventOccurred')
  const updated = query.updated(api.state.now())
  const filters = query.filters()
  const orders = query.orders(ENTITY_ORDERS, 'attribute')
  const duplicate = query.flag('potentialDuplicate')
  const looksAtEvents = stage !== undefined || call.parameter('eventStatus') !== undefined

  const enrollmentsOf = (row: TrackedEntityRow) =>
    store.enrollments.filter(
      (one) => one.trackedEntity === row.id && !one.deleted && (program === undefined || one.program === program.id),
    )
  const hasEvent = (enrollment: string) =>
    store.events.find(
      (event) =>
        event.enrollment === enrollment &&
        !event.deleted &&
        (stage === undefined || event.programStage === stage.id) &&
        (query.text('eventStatus') === undefined || event.status === query.text('eventStatus')) &&
        occurred(event.occurredAt),
    ) !== undefined
  const matches = (row: TrackedEntityRow) => {
    const enrollments = enrollmentsOf(row)
    const owner = program === undefined ? row.orgUnit : (enrollments[0]?.orgUnit ?? row.orgUnit)
    return (
      (!row.deleted || query.flag('includeDeleted') === true) &&
      (uids === undefined || uids.includes(row.id)) &&
      (type === undefined || row.trackedEntityType === type.id) &&
      inPlace(owner) &&
      (program === undefined ||
        enrollments.some(
          (one) =>
            (enrollmentStatus === undefined || one.status === enrollmentStatus) &&
            enrolled(one.enrolledAt) &&
            incident(one.occurredAt) &&
            (!looksAtEvents || hasEvent(one.id)),
        )) &&
      (duplicate === undefined || row.potentialDuplicate === duplicate) &&
      updated(row.updatedAt) &&
      filters((uid) => row.attributes.find(({ attribute }) => attribute === uid)?.value) &&
      access.canReadTrackedEntity(call.user, row, program, owner)
    )
  }
  const read = (row: TrackedEntityRow, path: string) => {
    if (path === 'enrolledAt') return enrollmentsOf(row)[0]?.enrolledAt
    const value = row.attributes.find(({ attribute }) => attribute === path)?.value
    return value ?? sortable(views.trackedEntity(row)[path])
  }
  const fields = fieldsOf(call, ENTITY_FIELDS)
  const rows = ordered(store.trackedEntities.filter(matches), orders, read)
  return json(pageOf(call, 'trackedEntities', rows, (row) => select(views.trackedEntity(row, program), fields)))
}

/** @throws ApiError 400 unless the list is of one program, of one type, or of tracked entities by uid */
function checkCombination(call: Call, uids: readonly string[] | undefined): void {
  const program = call.parameter('program')
  const type = call.parameter('trackedEntityType')
  const first = call.traits.trackerTexts === 'first'
  if (program !== undefined && type !== undefined)
    throw badRequest(
      first
        ? 'Program and tracked entity cannot be specified simultaneously'
        : '`program` and `trackedEntityType` cannot be specified simultaneously',
    )
  if (program === undefined && type === undefined && uids === undefined)
    throw badRequest(
      first
        ? 'Either Program or Tracked entity type should be specified'
        : 'Either `program`, `trackedEntityType` or `trackedEntities` should be specified',
    )
}

const fieldsOf = (call: Call, standard: string) => call.query.getAll('fields').join(',') || standard
const sortable = (value: unknown) =>
  typeof value === 'object' && value !== null ? (value as { username?: string }).username : value
