import type { Api } from '../../api.js'
import type { OAuth2Server } from '../../auth/oauth2/oauth2-server.js'
import type { Call } from '../../http/call.js'
import { springJson } from './spring-reply.js'

const CLIENT_METHODS = ['client_secret_basic', 'client_secret_post']

/** What a program reads before it begins: the well-known pages, and the keys that tokens are signed with. */
export function oauth2Metadata(api: Api, server: OAuth2Server): void {
  const open = (path: string) => {
    api.open.add(path)
    api.beforeSignIn.add(path)
    return path
  }
  const metadata = (call: Call) => ({
    issuer: call.base,
    authorization_endpoint: `${call.base}/oauth2/authorize`,
    token_endpoint: `${call.base}/oauth2/token`,
    token_endpoint_auth_methods_supported: CLIENT_METHODS,
    jwks_uri: `${call.base}/oauth2/jwks`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    revocation_endpoint: `${call.base}/oauth2/revoke`,
    revocation_endpoint_auth_methods_supported: CLIENT_METHODS,
    code_challenge_methods_supported: ['S256'],
  })
  api.routes.get(open('/.well-known/oauth-authorization-server'), (call) => springJson(metadata(call)))
  api.routes.get(open('/.well-known/openid-configuration'), (call) =>
    springJson({
      ...metadata(call),
      userinfo_endpoint: `${call.base}/userinfo`,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
    }),
  )
  api.routes.get(open('/oauth2/jwks'), async () => springJson(await server.tokens.key.jwks()))
}
