import type { Api } from '../api.js'
import { hasAnyAuthority } from '../auth/authorities.js'
import type { Call } from '../http/call.js'
import { NO_CACHE_PRIVATE, type Reply, json } from '../http/reply.js'
import { ApiError, ContainerError, forbidden, objectNotFound, uncoded, webMessage } from '../http/web-message.js'
import { VARIANTS } from '../images.js'
import { findSchema } from '../metadata/schemas.js'
import { UID_RULE, isUid } from '../metadata/validation.js'
import type { FileResource } from '../state.js'
import type { Row } from '../storage/collection.js'
import { fileReply, missingBlobReply } from './file-reply.js'
import { qualifiesForVariants } from './file-storage.js'

const DIMENSIONS = ['SMALL', 'MEDIUM', 'LARGE', 'ORIGINAL']
/** Domains whose bytes this surface never serves. */
const CLOSED_DOMAINS = new Set(['DATA_VALUE', 'PUSH_ANALYSIS'])

/** `/api/fileResources`: upload, metadata, bytes, owners (WIRE.md 1). */
export function fileResources(api: Api): void {
  const { routes } = api
  const schema = findSchema('fileResources')
  if (schema === undefined) return

  routes.post('/api/fileResources', async (call) => {
    const file = requireFilePart(call)
    const domain = enumParameter(call, 'domain', api.traits.fileDomains) ?? 'DATA_VALUE'
    const uid = call.parameter('uid')
    if (uid !== undefined && api.traits.checksUploadUid && !isUid(uid))
      throw uncoded(400, `Value '${uid}' is not valid for parameter uid. ${UID_RULE}${uid}`)
    api.files.checkReceivedSize(file)
    const row = await api.files.save(file, { domain, uid, user: call.user })
    return uploadReply(api, row)
  })

  routes.get('/api/fileResources', (call) => {
    if (/^text\/csv/i.test(call.request.headers.get('accept') ?? ''))
      throw new ApiError(404, 'Not a metadata object type: FileResource', { rendering: 'controller' })
    return api.lists.reply(schema, call.url, call)
  })
  routes.get('/api/fileResources/owners', (call) => {
    const key = call.parameter('storageKey')
    if (key === undefined) throw new ContainerError(400)
    return json(ownersOf(api, key))
  })

  routes.get('/api/fileResources/:uid', (call) => {
    const file = findFile(api, call)
    if (call.query.has('fields')) {
      const fields = call.query.getAll('fields').join(',')
      return json(api.renderer.object(schema, file, fields, call), { headers: { 'cache-control': NO_CACHE_PRIVATE } })
    }
    dimensionParameter(call)
    return json(describeFile(api, file, { status: api.state.storageStatus(file) }))
  })

  routes.get('/api/fileResources/:uid/data', (call) => {
    try {
      return data(api, call)
    } catch (error) {
      if (error instanceof ApiError && api.traits.fileErrorsKeepFilePolicy) error.policy = 'file-error'
      throw error
    }
  })

  routes.get('/api/fileResources/:uid/:property', (call) => {
    const file = findFile(api, call)
    const property = call.param('property')
    return json(api.renderer.object(schema, file, property, call), { headers: { 'cache-control': NO_CACHE_PRIVATE } })
  })
}

function data(api: Api, call: Call): Reply {
  const file = findFile(api, call)
  const dimension = dimensionParameter(call)
  if (!mayRead(api, call, file)) throw forbidden(api.traits.fileForbidden(file.id))
  const sized = qualifiesForVariants(file.domain, file.contentType) && api.renderer.hasVariants(file)
  const variant = sized && dimension.toLowerCase() in VARIANTS ? dimension.toLowerCase() : ''
  const blob = api.state.blob(file, variant)
  return blob === undefined ? missingBlobReply(file, api.traits) : fileReply(file, blob)
}

function mayRead(api: Api, call: Call, file: FileResource): boolean {
  if (CLOSED_DOMAINS.has(file.domain)) return false
  if (file.domain !== 'USER_AVATAR') return true
  const own = (call.user['avatar'] as { id?: string } | undefined)?.id === file.id
  return own || hasAnyAuthority(api.state, call.user, ['F_USER_VIEW'])
}

/**
 * The file part named `file`.
 *
 * @throws ApiError 500 when the body is not multipart, ContainerError 400 when the part is missing
 */
function requireFilePart(call: Call): NonNullable<ReturnType<NonNullable<Call['form']>['file']>> {
  if (call.form === undefined) throw uncoded(500, 'Current request is not a multipart request')
  const file = call.form.file('file')
  if (file === undefined) throw new ContainerError(400)
  return file
}

/** The 202 of an upload. Its members are those of the row before it was read back: `PENDING`, with owner and public. */
function uploadReply(api: Api, file: FileResource): Reply {
  const fileResource = describeFile(api, file, { status: 'PENDING', fresh: true })
  return json(webMessage(202, { response: { responseType: 'FileResource', fileResource } }), { status: 202 })
}

/**
 * A file resource as the plain mapper writes it. `fresh`: as it is in the answer to its upload, with a sharing that is never
 * kept, and before the flag of its sizes is set where that comes later.
 */
export function describeFile(
  api: Api,
  file: FileResource,
  options: { status: string; fresh?: boolean },
): Record<string, unknown> {
  const { renderer, traits } = api
  const user = renderer.userReference(file['createdBy'], true)
  const sharing = renderer.sharing({ id: file.id })
  if (options.fresh) Object.assign(sharing, { owner: (file['createdBy'] as Row).id, public: '--------' })
  return {
    id: file.id,
    name: file.name,
    displayName: file.name,
    created: file['created'],
    lastUpdated: file['lastUpdated'],
    createdBy: user,
    lastUpdatedBy: renderer.userReference(file['lastUpdatedBy'], true),
    user,
    sharing,
    translations: [],
    attributeValues: [],
    ...(traits.hasFavorites && { favorites: [], favorite: false }),
    contentType: file.contentType,
    contentLength: file.contentLength,
    contentMd5: file.contentMd5,
    domain: file.domain,
    assigned: file.assigned,
    storageStatus: options.status,
    hasMultipleStorageFiles: options.fresh ? file.hasVariants && traits.variantFlagAtOnce : renderer.hasVariants(file),
  }
}

/**
 * The file resource of the route's `:uid`.
 *
 * @throws ApiError 404; 400 for a malformed uid from 2.43 on
 */
function findFile(api: Api, call: Call): FileResource {
  const uid = call.param('uid')
  checkPathUid(api, uid)
  const file = api.state.fileResources.get(uid)
  if (file === undefined) throw objectNotFound('FileResource', uid)
  return file
}

/** @throws ApiError 400 for a malformed uid in the path, where the version looks at that */
export function checkPathUid(api: Api, uid: string, parameter = 'uid'): void {
  if (api.traits.checksPathUid && !isUid(uid))
    throw uncoded(400, `Value '${uid}' is not valid for path parameter ${parameter}. ${UID_RULE}${uid}`)
}

/** An enum parameter in any case; undefined when it is missing. @throws ApiError 400 */
export function enumParameter(call: Call, name: string, values: readonly string[]): string | undefined {
  const given = call.parameter(name)
  if (given === undefined) return undefined
  const found = values.find((value) => value === given.toUpperCase())
  if (found === undefined)
    throw uncoded(400, `Value '${given}' is not valid for parameter ${name}. Valid values are: [${values.join(', ')}]`)
  return found
}

/** `dimension`, `ORIGINAL` when it is missing. @throws ApiError 400 */
export function dimensionParameter(call: Call): string {
  return enumParameter(call, 'dimension', DIMENSIONS) ?? 'ORIGINAL'
}

/** Who uses the blob of a storage key (WIRE.md 1.11). */
function ownersOf(api: Api, storageKey: string): object[] {
  const file = api.state.fileResources.find((row) => row.storageKey === storageKey)
  if (file === undefined) return []
  const { domain } = file
  const ids = (type: string, matches: (row: Row) => boolean) =>
    api.state
      .collection(type)
      .filter(matches)
      .map(({ id }) => ({ domain, id }))
  const refersTo = (member: string) => (row: Row) => (row[member] as Row | undefined)?.id === file.id
  switch (domain) {
    case 'DOCUMENT':
      return ids('documents', (row) => row['external'] === false && row['url'] === file.id)
    case 'ORG_UNIT':
      return ids('organisationUnits', refersTo('image'))
    case 'USER_AVATAR':
      return ids('users', refersTo('avatar'))
    case 'JOB_DATA':
      return [{ domain, id: file.id }]
    default:
      return api.files.owners.get(domain)?.(file) ?? []
  }
}
