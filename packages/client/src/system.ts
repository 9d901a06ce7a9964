import type { Call, RequestOptions } from './http/call.js'
import { abortable } from './http/signals.js'
import type { Logger } from './http/transport.js'
import { type Me, readMe, readSystemInfo, type SystemInfo } from './models/system-info.js'
import { parseVersion, type ServerVersion, VERSIONS } from './versions.js'

/** Path of the request that tells the version and serves as sign-in. */
export const SYSTEM_INFO = 'api/system/info'

/** `client.system`: what the server is and who we are on it. */
export class SystemAccessor {
  readonly #call: Call
  readonly #logger: Logger
  #version: Promise<ServerVersion> | undefined
  #me: Promise<Me> | undefined

  constructor(call: Call, given: ServerVersion | undefined, logger: Logger) {
    this.#call = call
    this.#logger = logger
    if (given) this.#version = Promise.resolve(this.#checked(given))
  }

  /** `GET /api/system/info`, asked each time. WIRE.md 8.4. @throws Dhis2Error */
  async info(options: RequestOptions = {}): Promise<SystemInfo> {
    return readSystemInfo(await this.#call.json('GET', SYSTEM_INFO, { ...options, what: 'read the system info' }))
  }

  /**
   * `GET /api/ping`: whether the server answers, without a look at its database. The answer says nothing about the
   * credentials, although they are sent. @throws Dhis2Error
   */
  async ping(options: RequestOptions = {}): Promise<void> {
    await this.#call.empty('GET', 'api/ping', { ...options, what: 'reach the server' })
  }

  /**
   * The server's version: the option, else asked once and shared by all calls.
   * @throws Dhis2Error `unsupported` for 2.40 and older
   */
  async version(options: RequestOptions = {}): Promise<ServerVersion> {
    this.#version ??= this.#once(
      async () => this.#checked(parseVersion((await this.info({ ...options, signal: undefined })).version)),
      () => (this.#version = undefined),
    )
    return options.signal ? abortable(this.#version, options.signal) : this.#version
  }

  /** The signed-in user and its authorities, asked once and shared by all calls. @throws Dhis2Error */
  async me(options: RequestOptions = {}): Promise<Me> {
    this.#me ??= this.#once(
      async () => {
        const query = { fields: 'id,username,authorities' }
        const init = { ...options, signal: undefined, query, what: 'read the signed-in user' }
        return readMe(await this.#call.json('GET', 'api/me', init))
      },
      () => (this.#me = undefined),
    )
    return options.signal ? abortable(this.#me, options.signal) : this.#me
  }

  /** One answer for all who ask; a failure is forgotten, so that the next one asks again. */
  #once<T>(ask: () => Promise<T>, forget: () => void): Promise<T> {
    const asked = ask()
    asked.catch(forget)
    return asked
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
