import type { EmulatorState, User } from '../../state.js'
import type { Collection, Row } from '../../storage/collection.js'

export const TRACKER_TYPES = ['TRACKED_ENTITY', 'ENROLLMENT', 'EVENT', 'RELATIONSHIP'] as const
export type TrackerType = (typeof TRACKER_TYPES)[number]

/** A user as tracker objects remember it: as it was when it wrote. */
export interface UserSnapshot {
  readonly uid: string
  readonly username: string
  readonly firstName: string
  readonly surname: string
}

/** What every tracker object has. Dates are as DHIS2 writes them: no zone. */
export interface TrackerRow extends Row {
  orgUnit: string
  createdAt: string
  updatedAt: string
  createdAtClient: string | undefined
  updatedAtClient: string | undefined
  createdBy: UserSnapshot
  updatedBy: UserSnapshot
  storedBy: string | undefined
  geometry: unknown
  /** It stays as a row, out of sight; its uid is taken for good. */
  deleted: boolean
}

/** A value of an event. */
export interface DataValue {
  dataElement: string
  value: string
  providedElsewhere: boolean
  createdAt: string
  updatedAt: string
  storedBy: string | undefined
  createdBy: UserSnapshot
  updatedBy: UserSnapshot
}

/** A value of a tracked entity. */
export interface AttributeValue {
  attribute: string
  value: string
  createdAt: string
  updatedAt: string
  storedBy: string | undefined
}

export interface Note {
  note: string
  value: string
  storedAt: string
  storedBy: string | undefined
  createdBy: UserSnapshot
}

export interface TrackedEntityRow extends TrackerRow {
  trackedEntityType: string
  inactive: boolean
  potentialDuplicate: boolean
  attributes: AttributeValue[]
}

export interface EnrollmentRow extends TrackerRow {
  program: string
  trackedEntity: string
  status: string
  enrolledAt: string
  occurredAt: string
  completedAt: string | undefined
  completedBy: string | undefined
  followUp: boolean
  notes: Note[]
}

export interface EventRow extends TrackerRow {
  program: string
  programStage: string
  /** Undefined in a program without registration. */
  enrollment: string | undefined
  status: string
  occurredAt: string | undefined
  scheduledAt: string | undefined
  completedAt: string | undefined
  completedBy: string | undefined
  attributeOptionCombo: string
  assignedUser: unknown
  followUp: boolean
  dataValues: DataValue[]
  notes: Note[]
}

/** An import that runs by itself, and what came of it. */
export interface TrackerJob extends Row {
  report: object
  notifications: readonly object[]
}

/** Where tracker objects are kept. */
export interface TrackerStore {
  readonly trackedEntities: Collection<TrackedEntityRow>
  readonly enrollments: Collection<EnrollmentRow>
  readonly events: Collection<EventRow>
  readonly jobs: Collection<TrackerJob>
  /** By program without registration: the enrollment that all its events share, where versions have one. */
  readonly sharedEnrollments: Collection<Row & { enrollment: string }>
}

/** Collections are looked up each time: a reset makes new ones. */
export function trackerStore(state: EmulatorState): TrackerStore {
  return {
    get trackedEntities() {
      return state.collection<TrackedEntityRow>('trackedEntities')
    },
    get enrollments() {
      return state.collection<EnrollmentRow>('enrollments')
    },
    get events() {
      return state.collection<EventRow>('events')
    },
    get jobs() {
      return state.collection<TrackerJob>('trackerJobs')
    },
    get sharedEnrollments() {
      return state.collection<Row & { enrollment: string }>('sharedEnrollments')
    },
  }
}

export function snapshotOf(user: User): UserSnapshot {
  return { uid: user.id, username: user.username, firstName: user.firstName, surname: user.surname }
}
