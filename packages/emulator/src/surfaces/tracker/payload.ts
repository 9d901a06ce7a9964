import type { Api } from '../../api.js'
import { idOf } from '../../metadata/render.js'
import { type TrackerError, type EnumArgument, trackerError } from './messages.js'
import type { TrackerMetadata } from './metadata.js'
import { TRACKER_TYPES, type TrackerRow, type TrackerStore, type TrackerType } from './types.js'

export type TrackerStrategy = 'CREATE' | 'UPDATE' | 'CREATE_AND_UPDATE' | 'DELETE'
export type Payload = Readonly<Record<string, unknown>>

/** One object of an import, on its way through the checks. */
export class Item<R extends TrackerRow = TrackerRow> {
  readonly type: TrackerType
  readonly uid: string
  readonly payload: Payload
  /** The stored object of this uid, deleted ones included. */
  readonly existing: R | undefined
  readonly strategy: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly errors: TrackerError[] = []
  readonly #api: Api

  constructor(
    api: Api,
    made: { type: TrackerType; uid: string; payload: Payload; existing: R | undefined; strategy: TrackerStrategy },
  ) {
    this.#api = api
    this.type = made.type
    this.uid = made.uid
    this.payload = made.payload
    this.existing = made.existing
    this.strategy =
      made.strategy !== 'CREATE_AND_UPDATE' ? made.strategy : made.existing === undefined ? 'CREATE' : 'UPDATE'
  }

  get valid(): boolean {
    return this.errors.length === 0
  }

  /** Adds an error; `args` go into its text. */
  fail(code: string, ...args: readonly (string | EnumArgument)[]): void {
    this.errors.push(trackerError(this.#api.traits, code, this, args))
  }

  /** A member as text; undefined when it is missing or empty. */
  text(member: string): string | undefined {
    return textOf(this.payload[member])
  }

  list(member: string): Payload[] {
    return listOf(this.payload[member])
  }
}

/** All objects of an import, taken out of each other. */
export type Bundle = Readonly<Record<TrackerType, readonly Item[]>>

/** Member that holds an object's own uid. */
const UID_MEMBERS: Readonly<Record<TrackerType, string>> = {
  TRACKED_ENTITY: 'trackedEntity',
  ENROLLMENT: 'enrollment',
  EVENT: 'event',
  RELATIONSHIP: 'relationship',
}

/** Reads the body of `POST /api/tracker`: nested objects learn whom they belong to, and all get a uid. */
export function readBundle(
  api: Api,
  store: TrackerStore,
  metadata: TrackerMetadata,
  body: unknown,
  strategy: TrackerStrategy,
): Bundle {
  const flat: Record<TrackerType, Payload[]> = { TRACKED_ENTITY: [], ENROLLMENT: [], EVENT: [], RELATIONSHIP: [] }
  const own = (type: TrackerType, payload: Payload): { payload: Payload; uid: string } => {
    const uid = textOf(payload[UID_MEMBERS[type]]) ?? api.state.newUid()
    const owned = { ...payload, [UID_MEMBERS[type]]: uid }
    flat[type].push(owned)
    flat.RELATIONSHIP.push(...listOf(payload['relationships']))
    return { payload: owned, uid }
  }
  const takeEvent = (payload: Payload) => own('EVENT', completeProgram(metadata, payload))
  const takeEnrollment = (given: Payload) => {
    const { payload, uid } = own('ENROLLMENT', given)
    const trackedEntity = payload['trackedEntity']
    for (const event of listOf(payload['events'])) takeEvent({ ...event, enrollment: uid, trackedEntity })
  }
  const root = (typeof body === 'object' && body !== null ? body : {}) as Payload
  for (const given of listOf(root['trackedEntities'])) {
    const { payload, uid } = own('TRACKED_ENTITY', given)
    for (const enrollment of listOf(payload['enrollments'])) takeEnrollment({ ...enrollment, trackedEntity: uid })
  }
  for (const enrollment of listOf(root['enrollments'])) takeEnrollment(enrollment)
  for (const event of listOf(root['events'])) takeEvent(event)
  flat.RELATIONSHIP.push(...listOf(root['relationships']))

  const rows: Readonly<Record<string, { get(id: string): TrackerRow | undefined }>> = {
    TRACKED_ENTITY: store.trackedEntities,
    ENROLLMENT: store.enrollments,
    EVENT: store.events,
  }
  const items = (type: TrackerType) =>
    flat[type].map((payload) => {
      const uid = textOf(payload[UID_MEMBERS[type]]) ?? api.state.newUid()
      return new Item(api, { type, uid, payload, existing: rows[type]?.get(uid), strategy })
    })
  return Object.fromEntries(TRACKER_TYPES.map((type) => [type, items(type)])) as unknown as Bundle
}

/** The object of this uid within an import. */
export function findItem(bundle: Bundle, type: TrackerType, uid: string | undefined): Item | undefined {
  return uid === undefined ? undefined : bundle[type].find((item) => item.uid === uid)
}

/** An event may name its stage alone; without registration also its program alone. */
function completeProgram(metadata: TrackerMetadata, event: Payload): Payload {
  const stage = metadata.stage(textOf(event['programStage']))
  const program = metadata.program(textOf(event['program']))
  if (program === undefined && stage !== undefined && textOf(event['program']) === undefined)
    return { ...event, program: metadata.programOf(stage)?.id }
  if (textOf(event['programStage']) === undefined && program !== undefined && !metadata.isRegistration(program))
    return { ...event, programStage: metadata.firstStage(program) }
  return event
}

/** A text, number or boolean as text; the empty text counts as missing, and `{ id }` as its uid. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'object') return idOf(value ?? undefined)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function listOf(value: unknown): Payload[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'object' && entry !== null) : []
}
