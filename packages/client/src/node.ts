import { ClientCore, Dhis2ClientBase, type Dhis2ClientOptions } from './client.js'
import { nodePlatform } from './node/platform.js'

export * from './exports.js'
export { fileSource } from './node/file-source.js'

/** A client of one DHIS2: one pool of connections and one sign-in for every call. */
export class Dhis2Client extends Dhis2ClientBase {
  /** Sends nothing. @throws TypeError for options that cannot work · Dhis2Error `unsupported` for a version that is too old */
  constructor(options: Dhis2ClientOptions)
  constructor(options: Dhis2ClientOptions | ClientCore) {
    super(options instanceof ClientCore ? options : new ClientCore(options, nodePlatform))
  }

  /** A client with some options changed. It shares connections and sign-in, unless `auth` or what they depend on is changed. */
  with(overrides: Partial<Dhis2ClientOptions>): Dhis2Client {
    return new Dhis2Client(this.derive(overrides) as never)
  }
}
