import type { Api } from '../api.js'
import { isSuperuser } from '../auth/authorities.js'
import { generateToken, hashToken } from '../auth/tokens.js'
import { json } from '../http/reply.js'
import { forbidden, objectNotFound, webMessage } from '../http/web-message.js'

/** How long a token lives unless it says so itself (milliseconds). */
const LIFETIME = 30 * 24 * 3600 * 1000

/** `/api/apiToken`: personal access tokens. The key is in the answer to the POST and nowhere else. */
export function apiTokens(api: Api): void {
  const { state } = api

  api.routes.post('/api/apiToken', async (call) => {
    const body = ((await call.json()) ?? {}) as Record<string, unknown>
    const version = body['type'] === 'PERSONAL_ACCESS_TOKEN_V1' || body['version'] === 1 ? 1 : 2
    const key = generateToken(version === 1 ? 'd2pat' : 'd2p')
    const now = state.timestamp()
    const token = state.collection('apiToken').put({
      id: state.newUid(),
      ...(typeof body['code'] === 'string' && { code: body['code'] }),
      name: body['name'],
      created: now,
      lastUpdated: now,
      createdBy: { id: call.user.id },
      lastUpdatedBy: { id: call.user.id },
      version,
      type: `PERSONAL_ACCESS_TOKEN_V${version}`,
      expire: typeof body['expire'] === 'number' ? body['expire'] : state.now().getTime() + LIFETIME,
      attributes: Array.isArray(body['attributes']) ? body['attributes'] : [],
      sharing: { owner: call.user.id, public: '--------', users: {}, userGroups: {} },
      keyHash: hashToken(key),
    })
    return json(
      webMessage(201, {
        response: {
          responseType: 'ApiTokenCreationResponse',
          key,
          uid: token.id,
          tokenType: token['type'],
          klass: 'org.hisp.dhis.security.apikey.ApiToken',
          errorReports: [],
        },
      }),
      { status: 201, headers: { location: `${call.apiBase}/apiToken/${token.id}` } },
    )
  })

  api.routes.delete('/api/apiToken/:uid', (call) => {
    const token = state.collection('apiToken').get(call.param('uid'))
    if (token === undefined) throw objectNotFound('ApiToken', call.param('uid'))
    const own = (token['createdBy'] as { id: string }).id === call.user.id
    if (!own && !isSuperuser(state, call.user))
      throw forbidden("You don't have the proper permissions to delete this object.")
    state.collection('apiToken').delete(token.id)
    return json(
      webMessage(200, {
        response: {
          responseType: 'ObjectReport',
          klass: 'org.hisp.dhis.security.apikey.ApiToken',
          uid: token.id,
          errorReports: [],
        },
      }),
    )
  })
}
