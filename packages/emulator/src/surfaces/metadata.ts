import type { Api } from '../api.js'
import { isSuperuser } from '../auth/authorities.js'
import type { Call } from '../http/call.js'
import { NO_CACHE_PRIVATE, type Reply, empty, json } from '../http/reply.js'
import { type ApiError, badRequest, forbidden, objectNotFound, reportReply, uncoded } from '../http/web-message.js'
import type { ImportOptions, ImportStrategy } from '../metadata/import.js'
import { readObject } from '../metadata/json-types.js'
import { PatchError, type PatchOperation, applyPatch } from '../metadata/json-patch.js'
import { type ImportReport, ONE_OR_MORE_ERRORS } from '../metadata/reports.js'
import { type Schema, allSchemas, findSchema } from '../metadata/schemas.js'
import type { Row } from '../storage/collection.js'
import { checkPathUid, enumParameter } from './file-resources.js'

const STRATEGIES: readonly ImportStrategy[] = ['CREATE', 'UPDATE', 'CREATE_AND_UPDATE', 'DELETE']
const CANNOT_CREATE = "You don't have the proper permissions to create this object."
const CANNOT_UPDATE = "You don't have the proper permissions to update this object."
/** Types whose writing routes are their own surface's. */
const OWN_ROUTES = new Set(['fileResources', 'apiToken'])

/** `POST /api/metadata`, and the routes that every type of object has. Register it after the surfaces that refine them. */
export function metadata(api: Api): void {
  api.routes.post('/api/metadata', (call) => importMetadata(api, call))
  for (const schema of allSchemas().values()) {
    const path = `/api/${schema.plural}`
    api.routes.get(path, (call) => api.lists.reply(schema, call.url, call))
    api.routes.get(`${path}/:uid`, (call) => getObject(api, schema, call))
    if (!OWN_ROUTES.has(schema.plural)) {
      api.routes.post(path, (call) => createObject(api, schema, call))
      api.routes.put(`${path}/:uid`, (call) => putObject(api, schema, call))
      api.routes.patch(`${path}/:uid`, (call) => patchObject(api, schema, call))
      api.routes.delete(`${path}/:uid`, (call) => deleteObject(api, schema, call))
      api.routes.put(`${path}/:uid/sharing`, (call) => putMember(api, schema, call, 'sharing'))
      api.routes.put(`${path}/:uid/translations`, (call) => putMember(api, schema, call, 'translations'))
    }
    api.routes.get(`${path}/:uid/:property`, (call) => {
      const shown = api.renderer.object(schema, findObject(api, schema, call), call.param('property'), call)
      return json(shown, { headers: { 'cache-control': NO_CACHE_PRIVATE } })
    })
  }
}

async function importMetadata(api: Api, call: Call): Promise<Reply> {
  const strategy = enumParameter(call, 'importStrategy', STRATEGIES) ?? 'CREATE_AND_UPDATE'
  const atomicMode = enumParameter(call, 'atomicMode', ['ALL', 'NONE', 'OBJECT']) === 'NONE' ? 'NONE' : 'ALL'
  const payload = await call.json()
  const objects = typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : {}
  const report = api.importer.run(objects, {
    ...importOptions(call),
    strategy: strategy as ImportStrategy,
    atomicMode,
  })
  const response = { responseType: 'ImportReport', ...report }
  if (report.status === 'OK') return reportReply(200, { response })
  return reportReply(409, { status: 'WARNING', message: ONE_OR_MORE_ERRORS, response })
}

function importOptions(call: Call): Omit<ImportOptions, 'strategy'> {
  return {
    atomicMode: 'ALL',
    skipValidation: call.parameter('skipValidation') === 'true',
    skipSharing: call.parameter('skipSharing') === 'true',
    validateOnly: call.parameter('importMode')?.toUpperCase() === 'VALIDATE',
    user: call.user,
  }
}

function getObject(api: Api, schema: Schema, call: Call): Reply {
  const uid = call.param('uid')
  // from 2.42 on the route of an item wants a uid's shape; what has another one meets the routes that change items
  if (api.traits.itemRouteWantsUid && !/^[a-zA-Z0-9]{11}$/.test(uid)) throw methodNotAllowed(api, call.method)
  checkPathUid(api, uid)
  const row = findObject(api, schema, call)
  const fields = call.query.getAll('fields').join(',')
  return json(api.renderer.object(schema, row, fields === '' ? '*' : fields, call), {
    headers: { 'cache-control': NO_CACHE_PRIVATE },
  })
}

async function createObject(api: Api, schema: Schema, call: Call): Promise<Reply> {
  const payload = await call.json()
  // its types are read before anybody's rights
  readObject(schema, payload, api.traits)
  if (!api.access.canCreate(call.user, schema)) throw forbidden(CANNOT_CREATE)
  const uid = (payload as Row).id || api.state.newUid()
  const options = { ...importOptions(call), strategy: 'CREATE' as const }
  const report = api.importer.run({ [schema.plural]: [{ ...(payload as Row), id: uid }] }, options)
  const made = objectReply(schema, uid, report, isUnvalidated(api, options))
  if (report.status === 'OK') made.headers.set('location', `${call.apiBase}/${schema.plural}/${uid}`)
  return made
}

async function putObject(api: Api, schema: Schema, call: Call): Promise<Reply> {
  call.requireType('application/json')
  const row = findWritable(api, schema, call)
  const payload = await call.json()
  readObject(schema, payload, api.traits)
  return update(api, schema, call, row, payload as Row)
}

async function patchObject(api: Api, schema: Schema, call: Call): Promise<Reply> {
  call.requireType('application/json-patch+json')
  const row = findWritable(api, schema, call)
  const operations = (await call.json('application/json-patch+json')) as PatchOperation[]
  for (const { path } of operations) {
    const [, first = ''] = path.split('/')
    if (!schema.open && !(first in schema.properties)) throw badRequest(`Property ${first} does not exist on Schema`)
  }
  const shown = structuredClone(row)
  for (const hidden of schema.hidden) delete shown[hidden]
  try {
    return update(api, schema, call, row, applyPatch(shown, operations) as Row)
  } catch (error) {
    if (error instanceof PatchError) throw badRequest(error.message)
    throw error
  }
}

function update(api: Api, schema: Schema, call: Call, row: Row, payload: Row): Reply {
  const options = { ...importOptions(call), strategy: 'UPDATE' as const }
  const report = api.importer.run({ [schema.plural]: [{ ...payload, id: row.id }] }, options)
  return objectReply(schema, row.id, report, isUnvalidated(api, options))
}

/** Without validation there is no report of the object; only a super user can ask for that. */
function isUnvalidated(api: Api, { skipValidation, user }: Pick<ImportOptions, 'skipValidation' | 'user'>): boolean {
  return skipValidation && isSuperuser(api.state, user)
}

/** An object report in its envelope; without validation there is none to report. */
function objectReply(schema: Schema, uid: string, report: ImportReport, unvalidated: boolean): Reply {
  const [type] = report.typeReports
  const errorReports = type?.objectReports[0]?.errorReports ?? []
  const response = { responseType: 'ObjectReport', klass: schema.klass, uid, errorReports }
  if (errorReports.length > 0) return reportReply(409, { message: ONE_OR_MORE_ERRORS, response })
  const status = type?.stats.created === 1 ? 201 : 200
  return unvalidated ? reportReply(status, {}) : reportReply(status, { response })
}

/** Whatever goes wrong, the answer is the same 409 with an empty report (WIRE.md 2.6). */
function deleteObject(api: Api, schema: Schema, call: Call): Reply {
  const row = findObject(api, schema, call)
  const response = { responseType: 'ObjectReport', klass: schema.klass, uid: row.id, errorReports: [] }
  if (!api.access.canDelete(call.user, schema, row))
    return reportReply(409, { status: 'WARNING', message: ONE_OR_MORE_ERRORS, response })
  api.importer.remove(schema, row.id, true)
  return reportReply(200, { response })
}

/** Members that are written past the importer: nothing else of the object changes, no hook runs. */
async function putMember(api: Api, schema: Schema, call: Call, member: 'sharing' | 'translations'): Promise<Reply> {
  const payload = (await call.json()) as Record<string, unknown>
  const row = findWritable(api, schema, call)
  if (member === 'translations') row['translations'] = payload['translations'] ?? []
  else {
    // what the body leaves out is gone, the owner too (WIRE.md 2.2)
    const { owner, public: access, users, userGroups } = payload
    row['sharing'] = {
      ...(typeof owner === 'string' && { owner }),
      public: access ?? '--------',
      users: users ?? {},
      userGroups: userGroups ?? {},
    }
  }
  return empty(204)
}

/**
 * The object of the route's `:uid`, if the caller may read it.
 *
 * @throws ApiError 404
 */
function findObject(api: Api, schema: Schema, call: Call): Row {
  const uid = call.param('uid')
  checkPathUid(api, uid)
  const row = api.state.collection(schema.plural).get(uid)
  if (row === undefined || !api.access.canRead(call.user, schema, row)) throw objectNotFound(schema.name, uid)
  return row
}

/** @throws ApiError 404, or 403 when the caller may not change it */
function findWritable(api: Api, schema: Schema, call: Call): Row {
  const row = findObject(api, schema, call)
  if (!api.access.canWrite(call.user, schema, row)) throw forbidden(CANNOT_UPDATE)
  return row
}

/** 405 as the advice words it. */
export function methodNotAllowed(api: Pick<Api, 'traits'>, method: string): ApiError {
  return uncoded(405, `Request method '${method}' ${api.traits.unsupported}`)
}

/** The type of a singular name: `document` to documents. */
export function schemaBySingular(type: string): Schema | undefined {
  for (const schema of allSchemas().values()) if (schema.name.toLowerCase() === type.toLowerCase()) return schema
  return findSchema(type)
}
