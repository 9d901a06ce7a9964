import type { RequestOptions } from '../http/call.js'
import { readArray, readObject } from '../models/decode.js'
import { isRecord } from '../models/web-message.js'
import { type FilesContext, requestOptions } from './context.js'
import type { ValueTyped } from './value-types.js'
import { uidInPath } from './uid.js'

/** What events and tracked entities have in common, and where they differ. */
export interface TrackerKind {
  readonly name: string
  /** Member that holds the uid of the object; the type of its reports is this in capitals. */
  readonly id: 'event' | 'trackedEntity'
  /** The route below `api/tracker`, the member of a list and that of an import. */
  readonly plural: 'events' | 'trackedEntities'
  /** Member that holds the values, the member of a value that says whose it is, and where its type is known. */
  readonly values: 'dataValues' | 'attributes'
  readonly member: 'dataElement' | 'attribute'
  readonly typed: ValueTyped
  /** Everything of the object itself, without what hangs on it: that has objects of its own, which an import would touch. */
  readonly whole: string
  /** Members that must be afterwards what they were before. Those that the server writes anew are not among them. */
  readonly kept: readonly string[]
}

export const EVENT: TrackerKind = {
  name: 'event',
  id: 'event',
  plural: 'events',
  values: 'dataValues',
  member: 'dataElement',
  typed: 'dataElements',
  whole: '*,!relationships',
  kept: ['status', 'orgUnit', 'occurredAt', 'scheduledAt', 'completedAt', 'attributeOptionCombo', 'geometry'],
}

export const TRACKED_ENTITY: TrackerKind = {
  name: 'tracked entity',
  id: 'trackedEntity',
  plural: 'trackedEntities',
  values: 'attributes',
  member: 'attribute',
  typed: 'trackedEntityAttributes',
  whole: '*,!relationships,!enrollments,!programOwners',
  kept: ['orgUnit', 'trackedEntityType', 'inactive', 'potentialDuplicate', 'geometry'],
}

/** An event or a tracked entity as the server sends it. */
export type TrackerObject = Readonly<Record<string, unknown>>

/** Where in the tracker a file is: the value of an object. */
export interface TrackerPlace {
  readonly kind: TrackerKind
  readonly uid: string
  /** Uid of the data element or attribute. */
  readonly member: string
  /** Uid of the program whose attributes are meant. Default: those of the tracked entity's type. */
  readonly program?: string | undefined
}

/** `data element X of event Y` */
export function placeName({ kind, uid, member }: TrackerPlace): string {
  return `${kind === EVENT ? 'data element' : 'attribute'} ${member} of ${kind.name} ${uid}`
}

/** @throws TypeError for what can be no uid */
export function placePath({ kind, uid }: TrackerPlace): string {
  return `api/tracker/${kind.plural}/${uidInPath(uid, kind.id)}`
}

/** The object of a place. */
export async function readTrackerObject(
  context: FilesContext,
  place: TrackerPlace,
  fields: string,
  options: RequestOptions,
): Promise<TrackerObject> {
  const { kind, uid, program } = place
  const json = await context.call.json('GET', placePath(place), {
    ...requestOptions(options),
    what: `read ${kind.name} ${uid}`,
    query: { program, fields },
  })
  return readObject<TrackerObject>(json, kind.name, { [kind.values]: 'array' })
}

/** The values of an object. */
export function valuesOf(kind: TrackerKind, object: TrackerObject): readonly TrackerObject[] {
  return readArray(object[kind.values] ?? [], kind.values).filter(isRecord)
}

/** Whose a value is. */
export function memberOf(kind: TrackerKind, value: TrackerObject): string {
  return String(value[kind.member] ?? '')
}

/** The value of a place, in the object that was read; `undefined` where there is none. */
export function valueAt({ kind, member }: TrackerPlace, object: TrackerObject): string | undefined {
  const found = valuesOf(kind, object).find((value) => memberOf(kind, value) === member)?.['value']
  return typeof found === 'string' && found !== '' ? found : undefined
}
