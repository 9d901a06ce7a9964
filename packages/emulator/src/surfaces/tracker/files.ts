import type { Api } from '../../api.js'
import type { Call } from '../../http/call.js'
import { matches } from '../../http/etag.js'
import { NO_CACHE_PRIVATE, type Reply, reply } from '../../http/reply.js'
import { badRequest, conflict, notFound, objectNotFound, uncoded } from '../../http/web-message.js'
import { VARIANTS } from '../../images.js'
import { UID_RULE, isUid } from '../../metadata/validation.js'
import type { FileResource } from '../../state.js'
import { fileReply } from '../file-reply.js'
import { dimensionParameter } from '../file-resources.js'
import { qualifiesForVariants } from '../file-storage.js'
import type { TrackerAccess } from './access.js'
import type { TrackerMetadata } from './metadata.js'
import type { EventRow, TrackerStore } from './types.js'
import { isFileTyped } from './values.js'

/** Types that the image routes serve. */
const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/jpg'])

interface Parts {
  readonly store: TrackerStore
  readonly metadata: TrackerMetadata
  readonly access: TrackerAccess
}

/** The files and images of events and tracked entities (WIRE.md 4.1 to 4.3). */
export function trackerFiles(api: Api, parts: Parts): void {
  const { metadata } = parts
  const isRegistration = (event: EventRow) => {
    const program = metadata.program(event.program)
    return program !== undefined && metadata.isRegistration(program)
  }
  const routes: [path: string, named: string, has: (event: EventRow) => boolean][] = [['events', 'event', () => true]]
  if (api.traits.singleEvents) {
    routes.push(['trackerEvents', 'trackerEvents', isRegistration])
    routes.push(['singleEvents', 'singleEvents', (event) => !isRegistration(event)])
  }
  for (const [path, named, has] of routes) {
    const pattern = `/api/tracker/${path}/:event/dataValues/:dataElement`
    serveBoth(api, pattern, `/tracker/${named}/dataValues/{dataElement}/image`, (call) =>
      fileOfEvent(api, parts, call, has),
    )
  }
  serveBoth(
    api,
    '/api/tracker/trackedEntities/:trackedEntity/attributes/:attribute',
    '/tracker/trackedEntities/attributes/{attribute}/image',
    (call) => fileOfEntity(api, parts, call),
  )
}

/** Registers `/file` and `/image` of a value. `imageRoute`: as an error names it. */
function serveBoth(api: Api, pattern: string, imageRoute: string, find: (call: Call) => FileResource): void {
  api.routes.get(`${pattern}/file`, (call) => {
    checkUids(call)
    if (call.query.has('dimension'))
      throw badRequest(`Request parameter 'dimension' is only supported for images by API ${imageRoute}`)
    return serve(api, call, find(call), 'ORIGINAL')
  })
  api.routes.get(`${pattern}/image`, (call) => {
    checkUids(call)
    const dimension = dimensionParameter(call)
    const file = find(call)
    checkDimension(api, file, dimension)
    return serve(api, call, file, dimension)
  })
}

function checkDimension(api: Api, file: FileResource, dimension: string): void {
  if (!IMAGE_TYPES.has(file.contentType)) throw badRequest('File is not an image')
  if (dimension === 'ORIGINAL') return
  if (!qualifiesForVariants(file.domain, file.contentType))
    throw badRequest('Image does not have support for multiple dimensions')
  if (!api.renderer.hasVariants(file)) throw badRequest('Image is not stored using multiple dimensions')
}

/** A known ETag is answered before the store is asked; a list of them, or `*`, only afterwards. */
function serve(api: Api, call: Call, file: FileResource, dimension: string): Reply {
  const { traits } = api
  const ifNoneMatch = call.request.headers.get('if-none-match')
  const policy = traits.trackerFilesKeepApiPolicy ? 'file-and-api' : 'file'
  const headers = { etag: `"${file.id}"`, 'cache-control': NO_CACHE_PRIVATE }
  const notModified = () => Object.assign(reply(304, headers), { policy })
  if (ifNoneMatch !== null && ifNoneMatch.replace(/^W\//, '').replaceAll('"', '') === file.id) return notModified()
  const variant = dimension.toLowerCase()
  const blob = api.state.blob(file, variant in VARIANTS ? variant : '')
  if (blob === undefined) throw conflict(traits.trackerContentPending)
  if (ifNoneMatch !== null && matches(ifNoneMatch, headers.etag)) return notModified()
  const made = fileReply(file, blob, variant in VARIANTS ? {} : { length: file.contentLength })
  for (const [name, value] of Object.entries(headers)) made.headers.set(name, value)
  return Object.assign(made, { policy })
}

function fileOfEvent(
  api: Api,
  { store, metadata, access }: Parts,
  call: Call,
  has: (event: EventRow) => boolean,
): FileResource {
  const uid = call.param('event')
  const elementUid = call.param('dataElement')
  const found = store.events.get(uid)
  const event =
    found !== undefined && !found.deleted && has(found) && access.canReadEvent(call.user, found) ? found : undefined
  const first = api.traits.trackerTexts === 'first'
  // 2.41 looks for the event first and has a text of its own for a missing value
  if (first && event === undefined) throw objectNotFound('Event', uid)
  const element = metadata.find('dataElements', elementUid)
  if (element === undefined) throw objectNotFound('DataElement', elementUid)
  if (!isFileTyped(element)) throw notFound(`Data element ${elementUid} is not a file (or image).`)
  const value = event?.dataValues.find(({ dataElement }) => dataElement === elementUid)?.value
  if (value === undefined)
    throw notFound(
      first
        ? `DataValue for data element ${elementUid} could not be found.`
        : `Event ${uid} with data element ${elementUid} could not be found.`,
    )
  return existingFile(api, value)
}

/** With `program` its attributes count, else those of the tracked entity's type. */
function fileOfEntity(api: Api, { store, metadata, access }: Parts, call: Call): FileResource {
  const uid = call.param('trackedEntity')
  const attributeUid = call.param('attribute')
  const programUid = call.parameter('program')
  const entity = store.trackedEntities.get(uid)
  if (entity === undefined || entity.deleted) throw objectNotFound('TrackedEntity', uid)
  const program = metadata.program(programUid)
  if (programUid !== undefined && (program === undefined || !access.grants(call.user, program, 'data-read')))
    throw objectNotFound('Program', programUid)
  if (!access.canReadTrackedEntity(call.user, entity, program)) throw objectNotFound('TrackedEntity', uid)
  const attributes =
    program === undefined ? metadata.attributesOfType(entity.trackedEntityType) : metadata.attributesOfProgram(program)
  const attribute = metadata.find('trackedEntityAttributes', attributeUid)
  if (attribute === undefined || !attributes.has(attributeUid))
    throw objectNotFound('TrackedEntityAttribute', attributeUid)
  if (!isFileTyped(attribute)) throw notFound(`Tracked entity attribute ${attributeUid} is not a file (or image).`)
  const value = entity.attributes.find((entry) => entry.attribute === attributeUid)?.value
  if (value === undefined)
    throw notFound(`Attribute value for tracked entity attribute ${attributeUid} could not be found.`)
  return existingFile(api, value)
}

function existingFile(api: Api, uid: string): FileResource {
  const file = api.state.fileResources.get(uid)
  if (file === undefined) throw objectNotFound('FileResource', uid)
  return file
}

/** Tracker routes look at the form of every uid, at every version. @throws ApiError 400 */
export function checkUids(call: Call): void {
  for (const [name, value] of Object.entries(call.params))
    if (!isUid(value))
      throw uncoded(400, `Value '${value}' is not valid for path parameter ${name}. ${UID_RULE}${value}`)
}
