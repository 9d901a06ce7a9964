/**
 * Files in and out of DHIS2, in any runtime with `fetch`. Node gets `node.ts` by the same import, with the same exports.
 * @packageDocumentation
 */
import type { ByteSource } from './bytes/source.js'
import { ClientCore, Dhis2ClientBase, type Dhis2ClientOptions } from './client.js'
import { noFileSource, webPlatform } from './web-platform.js'

export * from './exports.js'

/** A client of one DHIS2: one pool of connections and one sign-in for every call. */
export class Dhis2Client extends Dhis2ClientBase {
  /** Sends nothing. @throws TypeError for options that cannot work · Dhis2Error `unsupported` for a version that is too old */
  constructor(options: Dhis2ClientOptions)
  constructor(options: Dhis2ClientOptions | ClientCore) {
    super(options instanceof ClientCore ? options : new ClientCore(options, webPlatform))
  }

  /** A client with some options changed. It shares connections and sign-in, unless `auth` or what they depend on is changed. */
  with(overrides: Partial<Dhis2ClientOptions>): Dhis2Client {
    return new Dhis2Client(this.derive(overrides) as never)
  }
}

/**
 * A file on disk as a source: its name, its size as it is now, and its bytes each time it is opened. Node only.
 * @throws Dhis2Error `not-found`, `forbidden`; `unsupported` where there is no file system
 */
export function fileSource(
  path: string,
  options?: { readonly name?: string | undefined; readonly type?: string | undefined },
): Promise<ByteSource> {
  void path
  void options
  return noFileSource()
}
