import type { Api } from '../api.js'
import { authoritiesOf } from '../auth/authorities.js'
import type { Call } from '../http/call.js'
import { json } from '../http/reply.js'
import { findSchema } from '../metadata/schemas.js'
import type { Row } from '../storage/collection.js'

/** `GET /api/me`: the caller's own account. */
export function me(api: Api): void {
  api.routes.get('/api/me', (call) => {
    const fields = call.query.getAll('fields').join(',')
    return json(describeMe(api, call, fields === '' ? '*' : fields))
  })
}

/** The caller as `/api/me` shows it: an account and its authorities. */
function describeMe(api: Api, call: Call, fields: string): Record<string, unknown> {
  const schema = findSchema('users')
  if (schema === undefined) return {}
  const user = call.user
  const account: Row = {
    ...user,
    authorities: [...authoritiesOf(api.state, user)],
    settings: { keyDbLocale: null, keyUiLocale: 'en', keyAnalysisDisplayProperty: 'name' },
    programs: [],
    dataSets: [],
    lastLogin: api.state.timestamp(),
  }
  return api.renderer.object(schema, account, fields, call)
}
