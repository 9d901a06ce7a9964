import type { Api } from '../../api.js'
import { loginAddress } from '../../auth/authenticate.js'
import { readCookies, sessionCookie } from '../../auth/cookies.js'
import { OAuth2Error } from '../../auth/oauth2/oauth2-error.js'
import type { OAuth2Server } from '../../auth/oauth2/oauth2-server.js'
import type { Call } from '../../http/call.js'
import type { Reply } from '../../http/reply.js'
import { ContainerError } from '../../http/web-message.js'
import { SECTION, readAuthorizationRequest } from './authorization-request.js'
import { consentPage } from './consent-page.js'
import { springPage, springReply } from './spring-reply.js'

const PATH = '/oauth2/authorize'

/**
 * `/oauth2/authorize`: a code for a user who is signed in, and has agreed where the client wants that; the login page for
 * everybody else. Beside the session that DHIS2 wants, Basic does it here: a test needs no browser.
 */
export function authorizeRoutes(api: Api, server: OAuth2Server): void {
  api.open.add(PATH)
  api.withoutCsrfToken.add(PATH)
  api.routes.get(PATH, (call) => shown(() => request(api, server, call)))
  api.routes.post(PATH, async (call) => {
    const form = new URLSearchParams(await call.text())
    return shown(() => answer(server, call, form))
  })
}

/** What a program asks for. */
function request(api: Api, server: OAuth2Server, call: Call): Reply {
  const checked = readAuthorizationRequest(server, call.query)
  if ('error' in checked) return refusal(checked.redirectUri, checked)
  const { caller } = call
  if (caller === undefined) return toLoginPage(api, call)
  const { client, redirectUri, request } = checked
  const missing = server.consents.missing(client, caller, request.scopes)
  if (missing.length > 0) {
    const { username } = caller
    const state = server.consents.ask({ request, redirectUri, userId: caller.id })
    const action = api.settings.contextPath + PATH
    return springPage(consentPage({ action, clientId: client.id, username, state, scopes: missing }))
  }
  return redirect(redirectUri, { code: server.codes.issue(request, caller), state: request.state })
}

/**
 * What the user says on the consent page: the scopes that are ticked. None of them is a no.
 *
 * @throws OAuth2Error for an answer to a question that nobody asked this user
 */
function answer(server: OAuth2Server, call: Call, form: URLSearchParams): Reply {
  const { caller } = call
  const question = caller && server.consents.take(form.get('state') ?? '', caller)
  if (caller === undefined || question === undefined) throw new OAuth2Error('invalid_request', 'state')
  const { request, redirectUri } = question
  const { clientId, scopes, state } = request
  if (clientId !== form.get('client_id')) throw new OAuth2Error('invalid_request', 'client_id')
  const ticked = form.getAll('scope')
  if (!ticked.every((scope) => scopes.includes(scope)))
    return refusal(redirectUri, { error: new OAuth2Error('invalid_scope', 'scope'), section: SECTION, state })
  const before = server.consents.granted(clientId, caller)
  const granted = scopes.filter((scope) => ticked.includes(scope) || before.includes(scope))
  if (granted.length === 0)
    return refusal(redirectUri, { error: new OAuth2Error('access_denied', 'client_id'), section: SECTION, state })
  server.consents.grant(clientId, caller, granted)
  const allowed = scopes.filter((scope) => scope === 'openid' || granted.includes(scope))
  return redirect(redirectUri, { code: server.codes.issue({ ...request, scopes: allowed }, caller), state })
}

/** @throws ContainerError 400 for what the user is shown, because the program cannot be told */
function shown(act: () => Reply): Reply {
  try {
    return act()
  } catch (error) {
    throw error instanceof OAuth2Error ? new ContainerError(400, error.message) : error
  }
}

/** Sends a browser to sign in. A session remembers where it wanted to go. */
function toLoginPage(api: Api, call: Call): Reply {
  const { sessions, settings, traits } = api
  const sent = springReply(302, { location: loginAddress(traits, call.base, settings.contextPath) })
  const before = sessions.find(readCookies(call.request.headers.get('cookie')).get('JSESSIONID'))
  if (before !== undefined) sessions.end(before.id)
  const session = sessions.begin(undefined, call.url.pathname + call.url.search)
  sent.headers.append('set-cookie', sessionCookie(session, traits, settings.contextPath))
  return sent
}

function refusal(uri: string, refused: { error: OAuth2Error; section: string; state: string | undefined }): Reply {
  const { error, section, state } = refused
  return redirect(uri, { error: error.code, ...error.details(section), state })
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
