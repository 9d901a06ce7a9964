import type { Api } from '../../api.js'
import { type Field, parseFields } from '../../metadata/fields.js'
import type { Row } from '../../storage/collection.js'
import type { TrackerMetadata } from './metadata.js'
import type { AttributeValue, EnrollmentRow, EventRow, TrackedEntityRow, TrackerRow, TrackerStore } from './types.js'

export type View = Record<string, unknown>

/** Tracker objects as the API shows them, whole; `select` takes what `fields` asks for. */
export class TrackerViews {
  readonly #api: Api
  readonly #metadata: TrackerMetadata
  readonly #store: TrackerStore

  constructor(api: Api, metadata: TrackerMetadata, store: TrackerStore) {
    this.#api = api
    this.#metadata = metadata
    this.#store = store
  }

  event(row: EventRow): View {
    const enrollment = this.#store.enrollments.get(row.enrollment ?? '')
    return {
      event: row.id,
      status: row.status,
      program: row.program,
      programStage: row.programStage,
      enrollment: row.enrollment ?? this.#sharedEnrollment(row.program),
      trackedEntity: enrollment?.trackedEntity,
      relationships: [],
      occurredAt: row.occurredAt,
      scheduledAt: row.scheduledAt,
      followUp: row.followUp,
      ...common(row),
      attributeOptionCombo: row.attributeOptionCombo,
      attributeCategoryOptions: this.#metadata.categoryOptionsOf(row.attributeOptionCombo).join(','),
      completedBy: row.completedBy,
      completedAt: row.completedAt,
      assignedUser: row.assignedUser,
      dataValues: row.dataValues,
      notes: row.notes,
    }
  }

  enrollment(row: EnrollmentRow): View {
    const entity = this.#store.trackedEntities.get(row.trackedEntity)
    const events = this.#store.events.filter((event) => event.enrollment === row.id && !event.deleted)
    const own = this.#metadata.attributesOfProgram(this.#metadata.program(row.program))
    return {
      enrollment: row.id,
      trackedEntity: row.trackedEntity,
      program: row.program,
      status: row.status,
      enrolledAt: row.enrolledAt,
      occurredAt: row.occurredAt,
      followUp: row.followUp,
      completedBy: row.completedBy,
      completedAt: row.completedAt,
      ...common(row),
      events: events.map((event) => this.event(event)),
      relationships: [],
      attributes: this.#attributes((entity?.attributes ?? []).filter(({ attribute }) => own.has(attribute))),
      notes: row.notes,
    }
  }

  /** With a program its attributes are shown beside those of the type. */
  trackedEntity(row: TrackedEntityRow, program?: Row): View {
    const shown = new Set([
      ...this.#metadata.attributesOfType(row.trackedEntityType).keys(),
      ...this.#metadata.attributesOfProgram(program).keys(),
    ])
    const enrollments = this.#store.enrollments.filter(
      (one) => one.trackedEntity === row.id && !one.deleted && (program === undefined || one.program === program.id),
    )
    return {
      trackedEntity: row.id,
      trackedEntityType: row.trackedEntityType,
      ...common(row),
      inactive: row.inactive,
      potentialDuplicate: row.potentialDuplicate,
      relationships: [],
      attributes: this.#attributes(row.attributes.filter(({ attribute }) => shown.has(attribute))),
      enrollments: enrollments.map((one) => this.enrollment(one)),
      programOwners: enrollments.map((one) => ({
        orgUnit: one.orgUnit,
        trackedEntity: row.id,
        program: one.program,
      })),
    }
  }

  #attributes(values: readonly AttributeValue[]): View[] {
    return values.map((entry) => {
      const attribute = this.#metadata.find('trackedEntityAttributes', entry.attribute)
      return {
        attribute: entry.attribute,
        code: attribute?.['code'],
        displayName: attribute?.['name'],
        createdAt: entry.createdAt,
        updatedAt: entry.updatedAt,
        storedBy: entry.storedBy,
        valueType: attribute?.['valueType'],
        value: entry.value,
      }
    })
  }

  /** Before events without registration became a type of their own, those of a program shared one enrollment. */
  #sharedEnrollment(program: string): string | undefined {
    if (this.#api.traits.singleEvents) return undefined
    const { sharedEnrollments } = this.#store
    const row =
      sharedEnrollments.get(program) ?? sharedEnrollments.put({ id: program, enrollment: this.#api.state.newUid() })
    return row.enrollment
  }
}

function common(row: TrackerRow): View {
  const { orgUnit, createdAt, updatedAt, createdAtClient, updatedAtClient, storedBy, createdBy, updatedBy } = row
  const { deleted, geometry } = row
  return {
    orgUnit,
    createdAt,
    updatedAt,
    createdAtClient,
    updatedAtClient,
    storedBy,
    createdBy,
    updatedBy,
    deleted,
    geometry,
  }
}

/** The members of a view that `fields` asks for; members that are undefined are not there. */
export function select(view: View, fields: string | readonly Field[]): View {
  const wanted = typeof fields === 'string' ? parseFields(fields) : fields
  const shown: View = {}
  const everything = wanted.some(({ kind, name }) => kind === 'preset' && name === 'all')
  if (everything) Object.assign(shown, view)
  for (const { kind, name, children, rename } of wanted) {
    if (kind !== 'property' || view[name] === undefined) continue
    if (rename !== undefined) delete shown[name]
    shown[rename ?? name] = children === undefined ? view[name] : inside(view[name], children)
  }
  for (const { kind, name } of wanted) if (kind === 'exclusion') delete shown[name]
  return shown
}

function inside(value: unknown, fields: readonly Field[]): unknown {
  if (Array.isArray(value)) return value.map((entry) => inside(entry, fields))
  return typeof value === 'object' && value !== null ? select(value as View, fields) : value
}
