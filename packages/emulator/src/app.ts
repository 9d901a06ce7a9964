import type { Api } from './api.js'
import { type Identity, authenticate, isWrongCredentials, loginRequired } from './auth/authenticate.js'
import { csrfCookie, readCookies, sessionCookie, sessionExpireCookie } from './auth/cookies.js'
import type { Fault } from './faults.js'
import { type Address, readAddress } from './http/addresses.js'
import { Call } from './http/call.js'
import { containerPage, proxyPage } from './http/container-page.js'
import { addCorsHeaders, preflight } from './http/cors.js'
import { applyShallowEtag, etagCovers } from './http/etag.js'
import { Form } from './http/form.js'
import { acceptsJson } from './http/negotiation.js'
import { type Reply, json, reply } from './http/reply.js'
import { addSecurityHeaders } from './http/security-headers.js'
import { ApiError, ContainerError, errorReply, reason } from './http/web-message.js'
import type { RecordedRequest } from './log.js'
import { methodNotAllowed } from './surfaces/metadata.js'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
const ANONYMOUS: Identity = { user: undefined, scheme: 'anonymous', session: 'none' }

/** One request, with what the emulator knows about it beside. */
export interface Exchange {
  readonly request: Request
  /** The request's body, counted and cut by faults. */
  readonly body: ReadableStream<Uint8Array> | null
  readonly fault: Fault | undefined
  readonly entry: RecordedRequest
}

/** The filters and the dispatch that a request passes, in the order of DHIS2's own chain. */
export class App {
  readonly #api: Api

  constructor(api: Api) {
    this.#api = api
  }

  /** Answers a request. Throws only when the connection is lost. */
  async handle(exchange: Exchange): Promise<Reply> {
    const { request } = exchange
    const { traits, settings } = this.#api
    const url = new URL(request.url)
    const address = readAddress(request, url, traits, settings.contextPath)
    if (address === undefined) return finish(containerPage(404), request)
    const early = preflight(request, settings.corsAllowList)
    if (early !== undefined) return early

    let identity = ANONYMOUS
    let wrongCredentials = false
    let answer: Reply
    try {
      if (this.#lacksCsrfToken(request, address.path)) throw new ContainerError(403)
      if (!this.#api.beforeSignIn.has(address.path)) identity = authenticate(request, this.#api)
      Object.assign(exchange.entry, {
        scheme: identity.scheme,
        session: identity.session,
        ...(identity.user !== undefined && { user: identity.user.username }),
      })
      answer =
        identity.user === undefined && !this.#api.open.has(address.path)
          ? loginRequired(request, traits, address.base, settings.contextPath)
          : await this.#dispatch(exchange, url, address, identity)
    } catch (error) {
      wrongCredentials = isWrongCredentials(error)
      answer = this.#errorAnswer(error)
    }
    answer = this.#negotiate(answer, request)
    if (!wrongCredentials) this.#addCookies(answer, request, identity)
    addSecurityHeaders(answer, traits)
    addCorsHeaders(answer, request, settings.corsAllowList)
    const covered = traits.shallowEtag && etagCovers(url.pathname)
    if (covered && request.method === 'GET') applyShallowEtag(answer, request.headers.get('if-none-match'))
    return finish(answer, request, { losesLength: covered && traits.headLosesLength })
  }

  async #dispatch(exchange: Exchange, url: URL, address: Address, identity: Identity): Promise<Reply> {
    const { request, body } = exchange
    const { traits, state, routes, files } = this.#api
    const call = new Call({ request, body, url, traits, user: identity.user, ...address })
    try {
      const type = request.headers.get('content-type') ?? ''
      if (/^multipart\//i.test(type) && !SAFE.has(request.method))
        call.form = await Form.receive(call.chunks(), type, traits, state.blobs)
      if (exchange.fault?.kind === 'never-stored')
        for (const { spooled } of call.form?.files ?? []) files.neverStored.add(spooled)
      const match = routes.match(request.method, address.path)
      if (match.kind === 'unknown') throw new ContainerError(404)
      if (match.kind === 'wrong-method') throw methodNotAllowed(this.#api, request.method)
      if (match.kind === 'options') return match.reply
      call.params = match.params
      return exchange.fault?.kind === 'missing-blob'
        ? await state.withoutBlobs(async () => match.handler(call))
        : await match.handler(call)
    } finally {
      await call.form?.dispose()
    }
  }

  /** @throws the error, unless it is one that DHIS2 answers */
  #errorAnswer(error: unknown): Reply {
    const { traits } = this.#api
    if (error instanceof ApiError) return errorReply(error, traits.adviceContentType)
    if (!(error instanceof ContainerError)) throw error
    const { status, message } = error
    const page = containerPage(status, message === reason(status) ? {} : { message })
    if (error.status === 404 && !traits.shallowEtag)
      page.headers.set('vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers')
    return page
  }

  /** JSON that Accept does not allow: 406 for an answer, 500 for an error that the advice cannot write. */
  #negotiate(answer: Reply, request: Request): Reply {
    if (answer.kind === 'other' || acceptsJson(request.headers.get('accept'))) return answer
    const page = answer.kind === 'json' ? containerPage(406, { uncached: true }) : containerPage(500)
    page.policy = answer.policy
    return page
  }

  #lacksCsrfToken(request: Request, path: string): boolean {
    const { traits, settings, withoutCsrfToken } = this.#api
    if (!settings.csrf || !traits.supportsCsrf || SAFE.has(request.method) || withoutCsrfToken.has(path)) return false
    const token = readCookies(request.headers.get('cookie')).get('XSRF-TOKEN')
    return token === undefined || request.headers.get('x-xsrf-token') !== token
  }

  #addCookies(answer: Reply, request: Request, { user, session }: Identity): void {
    const { traits, settings, sessions, state } = this.#api
    const add = (cookie: string) => answer.headers.append('set-cookie', cookie)
    const { contextPath } = settings
    if (
      !answer.headers.has('set-cookie') &&
      (session === 'new' || (session === 'none' && user === undefined && traits.hasAnonymousSessions))
    )
      add(sessionCookie(sessions.begin(user?.id), traits, contextPath))
    if (user !== undefined && traits.hasSessionExpireCookie) add(sessionExpireCookie(state.now(), contextPath))
    if (settings.csrf && traits.supportsCsrf && !readCookies(request.headers.get('cookie')).has('XSRF-TOKEN'))
      add(csrfCookie(crypto.randomUUID(), contextPath))
  }
}

/** The answer of the faults that answer themselves; undefined for the others. */
export function faultReply(fault: Fault | undefined): Reply | undefined {
  if (fault?.kind !== 'status' && fault?.kind !== 'html') return undefined
  const made =
    fault.kind === 'html'
      ? proxyPage(fault.status)
      : fault.json === undefined
        ? reply(fault.status, { 'content-type': 'text/html;charset=utf-8' }, fault.body ?? '')
        : json(fault.json, { status: fault.status })
  for (const [name, value] of Object.entries(fault.headers ?? {})) made.headers.set(name, value)
  return finish(made)
}

/** The last touches: a length where there is one to tell, no body for HEAD. */
function finish(answer: Reply, request?: Request, options: { losesLength?: boolean } = {}): Reply {
  const { headers, body } = answer
  const bodiless = answer.status === 204 || answer.status === 304
  if (!bodiless && !headers.has('content-length') && (body === undefined || body instanceof Uint8Array))
    headers.set('content-length', String(body?.byteLength ?? 0))
  if (request?.method !== 'HEAD') return answer
  if (options.losesLength) headers.delete('content-length')
  answer.body = undefined
  delete answer.breakAfter
  return answer
}
