import type { Api } from '../api.js'
import type { Call } from '../http/call.js'
import { empty, json } from '../http/reply.js'
import { conflict } from '../http/web-message.js'
import { idOf } from '../metadata/render.js'
import { findSchema } from '../metadata/schemas.js'
import type { Row } from '../storage/collection.js'
import { credentialsOf } from './whole-user.js'

/** Members of their own account that users may change; what is left out stays. */
const OWN_MEMBERS = (
  'firstName surname email phoneNumber introduction jobTitle gender birthday nationality employer education interests ' +
  'languages whatsApp facebookMessenger skype telegram twitter'
).split(' ')

/** `PUT /api/me`, `DELETE /api/me/avatar`, and the avatar of any user (WIRE.md 5.3). */
export function avatars(api: Api): void {
  const { routes, state } = api
  api.importer.hooks.set('users', {
    saved: (row, previous) => exchangeFile(api, idOf(previous?.['avatar']), idOf(row['avatar'])),
    deleted: (row) => exchangeFile(api, idOf(row['avatar']), undefined),
  })

  routes.put('/api/me', async (call) => {
    const sent = ((await call.json()) ?? {}) as Record<string, unknown>
    const { user } = call
    const avatar = idOf(sent['avatar'])
    if (avatar !== undefined) {
      const file = state.fileResources.get(avatar)
      if (file === undefined) throw conflict('File does not exist')
      if (idOf(file['createdBy']) !== user.id) throw conflict('Not the owner of the file')
    }
    for (const name of OWN_MEMBERS) {
      const value = sent[name]
      if (value !== undefined && value !== null && value !== '') user[name] = value
    }
    if (avatar !== undefined) {
      exchangeFile(api, idOf(user['avatar']), avatar)
      user['avatar'] = { id: avatar }
    }
    user['lastUpdated'] = state.timestamp()
    return json(describeAccount(api, call))
  })

  routes.delete('/api/me/avatar', (call) => {
    exchangeFile(api, idOf(call.user['avatar']), undefined)
    delete call.user['avatar']
    return empty(204)
  })
}

/** The caller's account after a change: without what `GET /api/me` adds to it. */
function describeAccount(api: Api, call: Call): Record<string, unknown> {
  const schema = findSchema('users')
  if (schema === undefined) return {}
  const { hasUserCredentials } = api.traits
  const account: Row = {
    ...call.user,
    lastLogin: api.state.timestamp(),
    ...(hasUserCredentials && { twoFactorEnabled: false, userCredentials: credentialsOf(api, call.user) }),
  }
  if (hasUserCredentials) delete account['emailVerified']
  const fields = call.query.getAll('fields').join(',')
  return api.renderer.object(schema, account, fields === '' ? '*,!href' : fields, call)
}

/** Un-assigns the file that goes and assigns the one that comes. */
export function exchangeFile({ state }: Pick<Api, 'state'>, before: string | undefined, now: string | undefined): void {
  if (before === now) return
  const lastUpdated = state.timestamp()
  if (before !== undefined) state.fileResources.update(before, { assigned: false, lastUpdated })
  if (now !== undefined) state.fileResources.update(now, { assigned: true, lastUpdated })
}
