import type { Api } from '../api.js'
import type { Credentials, Refusal } from './accounts.js'
import { readCookies, sessionCookie } from './cookies.js'

/** The session that a sign-in by form begins. */
export interface LoggedIn {
  readonly cookie: string
  /** Where the browser goes on: what it wanted before it had to sign in, else the start page. */
  readonly redirectUrl: string
}

/** Signs in by form, and begins a session in place of the one that the request came with. */
export function logIn(api: Api, request: Request, credentials: Credentials): LoggedIn | { readonly refusal: Refusal } {
  const { accounts, sessions, settings, state, traits } = api
  const found = accounts.check(credentials)
  if ('refusal' in found) return found
  state.signIns.push({ username: found.user.username, scheme: 'login', time: state.timestamp() })
  const before = sessions.find(readCookies(request.headers.get('cookie')).get('JSESSIONID'))
  if (before !== undefined) sessions.end(before.id)
  return {
    cookie: sessionCookie(sessions.begin(found.user.id), traits, settings.contextPath),
    redirectUrl: before?.savedRequest ?? settings.contextPath + traits.afterLogin,
  }
}
