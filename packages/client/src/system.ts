import { Dhis2Error } from './errors.js'
import type { Call, RequestOptions } from './http/call.js'
import { startDeadline } from './http/deadline.js'
import { abortable } from './signals.js'
import type { Logger } from './http/transport.js'
import { type Me, readMe, readSystemInfo, type SystemInfo } from './models/system-info.js'
import { parseVersion, type ServerVersion, VERSIONS } from './versions.js'

/** Path of the request that tells the version and serves as sign-in. */
export const SYSTEM_INFO = 'api/system/info'

/** What is asked once of a server, by one user: clients that are made of one another share it. */
export interface ServerFacts {
  version?: Promise<ServerVersion> | undefined
  me?: Promise<Me> | undefined
}

/** `client.system`: what the server is and who we are on it. */
export class SystemAccessor {
  readonly #call: Call
  readonly #logger: Logger
  readonly #facts: ServerFacts

  constructor(call: Call, facts: ServerFacts, given: ServerVersion | undefined, logger: Logger) {
    this.#call = call
    this.#facts = facts
    this.#logger = logger
    if (given) facts.version ??= Promise.resolve(this.#checked(given))
  }

  /** `GET /api/system/info`, asked each time. WIRE.md 8.4. @throws Dhis2Error */
  async info(options: RequestOptions = {}): Promise<SystemInfo> {
    return readSystemInfo(await this.#call.json('GET', SYSTEM_INFO, { ...options, what: 'read the system info' }))
  }

  /**
   * `GET /api/ping`: whether the server answers, without a look at its database. The answer says nothing about the
   * credentials, although they are sent; in Node the first call of a client signs in before it. @throws Dhis2Error
   */
  async ping(options: RequestOptions = {}): Promise<void> {
    await this.#call.empty('GET', 'api/ping', { ...options, what: 'reach the server' })
  }

  /**
   * The server's version: the option, else asked once and shared by all calls.
   * @throws Dhis2Error `unsupported` for 2.40 and older
   */
  async version(options: RequestOptions = {}): Promise<ServerVersion> {
    const facts = this.#facts
    const ask = async (): Promise<ServerVersion> =>
      this.#checked(parseVersion((await this.info({ headers: options.headers })).version))
    facts.version ??= forgetting(ask(), () => (facts.version = undefined))
    return withinOwn(options, facts.version, 'version of the server')
  }

  /** The signed-in user and its authorities, asked once and shared by all calls. @throws Dhis2Error */
  async me(options: RequestOptions = {}): Promise<Me> {
    const facts = this.#facts
    const ask = async (): Promise<Me> => {
      const query = { fields: 'id,username,authorities' }
      const init = { headers: options.headers, query, what: 'read the signed-in user' }
      return readMe(await this.#call.json('GET', 'api/me', init))
    }
    facts.me ??= forgetting(ask(), () => (facts.me = undefined))
    return withinOwn(options, facts.me, 'signed-in user')
  }

  #checked(version: ServerVersion): ServerVersion {
    if (version.newerThanKnown) {
      const last = VERSIONS.at(-1)?.line
      this.#logger.warn?.(`DHIS2 ${version.text} is newer than this client knows: it is treated as ${last}.`, {
        version: version.text,
      })
    }
    return version
  }
}

/** A failure is forgotten, so that the next one asks again. */
function forgetting<T>(asked: Promise<T>, forget: () => void): Promise<T> {
  asked.catch(forget)
  return asked
}

/** Waits for an answer that others wait for too: by the signal and the clock of one's own, which do not end the question. */
function withinOwn<T>({ signal, timeouts }: RequestOptions, answer: Promise<T>, what: string): Promise<T> {
  const total = timeouts?.total ?? Number.POSITIVE_INFINITY
  const message = `Cannot read the ${what} within ${total / 1000} s (timeouts.total).`
  const expired = (): Dhis2Error => new Dhis2Error(message, { code: 'timeout', clock: 'total' })
  const deadline = startDeadline({ signal, total, now: 0, expired })
  return abortable(answer, deadline.signal).finally(deadline.end)
}
