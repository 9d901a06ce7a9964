import type { Api } from '../api.js'
import { endedSessionCookie, readCookies } from '../auth/cookies.js'
import type { Call } from '../http/call.js'
import { empty } from '../http/reply.js'

const PATH = '/dhis-web-commons-security/logout.action'

/** Ends a session. Where CSRF tokens are asked for, a link does not do it. */
export function logout(api: Api): void {
  const { routes, sessions, settings, traits } = api
  api.open.add(PATH)
  api.beforeSignIn.add(PATH)
  const end = (call: Call) => {
    const id = readCookies(call.request.headers.get('cookie')).get('JSESSIONID')
    if (id !== undefined) sessions.end(id)
    const answer = empty(302, { location: `${call.base}/` })
    answer.headers.append('set-cookie', endedSessionCookie(settings.contextPath))
    return answer
  }
  routes.post(PATH, end)
  if (!(settings.csrf && traits.supportsCsrf)) routes.get(PATH, end)
}
