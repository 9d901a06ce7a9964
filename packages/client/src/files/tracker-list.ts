import type { QueryValue, RequestOptions } from '../http/call.js'
import { readArray, readObject } from '../models/decode.js'
import { withFiles, type WithFile } from './by-uid.js'
import { type FilesContext, requestOptions } from './context.js'
import { EVENT, memberOf, TRACKED_ENTITY, type TrackerKind, type TrackerObject, valuesOf } from './tracker-objects.js'
import { createValueTypes, type FileValueType, isFileType } from './value-types.js'
import { isUid, uidInPath } from './uid.js'

/** Which organisation units count: those that are named, their children, all below them, or what the user may see. */
export type OrgUnitMode = 'SELECTED' | 'CHILDREN' | 'DESCENDANTS' | 'ACCESSIBLE' | 'CAPTURE' | 'ALL'

/** What narrows every list of the tracker. Dates are as `2026-03-01`; both ends count. */
export interface TrackerQuery extends RequestOptions {
  /** Without one, `orgUnitMode` must be `ACCESSIBLE`, `CAPTURE` or `ALL`. Default of the server: `SELECTED`. */
  readonly orgUnitMode?: OrgUnitMode | undefined
  /** `2026-01-01` or `2026-01-01T12:00:00`, the server’s local time. */
  readonly updatedAfter?: string | undefined
  /** As `updatedAfter`. */
  readonly updatedBefore?: string | undefined
  /** Of those that were enrolled on this date, `2026-01-01`, or later. */
  readonly enrollmentEnrolledAfter?: string | undefined
  /** Of those that were enrolled on this date, `2026-12-31`, or before. */
  readonly enrollmentEnrolledBefore?: string | undefined
  /** Objects of one request. Default 200. */
  readonly pageSize?: number | undefined
}

/** Which events. */
export interface EventQuery extends TrackerQuery {
  /** Uid of the program. */
  readonly program: string
  /** Uid of the program stage. Default: all stages. */
  readonly programStage?: string | undefined
  /** Uid of one organisation unit. */
  readonly orgUnit?: string | undefined
  /** Events of this date, `2026-01-01`, or later. */
  readonly occurredAfter?: string | undefined
  /** Events of this date, `2026-12-31`, or before. */
  readonly occurredBefore?: string | undefined
  /** `ACTIVE`, `COMPLETED` … */
  readonly status?: string | undefined
}

/** Which tracked entities: of a program, or of a type. */
export interface TrackedEntityQuery extends TrackerQuery {
  /** Uid of the program in which they are enrolled. Its attributes are listed too. */
  readonly program?: string | undefined
  /** Uid of their type. One of `program` and this is needed. */
  readonly trackedEntityType?: string | undefined
  /** Uids of organisation units. */
  readonly orgUnit?: string | readonly string[] | undefined
}

/** A value of an event that is a file. What `downloadEventFile` takes is in it. */
export interface EventFile {
  /** Uid of the event. */
  readonly event: string
  /** Uid of the data element. */
  readonly dataElement: string
  /** `undefined` where the user may not read the data element. */
  readonly valueType: FileValueType | undefined
  /** Uid of the file resource. */
  readonly value: string
  /** Uid of the program. */
  readonly program: string | undefined
  /** Uid of the program stage. */
  readonly programStage: string | undefined
  /** Uid of the organisation unit. */
  readonly orgUnit: string | undefined
  /** The server's local time. */
  readonly occurredAt: string | undefined
  /** `ACTIVE`, `COMPLETED` … */
  readonly status: string | undefined
  /** Of tracker programs. */
  readonly trackedEntity: string | undefined
  /** Uid of the enrolment, of tracker programs. */
  readonly enrollment: string | undefined
}

/** A value of a tracked entity that is a file. What `downloadAttributeFile` takes is in it. */
export interface TrackedEntityFile {
  /** Uid of the tracked entity. */
  readonly trackedEntity: string
  /** Uid of the attribute. */
  readonly attribute: string
  /** `undefined` where the user may not read the attribute. */
  readonly valueType: FileValueType | undefined
  /** Uid of the file resource. */
  readonly value: string
  /** As in the query. */
  readonly program: string | undefined
  /** Uid of its type. */
  readonly trackedEntityType: string | undefined
  /** Uid of its organisation unit. */
  readonly orgUnit: string | undefined
}

const EVENT_MEMBERS = [
  'event',
  'program',
  'programStage',
  'orgUnit',
  'occurredAt',
  'status',
  'trackedEntity',
  'enrollment',
] as const
const ENTITY_MEMBERS = ['trackedEntity', 'trackedEntityType', 'orgUnit'] as const

export function listEventFiles(context: FilesContext, query: EventQuery): AsyncIterable<WithFile<EventFile>> {
  const { signal, timeouts, retry, headers, ...where } = query
  uidInPath(query.program, 'program')
  return withFileValues(context, { signal, timeouts, retry, headers }, EVENT, EVENT_MEMBERS, where, (own, value) => ({
    ...own,
    dataElement: value.member,
    valueType: value.valueType,
    value: value.value,
  }))
}

export function listTrackedEntityFiles(
  context: FilesContext,
  query: TrackedEntityQuery,
): AsyncIterable<WithFile<TrackedEntityFile>> {
  const { signal, timeouts, retry, headers, orgUnit, ...where } = query
  const { program } = query
  if (program === undefined && query.trackedEntityType === undefined) {
    throw new TypeError('Pass program or trackedEntityType.')
  }
  const orgUnits = orgUnit === undefined ? undefined : [orgUnit].flat().join(',')
  const options = { signal, timeouts, retry, headers }
  const all = { ...where, orgUnits }
  return withFileValues(context, options, TRACKED_ENTITY, ENTITY_MEMBERS, all, (own, value) => ({
    ...own,
    program,
    attribute: value.member,
    valueType: value.valueType,
    value: value.value,
  }))
}

/** A value that may be the uid of a file. */
interface FoundValue {
  readonly member: string
  readonly valueType: FileValueType | undefined
  readonly value: string
}

/** Pages through objects, looks up the types of what is new to it, and adds the files. Holds a page. */
async function* withFileValues<M extends string, T extends { readonly value: string }>(
  context: FilesContext,
  options: RequestOptions,
  kind: TrackerKind,
  members: readonly M[],
  where: Readonly<Record<string, QueryValue>>,
  rowOf: (own: Record<M, string>, value: FoundValue) => T,
): AsyncGenerator<WithFile<T>> {
  const types = createValueTypes(context, kind.typed, options)
  const rows = async function* (): AsyncGenerator<T & { member: string }> {
    for await (const page of pagesOf(context, kind, members, where, options)) {
      const values = page.flatMap((object) => valuesOf(kind, object).map((value) => ({ object, value })))
      const uids = values.filter(({ value }) => isUid(String(value['value'])))
      await types.load(uids.map(({ value }) => memberOf(kind, value)))
      for (const { object, value } of uids) {
        const member = memberOf(kind, value)
        const type = types.get(member)
        if (type !== undefined && !isFileType(type)) continue
        const own = Object.fromEntries(members.map((name) => [name, object[name]])) as Record<M, string>
        yield { ...rowOf(own, { member, valueType: type, value: String(value['value']) }), member }
      }
    }
  }
  for await (const { member, ...row } of withFiles(context, rows(), options)) {
    if (types.isFile(member, row.fileResource)) yield row as unknown as WithFile<T>
  }
}

/** The pages of a list in the order of creation: what is added meanwhile comes at the end. Only on request would the server count them. */
async function* pagesOf(
  context: FilesContext,
  kind: TrackerKind,
  members: readonly string[],
  { pageSize = 200, ...where }: Readonly<Record<string, QueryValue>>,
  options: RequestOptions,
): AsyncGenerator<readonly TrackerObject[]> {
  const fields = `${members.join(',')},${kind.values}[${kind.member},value]`
  let first: unknown
  for (let page = 1; ; page++) {
    const json = await context.call.json('GET', `api/tracker/${kind.plural}`, {
      ...requestOptions(options),
      what: `list the files of ${kind.plural}`,
      query: { ...where, fields, order: 'createdAt:asc', page, pageSize },
    })
    const rows = readArray(readObject<TrackerObject>(json, 'a list', {})[kind.plural], kind.plural)
    const objects = rows.map((row) => readObject<TrackerObject>(row, kind.name, { [kind.id]: 'string!' }))
    // a server that repeats its last page has no more of them
    if (objects.length === 0 || objects[0]?.[kind.id] === first) return
    first = objects[0]?.[kind.id]
    yield objects
  }
}
