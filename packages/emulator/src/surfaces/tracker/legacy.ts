import type { Api } from '../../api.js'
import type { Call } from '../../http/call.js'
import type { Reply } from '../../http/reply.js'
import { ApiError } from '../../http/web-message.js'
import { VARIANTS, loadSharp } from '../../images.js'
import type { FileResource } from '../../state.js'
import type { BlobReader } from '../../storage/blob-store.js'
import { notYetStored } from '../audits.js'
import { contentDisposition, fileReply } from '../file-reply.js'
import { dimensionParameter } from '../file-resources.js'
import { qualifiesForVariants } from '../file-storage.js'
import type { TrackerAccess } from './access.js'
import type { TrackerMetadata } from './metadata.js'
import type { TrackerStore } from './types.js'
import { isFileTyped } from './values.js'

interface Parts {
  readonly store: TrackerStore
  readonly metadata: TrackerMetadata
  readonly access: TrackerAccess
}

/** The routes that 2.42 removed: `/api/events/files` and the files of tracked entity instances (WIRE.md 4.1, 4.3). */
export function trackerLegacy(api: Api, parts: Parts): void {
  api.routes.get('/api/events/files', (call) => {
    const file = fileOfEvent(api, parts, call)
    return legacyReply(api, file, blobOf(api, file, dimensionParameter(call)))
  })
  api.routes.get('/api/trackedEntityInstances/:entity/:attribute/file', (call) => {
    const file = fileOfEntity(api, parts, call, 'programId', ['FILE_RESOURCE', 'IMAGE'])
    const made = legacyReply(api, file, blobOf(api, file, 'ORIGINAL'))
    const named = contentDisposition(file.name)
    if (named !== undefined) made.headers.set('content-disposition', `attachment; ${named}`)
    return made
  })
  api.routes.get('/api/trackedEntityInstances/:entity/:attribute/image', async (call) => {
    const file = fileOfEntity(api, parts, call, 'programId', ['IMAGE'])
    const blob = blobOf(api, file, dimensionParameter(call))
    const made = legacyReply(api, file, blob)
    const [width, height] = [sizeParameter(call, 'width'), sizeParameter(call, 'height')]
    return width === undefined && height === undefined ? made : scaled(file, made, blob, { width, height })
  })
}

function legacyReply(api: Api, file: FileResource, blob: BlobReader | undefined): Reply {
  if (blob === undefined) throw notYetStored(api, file)
  return fileReply(file, blob)
}

function blobOf(api: Api, file: FileResource, dimension: string): BlobReader | undefined {
  const variant = dimension.toLowerCase()
  const sized = variant in VARIANTS && qualifiesForVariants(file.domain, file.contentType)
  return api.state.blob(file, sized ? variant : '')
}

/** An image at another size, under the length of the file's row: longer bodies are cut, shorter ones break off. */
async function scaled(
  file: FileResource,
  made: Reply,
  blob: BlobReader | undefined,
  size: { width: number | undefined; height: number | undefined },
): Promise<Reply> {
  if (blob === undefined) return made
  const load = await loadSharp()
  const input = Buffer.from(await new Response(blob.open()).arrayBuffer())
  const given = Object.fromEntries(Object.entries(size).filter(([, value]) => value !== undefined))
  const both = Object.keys(given).length === 2
  const resized = load(input).resize(both ? { ...given, fit: 'fill' } : given)
  const bytes = new Uint8Array(await resized.toBuffer())
  made.headers.set('content-length', String(file.contentLength))
  made.body = bytes.subarray(0, file.contentLength)
  delete made.breakAfter
  if (bytes.length < file.contentLength) made.breakAfter = bytes.length
  return made
}

function fileOfEvent(api: Api, { store, metadata, access }: Parts, call: Call): FileResource {
  const uid = call.parameter('eventUid') ?? ''
  const elementUid = call.parameter('dataElementUid') ?? ''
  const event = store.events.get(uid)
  if (event === undefined || event.deleted || !access.canReadEvent(call.user, event))
    throw refused(404, `Event not found for ID ${uid}`)
  const element = metadata.find('dataElements', elementUid)
  if (element === undefined) throw refused(404, `DataElement not found for ID ${elementUid}`)
  const value = event.dataValues.find(({ dataElement }) => dataElement === elementUid)?.value
  if (!isFileTyped(element) || value === undefined) throw refused(409, 'DataElement must be of type file')
  return existingFile(api, value)
}

function fileOfEntity(
  api: Api,
  { store, metadata, access }: Parts,
  call: Call,
  programParameter: string,
  types: readonly string[],
): FileResource {
  const uid = call.param('entity')
  const attributeUid = call.param('attribute')
  const entity = store.trackedEntities.get(uid)
  const program = metadata.program(call.parameter(programParameter))
  if (entity === undefined || entity.deleted || !access.canReadTrackedEntity(call.user, entity, program))
    throw refused(404, `Tracked entity instance not found for ID ${uid}`)
  const value = entity.attributes.find(({ attribute }) => attribute === attributeUid)?.value
  if (value === undefined) throw refused(404, `Value not found for ID ${attributeUid}`)
  const type = String(metadata.find('trackedEntityAttributes', attributeUid)?.['valueType'])
  if (!types.includes(type)) throw refused(409, `Attribute must be of type ${types.length === 1 ? 'image' : 'file'}`)
  return existingFile(api, value)
}

function existingFile(api: Api, uid: string): FileResource {
  const file = api.state.fileResources.get(uid)
  if (file?.domain !== 'DATA_VALUE') throw refused(404, `A data value file resource with id ${uid} does not exist.`)
  return file
}

const refused = (status: number, message: string) => new ApiError(status, message, { rendering: 'controller' })

function sizeParameter(call: Call, name: string): number | undefined {
  const value = Number(call.parameter(name))
  return Number.isInteger(value) && value > 0 ? value : undefined
}
