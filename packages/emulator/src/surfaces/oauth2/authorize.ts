import type { Api } from '../../api.js'
import { readCookies, sessionCookie } from '../../auth/cookies.js'
import { loginPage } from '../../auth/authenticate.js'
import { OAuth2Error } from '../../auth/oauth2/oauth2-error.js'
import type { OAuth2Server } from '../../auth/oauth2/oauth2-server.js'
import type { Call } from '../../http/call.js'
import type { Reply } from '../../http/reply.js'
import { ContainerError } from '../../http/web-message.js'
import { readAuthorizationRequest } from './authorization-request.js'
import { springReply } from './spring-reply.js'

/**
 * `GET /oauth2/authorize`: a code for a user who is signed in; the login page for everybody else. Beside the session that
 * DHIS2 wants, Basic does it here: a test needs no browser.
 */
export function authorizeRoutes(api: Api, server: OAuth2Server): void {
  api.open.add('/oauth2/authorize')
  api.routes.get('/oauth2/authorize', (call) => {
    const checked = read(server, call.query)
    if ('error' in checked) {
      const { error, section, redirectUri, state } = checked
      return redirect(redirectUri, { error: error.code, ...error.details(section), state })
    }
    const { caller } = call
    if (caller === undefined) return toLoginPage(api, call)
    const { request, redirectUri } = checked
    return redirect(redirectUri, { code: server.codes.issue(request, caller), state: request.state })
  })
}

/** @throws ContainerError 400, which the user sees: the program cannot be told */
function read(...given: Parameters<typeof readAuthorizationRequest>): ReturnType<typeof readAuthorizationRequest> {
  try {
    return readAuthorizationRequest(...given)
  } catch (error) {
    throw error instanceof OAuth2Error ? new ContainerError(400, error.message) : error
  }
}

/** Sends a browser to sign in. A session remembers where it wanted to go. */
function toLoginPage(api: Api, call: Call): Reply {
  const { sessions, settings, traits } = api
  const answer = springReply(302, { location: loginPage(traits, call.base, settings.contextPath) })
  const before = sessions.find(readCookies(call.request.headers.get('cookie')).get('JSESSIONID'))
  if (before !== undefined) sessions.end(before.id)
  const session = sessions.begin(undefined, call.url.pathname + call.url.search)
  answer.headers.append('set-cookie', sessionCookie(session, traits, settings.contextPath))
  return answer
}

/** Sends a browser back to the program. */
function redirect(uri: string, parameters: Readonly<Record<string, string | undefined>>): Reply {
  const query = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encode(value)}`],
  )
  return springReply(302, { location: `${uri}${uri.includes('?') ? '&' : '?'}${query.join('&')}` })
}

/** Percent-encodes all but unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
}
