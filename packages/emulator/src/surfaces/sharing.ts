import type { Api } from '../api.js'
import type { Call } from '../http/call.js'
import { json } from '../http/reply.js'
import { badRequest, forbidden, messageReply, objectNotFound } from '../http/web-message.js'
import { sharingOf } from '../metadata/access.js'
import { displayName, idOf } from '../metadata/render.js'
import type { Schema } from '../metadata/schemas.js'
import type { Row } from '../storage/collection.js'
import { schemaBySingular } from './metadata.js'

/** One grant as `/api/sharing` lists it. */
interface Grant {
  id: string
  access: string
}

/** `/api/sharing?type=document&id=…`: the older way to read and set an object's sharing. */
export function sharing(api: Api): void {
  api.routes.get('/api/sharing', (call) => {
    const [schema, row] = target(api, call)
    const { public: access, users, userGroups } = sharingOf(row)
    const named = (grants: Record<string, Grant>, type: string) =>
      Object.entries(grants).map(([id, grant]) => {
        const holder = api.state.collection(type).get(id)
        const name = holder === undefined ? undefined : displayName(holder)
        return { id, name, displayName: name, access: grant.access }
      })
    const owner = api.state.users.get(idOf(row['createdBy']) ?? '')
    const { hasExternalSharing } = api.traits
    return json(
      {
        meta: {
          allowPublicAccess: api.access.canMakePublic(call.user, schema),
          ...(hasExternalSharing && { allowExternalAccess: true }),
        },
        object: {
          id: row.id,
          name: displayName(row),
          displayName: displayName(row),
          publicAccess: access ?? '--------',
          ...(hasExternalSharing && { externalAccess: false }),
          ...(owner !== undefined && { user: { id: owner.id, name: displayName(owner) } }),
          userGroupAccesses: named(userGroups, 'userGroups'),
          userAccesses: named(users, 'users'),
        },
      },
      { headers: { 'cache-control': 'no-cache' } },
    )
  })

  const set = async (call: Call) => {
    const [schema, row] = target(api, call)
    if (!api.access.canWrite(call.user, schema, row))
      throw forbidden("You don't have the proper permissions to manage access to this object.")
    const { object = {} } = ((await call.json()) ?? {}) as { object?: Record<string, unknown> }
    const grants = (list: unknown) =>
      Object.fromEntries(((list as Grant[] | undefined) ?? []).map(({ id, access }) => [id, { id, access }]))
    const owner = idOf(object['user']) ?? sharingOf(row).owner
    row['sharing'] = {
      ...(owner !== undefined && { owner }),
      public: object['publicAccess'] ?? '--------',
      users: grants(object['userAccesses']),
      userGroups: grants(object['userGroupAccesses']),
    }
    return messageReply(200, { message: 'Access control set' })
  }
  api.routes.post('/api/sharing', set)
  api.routes.put('/api/sharing', set)
}

function target(api: Api, call: Call): [Schema, Row] {
  const type = call.parameter('type') ?? ''
  const schema = schemaBySingular(type)
  if (schema === undefined || !schema.shareable) throw badRequest(`Type ${type} is not supported.`)
  const uid = call.parameter('id') ?? ''
  const row = api.state.collection(schema.plural).get(uid)
  if (row === undefined || !api.access.canRead(call.user, schema, row)) throw objectNotFound(schema.name, uid)
  return [schema, row]
}
