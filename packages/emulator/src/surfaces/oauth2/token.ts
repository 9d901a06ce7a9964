import type { Api } from '../../api.js'
import { OAuth2Error } from '../../auth/oauth2/oauth2-error.js'
import type { OAuth2Server } from '../../auth/oauth2/oauth2-server.js'
import type { Call } from '../../http/call.js'
import type { Reply } from '../../http/reply.js'
import { authenticateClient } from './client-authentication.js'
import { springJson, springReply } from './spring-reply.js'

/** `POST /oauth2/token` and `POST /oauth2/revoke`: what programs ask without a browser. */
export function tokenRoutes(api: Api, server: OAuth2Server): void {
  const route = (path: string, answer: (call: Call, form: URLSearchParams) => Reply | Promise<Reply>) => {
    api.open.add(path)
    api.beforeSignIn.add(path)
    api.withoutCsrfToken.add(path)
    api.routes.post(path, async (call) => {
      try {
        return await answer(call, new URLSearchParams(await call.text()))
      } catch (error) {
        if (error instanceof OAuth2Error) return errorAnswer(error)
        throw error
      }
    })
  }

  route('/oauth2/token', async (call, form) => {
    const client = authenticateClient(server, call.request, form)
    const grantType = required(form, 'grant_type')
    switch (grantType) {
      case 'authorization_code': {
        const given = {
          code: required(form, 'code'),
          redirectUri: form.get('redirect_uri') ?? undefined,
          verifier: form.get('code_verifier') ?? undefined,
        }
        return springJson(await server.exchange(client, given, call.base))
      }
      case 'refresh_token': {
        const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
        const refreshToken = required(form, 'refresh_token')
        return springJson(await server.refresh(client, { refreshToken, scopes }, call.base))
      }
      default:
        throw new OAuth2Error('unsupported_grant_type', 'grant_type')
    }
  })

  route('/oauth2/revoke', (call, form) => {
    server.revoke(authenticateClient(server, call.request, form), required(form, 'token'))
    return springReply(200, {})
  })
}

/** @throws OAuth2Error `invalid_request` unless the parameter is there once */
function required(form: URLSearchParams, name: string): string {
  const [value = '', ...more] = form.getAll(name)
  if (value === '' || more.length > 0) throw new OAuth2Error('invalid_request', name)
  return value
}

function errorAnswer(error: OAuth2Error): Reply {
  const status = error.code === 'invalid_client' ? 401 : 400
  return springJson({ error: error.code, ...error.details('rfc6749#section-5.2') }, status)
}
