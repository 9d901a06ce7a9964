import type { Api } from '../../api.js'
import { DEFAULTS } from '../../metadata/defaults.js'
import type { User } from '../../state.js'
import { readDate } from './dates.js'
import type { TrackerMetadata } from './metadata.js'
import { type Bundle, type Item, type Payload, textOf } from './payload.js'
import {
  type EnrollmentRow,
  type EventRow,
  type Note,
  type TrackedEntityRow,
  type TrackerRow,
  type TrackerStore,
  type UserSnapshot,
  snapshotOf,
} from './types.js'
import { isFileTyped } from './values.js'

/** Writes what an import brought and the checks let through. */
export class TrackerCommit {
  readonly #api: Api
  readonly #metadata: TrackerMetadata
  readonly #store: TrackerStore
  readonly #by: UserSnapshot
  readonly #now: string

  constructor(api: Api, metadata: TrackerMetadata, store: TrackerStore, user: User) {
    this.#api = api
    this.#metadata = metadata
    this.#store = store
    this.#by = snapshotOf(user)
    this.#now = api.state.timestamp()
  }

  run(bundle: Bundle): void {
    const each = <R extends TrackerRow>(items: readonly Item[], commit: (item: Item<R>) => void) => {
      for (const item of items) if (item.valid) commit(item as Item<R>)
    }
    each<TrackedEntityRow>(bundle.TRACKED_ENTITY, (item) =>
      item.strategy === 'DELETE' ? this.#deleteEntity(item.uid) : this.#saveEntity(item),
    )
    each<EnrollmentRow>(bundle.ENROLLMENT, (item) =>
      item.strategy === 'DELETE' ? this.#deleteEnrollment(item.uid) : this.#saveEnrollment(item),
    )
    each<EventRow>(bundle.EVENT, (item) =>
      item.strategy === 'DELETE' ? this.#hide(item.existing) : this.#saveEvent(item),
    )
  }

  #saveEntity(item: Item<TrackedEntityRow>): void {
    const row: TrackedEntityRow = {
      ...this.#common(item),
      trackedEntityType: item.text('trackedEntityType') ?? '',
      inactive: item.payload['inactive'] === true,
      potentialDuplicate: item.payload['potentialDuplicate'] === true,
      attributes: item.existing?.attributes ?? [],
    }
    this.#store.trackedEntities.put(row)
    this.#setAttributes(row, item.list('attributes'))
  }

  #saveEnrollment(item: Item<EnrollmentRow>): void {
    const { existing } = item
    const status = item.text('status') ?? 'ACTIVE'
    const enrolledAt = readDate(item.payload['enrolledAt']) ?? this.#now
    this.#store.enrollments.put({
      ...this.#common(item),
      program: item.text('program') ?? '',
      trackedEntity: item.text('trackedEntity') ?? '',
      status,
      enrolledAt,
      occurredAt: readDate(item.payload['occurredAt']) ?? enrolledAt,
      ...this.#completion(item, status, existing),
      followUp: item.payload['followUp'] === true,
      notes: this.#notes(item, existing?.notes ?? []),
    })
    const entity = this.#store.trackedEntities.get(item.text('trackedEntity') ?? '')
    if (entity === undefined) return
    this.#setAttributes(entity, item.list('attributes'))
    if (existing !== undefined) this.#touch(entity)
  }

  /** Every member that the payload leaves out is lost, data values excepted (WIRE.md 4.4). */
  #saveEvent(item: Item<EventRow>): void {
    const { existing } = item
    const program = this.#metadata.program(item.text('program'))
    const registration = program !== undefined && this.#metadata.isRegistration(program)
    const assigns = this.#metadata.stage(item.text('programStage'))?.['enableUserAssignment'] === true
    const status = item.text('status') ?? 'ACTIVE'
    const occurredAt = readDate(item.payload['occurredAt'])
    const planned = readDate(item.payload['scheduledAt'])
    const row: EventRow = {
      ...this.#common(item),
      program: item.text('program') ?? '',
      programStage: item.text('programStage') ?? '',
      enrollment: registration ? item.text('enrollment') : undefined,
      status,
      occurredAt,
      scheduledAt: registration ? (planned ?? occurredAt) : this.#api.traits.singleEvents ? undefined : planned,
      ...this.#completion(item, status, existing),
      attributeOptionCombo: item.text('attributeOptionCombo') ?? DEFAULTS.categoryOptionCombo,
      assignedUser: (assigns ? item.payload['assignedUser'] : undefined) ?? existing?.assignedUser,
      followUp: item.payload['followUp'] === true || item.payload['followup'] === true,
      dataValues: existing?.dataValues ?? [],
      notes: this.#notes(item, existing?.notes ?? []),
    }
    this.#store.events.put(row)
    for (const entry of item.list('dataValues')) this.#setDataValue(row, entry)
    const enrollment = existing === undefined ? undefined : this.#store.enrollments.get(row.enrollment ?? '')
    if (enrollment !== undefined) this.#touch(this.#store.trackedEntities.get(enrollment.trackedEntity))
  }

  #setDataValue(event: EventRow, entry: Payload): void {
    const uid = textOf(entry['dataElement']) ?? ''
    const value = textOf(entry['value'])
    const isFile = isFileTyped(this.#metadata.find('dataElements', uid))
    const stored = event.dataValues.find(({ dataElement }) => dataElement === uid)
    if (isFile && stored !== undefined && stored.value !== value) this.#unassign(stored.value, event.id)
    if (value === undefined) {
      event.dataValues = event.dataValues.filter((one) => one !== stored)
      return
    }
    if (isFile) this.#assign(value, event.id)
    const providedElsewhere = entry['providedElsewhere'] === true
    if (stored === undefined)
      event.dataValues.push({
        dataElement: uid,
        value,
        providedElsewhere,
        createdAt: this.#now,
        updatedAt: this.#now,
        storedBy: this.#by.username,
        createdBy: this.#by,
        updatedBy: this.#by,
      })
    else if (stored.value !== value)
      Object.assign(stored, { value, providedElsewhere, updatedAt: this.#now, updatedBy: this.#by })
  }

  /** Of the two file types only `FILE_RESOURCE` is assigned to a tracked entity; an image never is (WIRE.md 4.4). */
  #setAttributes(entity: TrackedEntityRow, entries: readonly Payload[]): void {
    for (const entry of entries) {
      const uid = textOf(entry['attribute']) ?? ''
      const value = textOf(entry['value'])
      const assigns = this.#metadata.find('trackedEntityAttributes', uid)?.['valueType'] === 'FILE_RESOURCE'
      const stored = entity.attributes.find(({ attribute }) => attribute === uid)
      if (assigns && stored !== undefined && stored.value !== value) this.#unassign(stored.value, entity.id)
      if (value === undefined) {
        entity.attributes = entity.attributes.filter((one) => one !== stored)
        continue
      }
      if (assigns) this.#assign(value, entity.id)
      const storedBy = textOf(entry['storedBy'])
      if (stored === undefined)
        entity.attributes.push({ attribute: uid, value, createdAt: this.#now, updatedAt: this.#now, storedBy })
      else if (stored.value !== value) Object.assign(stored, { value, storedBy, updatedAt: this.#now })
    }
  }

  /** What is completed gets a date, its own where it brings one; what is not loses it. */
  #completion(
    item: Item,
    status: string,
    existing: EventRow | EnrollmentRow | undefined,
  ): Pick<EventRow, 'completedAt' | 'completedBy'> {
    if (status !== 'COMPLETED') return { completedAt: undefined, completedBy: undefined }
    const before = existing?.status === 'COMPLETED' ? existing : undefined
    return {
      completedAt: readDate(item.payload['completedAt']) ?? before?.completedAt ?? this.#now,
      completedBy: before?.completedBy ?? this.#by.username,
    }
  }

  #common({ uid, payload, existing }: Item): TrackerRow {
    return {
      id: uid,
      orgUnit: textOf(payload['orgUnit']) ?? '',
      createdAt: existing?.createdAt ?? this.#now,
      updatedAt: this.#now,
      createdAtClient: readDate(payload['createdAtClient']),
      updatedAtClient: readDate(payload['updatedAtClient']),
      createdBy: existing?.createdBy ?? this.#by,
      updatedBy: this.#by,
      storedBy: existing?.storedBy ?? textOf(payload['storedBy']),
      geometry: payload['geometry'] ?? undefined,
      deleted: false,
    }
  }

  /** Notes are added; they are never changed or taken away. */
  #notes(item: Item, stored: readonly Note[]): Note[] {
    const added = item.list('notes').flatMap((entry): Note[] => {
      const value = textOf(entry['value'])
      const note = textOf(entry['note']) ?? this.#api.state.newUid()
      if (value === undefined || stored.some((other) => other.note === note)) return []
      return [{ note, value, storedAt: this.#now, storedBy: textOf(entry['storedBy']), createdBy: this.#by }]
    })
    return [...stored, ...added]
  }

  #deleteEntity(uid: string): void {
    for (const row of this.#store.enrollments.filter(({ trackedEntity }) => trackedEntity === uid))
      this.#deleteEnrollment(row.id)
    this.#hide(this.#store.trackedEntities.get(uid))
  }

  #deleteEnrollment(uid: string): void {
    for (const event of this.#store.events.filter(({ enrollment }) => enrollment === uid)) this.#hide(event)
    this.#hide(this.#store.enrollments.get(uid))
  }

  #hide(row: TrackerRow | undefined): void {
    if (row === undefined || row.deleted) return
    row.deleted = true
    this.#touch(row)
  }

  #touch(row: TrackerRow | undefined): void {
    if (row !== undefined) Object.assign(row, { updatedAt: this.#now, updatedBy: this.#by })
  }

  #assign(file: string, owner: string): void {
    this.#api.state.fileResources.update(file, { assigned: true, fileResourceOwner: owner })
  }

  /** The owner stays on record, and the file and its bytes where they are. */
  #unassign(file: string, owner: string): void {
    this.#api.state.fileResources.update(file, {
      assigned: false,
      fileResourceOwner: owner,
      lastUpdated: this.#now,
    })
  }
}
