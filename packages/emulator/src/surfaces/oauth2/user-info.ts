import type { Api } from '../../api.js'
import { bearerChallenge } from '../../auth/oauth2/access-tokens.js'
import type { OAuth2Server } from '../../auth/oauth2/oauth2-server.js'
import type { Call } from '../../http/call.js'
import { springJson, springReply } from './spring-reply.js'

/** `/userinfo`: who an access token stands for, as OpenID Connect says it. */
export function userInfo(api: Api, server: OAuth2Server): void {
  api.open.add('/userinfo')
  api.beforeSignIn.add('/userinfo')
  api.withoutCsrfToken.add('/userinfo')
  const answer = (call: Call) => {
    const [, token] = /^bearer\s+(\S+)$/i.exec(call.request.headers.get('authorization') ?? '') ?? []
    if (token === undefined) return springReply(401, { 'www-authenticate': 'Bearer' })
    const read = server.tokens.claimsOf(token)
    if ('problem' in read) return springReply(401, { 'www-authenticate': bearerChallenge(read.problem) })
    const { sub, scope, email } = read.claims
    if (!Array.isArray(scope) || !scope.includes('openid')) return springJson({ error: 'insufficient_scope' }, 403)
    return springJson({ sub, ...(email !== undefined && { email }) })
  }
  api.routes.get('/userinfo', answer)
  api.routes.post('/userinfo', answer)
}
