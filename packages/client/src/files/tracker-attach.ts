import type { Uploadable } from '../bytes/source.js'
import { Dhis2Error } from '../errors.js'
import type { RequestOptions } from '../http/call.js'
import { knownBug } from '../known-bugs.js'
import { isRecord } from '../models/web-message.js'
import type { FileResource } from '../models/file-resource.js'
import { type FilesContext, requestOptions } from './context.js'
import { settle } from './echoes.js'
import { type AttachOptions, carrying, provideFile } from './provide-file.js'
import {
  memberOf,
  placeName,
  readTrackerObject,
  TRACKED_ENTITY,
  type TrackerObject,
  type TrackerPlace,
  valueAt,
  valuesOf,
} from './tracker-objects.js'
import { createValueTypes, isFileType, type ValueTypes } from './value-types.js'
import { uidInPath } from './uid.js'

/** An event or a tracked entity after one of its values has got a file. */
export interface AttachedFile {
  /** The file that the value has now. */
  readonly fileResource: FileResource
  /** Uid of the file that the value had before. The server keeps it; `dataValues.downloadByFile` reads it. */
  readonly leftBehind: string | undefined
}

/**
 * Gives a value of an event or tracked entity a file. An update replaces every member that is left out, so the whole
 * object is read, sent back with the one value changed, and read again (WIRE.md 4.4). It is read twice before: first to
 * find out what is wrong before bytes are sent, and once more when they are there, so that what others change meanwhile
 * is not undone.
 */
export async function attachFile(
  context: FilesContext,
  place: TrackerPlace,
  data: Uploadable,
  options: AttachOptions,
): Promise<AttachedFile> {
  const { kind, member } = place
  uidInPath(member, kind.member)
  const before = await readTrackerObject(context, place, kind.whole, options)
  const types = createValueTypes(context, kind.typed, options)
  await types.load([member, ...valuesOf(kind, before).map((value) => memberOf(kind, value))])
  const refusedImages = await checkPlace(context, place, before, types, options)
  const fileResource = await provideFile(context, data, { ...options, until: 'stored', domain: 'DATA_VALUE' })
  if (valueAt(place, before) === fileResource.id) return { fileResource, leftBehind: undefined }
  try {
    const current = await readTrackerObject(context, place, kind.whole, options)
    const isSent = (value: TrackerObject): boolean =>
      !refusedImages || types.get(memberOf(kind, value)) !== 'IMAGE' || memberOf(kind, value) === member
    await update(context, place, current, fileResource.id, isSent, options)
    return { fileResource, leftBehind: valueAt(place, current) }
  } catch (error) {
    throw carrying(error, fileResource)
  }
}

/**
 * Everything that can be known before bytes are sent.
 * @returns whether the server refuses images, so that those of the object must not be sent back
 */
async function checkPlace(
  context: FilesContext,
  place: TrackerPlace,
  object: TrackerObject,
  types: ValueTypes,
  options: RequestOptions,
): Promise<boolean> {
  const type = types.get(place.member)
  if (type !== undefined && !isFileType(type)) {
    throw new Dhis2Error(`Cannot attach a file to ${placeName(place)}: its values are of type ${type}.`, {
      code: 'conflict',
      hint: 'Files are the values of type FILE_RESOURCE and IMAGE.',
    })
  }
  const version = await context.version(requestOptions(options))
  const bug = knownBug(version, 'image-values-refused')
  if (bug !== undefined && type === 'IMAGE') {
    throw new Dhis2Error(
      `Cannot attach a file to ${placeName(place)}: DHIS2 ${version.text} ${bug.does} (${bug.ticket}). Nothing was written. ${bug.instead}`,
      { code: 'unsupported', hint: bug.instead },
    )
  }
  if (place.kind === TRACKED_ENTITY && valueAt(place, object) === undefined) {
    await checkAttribute(context, place, object, options)
  }
  return bug !== undefined
}

/** The server takes an attribute that the tracked entity does not show, and nobody would find the file. */
async function checkAttribute(
  context: FilesContext,
  place: TrackerPlace,
  object: TrackerObject,
  options: RequestOptions,
): Promise<void> {
  const { member, program } = place
  const type = String(object['trackedEntityType'])
  const read = async (path: string, list: string): Promise<boolean> => {
    const fields = `${list}[trackedEntityAttribute[id]]`
    const json = await context.call.json('GET', `api/${path}`, {
      ...requestOptions(options),
      what: `read the attributes of ${path}`,
      query: { fields },
    })
    const rows = isRecord(json) && Array.isArray(json[list]) ? json[list] : []
    return rows.some((row) => isRecord(row) && idOf(row['trackedEntityAttribute']) === member)
  }
  if (await read(`trackedEntityTypes/${uidInPath(type, 'trackedEntityType')}`, 'trackedEntityTypeAttributes')) return
  if (program !== undefined && (await read(`programs/${program}`, 'programTrackedEntityAttributes'))) return
  const where = program === undefined ? 'its type' : `its type or program ${program}`
  throw new Dhis2Error(`Cannot attach a file to ${placeName(place)}: ${where} has no such attribute.`, {
    code: 'conflict',
    hint: 'An attribute of a program goes by { program }.',
  })
}

function idOf(reference: unknown): unknown {
  return isRecord(reference) ? reference['id'] : undefined
}

async function update(
  context: FilesContext,
  place: TrackerPlace,
  current: TrackerObject,
  value: string,
  isSent: (value: TrackerObject) => boolean,
  options: RequestOptions,
): Promise<void> {
  const { kind, member } = place
  const what = `attach file resource ${value} to ${placeName(place)}`
  const values = valuesOf(kind, current)
  const own = values.find((one) => memberOf(kind, one) === member)
  const others = values.filter((one) => one !== own && isSent(one))
  const sent = { ...current, [kind.values]: [...others, { ...own, [kind.member]: member, value }] }
  const readAgain = (): Promise<TrackerObject> => readTrackerObject(context, place, kind.whole, options)
  try {
    await context.call.empty('POST', 'api/tracker', {
      ...requestOptions(options),
      what,
      query: { async: false, importStrategy: 'UPDATE' },
      json: { [kind.plural]: [sent] },
      // the same uid in the same place once more is taken
      idempotent: true,
    })
  } catch (error) {
    await settle('attach', error, async () => (valueAt(place, await readAgain()) === value ? true : undefined))
  }
  const after = await readAgain()
  const changed = kind.kept.filter((name) => JSON.stringify(after[name]) !== JSON.stringify(current[name]))
  const left = new Set(valuesOf(kind, after).map((one) => memberOf(kind, one)))
  const lost = values.map((one) => memberOf(kind, one)).filter((one) => !left.has(one))
  const isThere = valueAt(place, after) === value
  if (isThere && changed.length === 0 && lost.length === 0) return
  const why = isThere
    ? `the file is attached, but ${[...changed, ...lost].join(', ')} changed at the same time`
    : `the server took the update, but the value is ${valueAt(place, after) ?? 'none'} afterwards`
  throw new Dhis2Error(`Cannot ${what}: ${why}.`, {
    code: 'conflict',
    hint: 'Somebody else may have changed it at the same time: read it, and decide.',
  })
}
