import { parseBaseUrl } from './base-url.js'
import { Dhis2Error } from './errors.js'
import { FilesAccessor } from './files/accessor.js'
import { toResponse } from './http/answer.js'
import { Authenticator } from './http/auth.js'
import { type Call, createCall, type QueryValue, type RequestOptions } from './http/call.js'
import { type Clock, systemClock } from './http/clock.js'
import { type Auth, credentialsOf } from './http/credentials.js'
import { isSafe } from './http/request-line.js'
import type { RetryOptions } from './http/retry.js'
import type { Timeouts } from './http/timeouts.js'
import type { Logger, Method, Middleware, RequestBody, Send, Transport } from './http/transport.js'
import type { Platform, PlatformTransport } from './platform.js'
import { type ServerFacts, SYSTEM_INFO, SystemAccessor } from './system.js'
import { parseVersion } from './versions.js'

/** What a client is made of. Only `baseUrl` and `auth` are required. */
export interface Dhis2ClientOptions {
  /** The root of the DHIS2, with its context path; a slash, `/api` or `/api/43` at its end is understood. Holds no credentials. */
  readonly baseUrl: string | URL
  /** Who signs in, and how. Goes to the origin of `baseUrl` only. */
  readonly auth: Auth
  /** The server's version, such as `2.43.1`. Default: asked once. */
  readonly version?: string | undefined
  /** Repeats of every request; `false` sends each once. */
  readonly retry?: RetryOptions | false | undefined
  /** The clocks of every request. */
  readonly timeouts?: Timeouts | undefined
  /** Sends instead of the runtime's own way. It gets credentials. */
  readonly transport?: Transport | undefined
  /** A `fetch` to send with instead of the runtime's own way. Not together with `transport`. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Wraps every attempt; the first is the outermost. */
  readonly middleware?: readonly Middleware[] | undefined
  /** Told of requests, retries and warnings. Default: nobody. No secret is in what it is told. */
  readonly logger?: Logger | undefined
  /** Sent as User-Agent, where the runtime lets us. */
  readonly userAgent?: string | undefined
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** How many connections at most. Default 32. With 1, a file that is copied from the server to itself takes a second. Node only. */
  readonly connections?: number | undefined
  /**
   * The proxy for every request: `http://user:password@host:port`, also `https:`; `false` for none. Default: HTTPS_PROXY,
   * HTTP_PROXY and NO_PROXY of the environment. Node only.
   */
  readonly proxy?: string | false | undefined
  /** Authorities that are trusted beside the usual ones, by server and proxy: PEM text, not a path. Node only. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined
  /** `true` checks no certificate: whoever sits between can read and change everything. Default `false`. Node only. */
  readonly insecure?: boolean | undefined
  /** The server's `max.file_upload_size`, in bytes, for preflight. Default 10,000,000, as the server's. */
  readonly maxFileUploadSize?: number | undefined
  /** Time and chance, for tests. */
  readonly clock?: Clock | undefined
}

/** What `client.request` may send. */
export interface ClientRequestInit extends RequestOptions {
  /** Default `GET`. */
  readonly method?: Method | undefined
  /** Parameters of the URL, encoded here. `undefined` leaves one out; a list repeats it. */
  readonly query?: Readonly<Record<string, QueryValue>> | undefined
  /** Sent as `application/json`. */
  readonly json?: unknown
  /** Any other body, such as a `ByteSource`. Not together with `json`. */
  readonly body?: RequestBody | undefined
  /** Whether it may be sent twice. Default: every method but POST and PATCH. */
  readonly idempotent?: boolean | undefined
}

/** What the clients of one sign-in share, and what each is made of. */
export class ClientCore {
  readonly options: Dhis2ClientOptions
  readonly platform: Platform
  readonly baseUrl: URL
  readonly transport: PlatformTransport
  /** Without the cookies of the page, for links that lead elsewhere. */
  readonly bareTransport: Send
  readonly authenticator: Authenticator
  readonly facts: ServerFacts

  constructor(options: Dhis2ClientOptions, platform: Platform, inherited?: ClientCore) {
    this.options = options
    this.platform = platform
    this.baseUrl = parseBaseUrl(options.baseUrl)
    const same = (...names: (keyof Dhis2ClientOptions)[]): boolean =>
      inherited !== undefined && names.every((name) => inherited.options[name] === options[name])
    const sameSession = same('auth') || (options.auth !== 'browser' && inherited?.options.auth !== 'browser')
    this.transport =
      inherited && sameSession && same('transport', 'fetch', 'connections', 'proxy', 'ca', 'insecure')
        ? inherited.transport
        : transportOf(options, platform)
    this.bareTransport =
      options.auth === 'browser' && options.transport === undefined
        ? platform.createTransport({ fetch: options.fetch, credentials: 'omit' }).send
        : this.transport.send
    const sameUser = same('auth') && inherited?.baseUrl.href === this.baseUrl.href
    this.authenticator =
      inherited && sameUser ? inherited.authenticator : authenticatorOf(options, this.baseUrl, platform)
    this.facts = inherited && sameUser && same('version') ? inherited.facts : {}
  }
}

function authenticatorOf(options: Dhis2ClientOptions, baseUrl: URL, platform: Platform): Authenticator {
  return new Authenticator({
    credentials: credentialsOf(options.auth),
    signInUrl: new URL(SYSTEM_INFO, baseUrl),
    jar: platform.createCookieJar?.(),
    pageCookie: options.auth === 'browser' ? platform.pageCookie : undefined,
  })
}

function transportOf(options: Dhis2ClientOptions, platform: Platform): PlatformTransport {
  const { transport, fetch, connections, proxy, ca, insecure, auth, logger } = options
  if (transport !== undefined && fetch !== undefined) throw new TypeError('Pass transport or fetch, not both.')
  if ((transport ?? fetch) !== undefined && (proxy || ca !== undefined || insecure)) {
    throw new TypeError('proxy, ca and insecure have no effect on a transport or fetch of your own: set them there.')
  }
  if (transport !== undefined) return { send: transport, close: () => Promise.resolve() }
  if (auth === 'browser' && platform.pageCookie === undefined) {
    throw new Dhis2Error("auth: 'browser' is for pages: here there is no page whose session could be used.", {
      code: 'unsupported',
    })
  }
  const credentials = auth === 'browser' ? 'include' : 'omit'
  const made = platform.createTransport({ connections, proxy, ca, insecure, fetch, credentials })
  if (insecure) logger?.warn?.('insecure: true. Certificates are not checked: anybody between can read and change all.')
  return made
}

/** A client of one DHIS2, over what a runtime gives it. `index.ts` and `node.ts` bind the runtime. */
export class Dhis2ClientBase {
  /** The server, and who we are on it. */
  readonly system: SystemAccessor
  /** Every place where DHIS2 keeps files. */
  readonly files: FilesAccessor
  /** The root of the DHIS2; ends with a slash. */
  readonly baseUrl: URL
  readonly #core: ClientCore
  readonly #call: Call

  protected constructor(core: ClientCore) {
    const { options, platform, transport, authenticator } = core
    const { clock = systemClock, logger = {}, retry = {}, timeouts = {} } = options
    this.#core = core
    this.baseUrl = new URL(core.baseUrl)
    this.#call = createCall({
      baseUrl: core.baseUrl,
      transport: transport.send,
      authenticator,
      secrets: transport.secretsFor?.(core.baseUrl),
      middleware: options.middleware ?? [],
      timeouts,
      retry,
      headers: options.headers ?? {},
      userAgent: options.userAgent ?? platform.userAgent,
      clock,
      logger,
    })
    const version = options.version === undefined ? undefined : parseVersion(options.version)
    this.system = new SystemAccessor(this.#call, core.facts, version, logger)
    this.files = new FilesAccessor({
      call: this.#call,
      platform,
      clock,
      retry,
      maxFileUploadSize: options.maxFileUploadSize,
      timeouts,
      bareTransport: core.bareTransport,
      version: (o) => this.system.version(o),
      me: (o) => this.system.me(o),
      systemInfo: (o) => this.system.info(o),
    })
  }

  /**
   * Any other request, on the same stack: credentials, retries, clocks, errors. The answer is a success; its body is the caller's
   * to read or cancel.
   * @param path Below the base URL, such as `api/organisationUnits`; a slash before it makes no difference.
   * @throws Dhis2Error · TypeError for a path that leads elsewhere
   */
  async request(path: string, init: ClientRequestInit = {}): Promise<Response> {
    const { method: given = 'GET', ...rest } = init
    // as fetch has it; in small letters it would count as one that may be repeated
    const method = given.toUpperCase() as Method
    const relative = path.replace(/^\/+/, '')
    const url = new URL(relative, this.#core.baseUrl)
    if (url.origin !== this.#core.baseUrl.origin || !url.pathname.startsWith(this.#core.baseUrl.pathname)) {
      const shown = path.replace(/\/\/[^/]*@/, '//•••@')
      throw new TypeError(`“${shown}” is not below ${this.#core.baseUrl.href}: this client sends nothing there.`)
    }
    const answer = await this.#call(method, relative, {
      ...rest,
      what: `${isSafe({ method }) ? 'read' : 'change'} ${url.pathname}`,
    })
    return toResponse(answer)
  }

  /** Ends the connections, also those of clients made by `with`. Calls that are running are answered first. */
  close(): Promise<void> {
    return this.#core.transport.close()
  }

  /** The core of a client with some options changed: connections and sign-in are shared unless what they depend on is changed. */
  protected derive(overrides: Partial<Dhis2ClientOptions>): ClientCore {
    return new ClientCore({ ...this.#core.options, ...overrides }, this.#core.platform, this.#core)
  }
}
