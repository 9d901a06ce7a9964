import type { FilesContext } from '../../src/files/context.js'
import { Authenticator } from '../../src/http/auth.js'
import { createCall } from '../../src/http/call.js'
import { credentialsOf } from '../../src/http/credentials.js'
import type { RetryOptions } from '../../src/http/retry.js'
import type { Timeouts } from '../../src/http/timeouts.js'
import type { Platform } from '../../src/platform.js'
import { SystemAccessor } from '../../src/system.js'
import { parseVersion } from '../../src/versions.js'
import { FakeClock } from './fake-clock.js'
import { fakePlatform } from './fake-platform.js'
import type { FakeServer } from './fake-server.js'

export interface ContextOptions {
  readonly version?: string
  readonly retry?: RetryOptions | false
  readonly timeouts?: Timeouts
  readonly platform?: Partial<Platform>
}

/** What a surface gets, over a fake server: the whole stack but for the sign-in. */
export function filesContext(
  server: FakeServer,
  { version = '2.43.1', retry = {}, timeouts = {}, platform = {} }: ContextOptions = {},
): FilesContext & { readonly clock: FakeClock; readonly platform: ReturnType<typeof fakePlatform> } {
  const clock = new FakeClock()
  const baseUrl = new URL('https://dhis2.test/hmis/')
  const credentials = credentialsOf({ token: 'd2p_secret' })
  const call = createCall({
    baseUrl,
    transport: server.send,
    authenticator: new Authenticator({
      credentials,
      signInUrl: new URL('api/system/info', baseUrl),
      jar: undefined,
      pageCookie: undefined,
    }),
    middleware: [],
    timeouts,
    retry,
    headers: {},
    userAgent: undefined,
    clock,
    logger: {},
  })
  const system = new SystemAccessor(call, {}, parseVersion(version), {})
  return {
    call,
    platform: fakePlatform(server, platform),
    clock,
    retry,
    timeouts,
    maxFileUploadSize: 10_000_000,
    bareTransport: server.send,
    version: (options) => system.version(options),
    me: (options) => system.me(options),
    systemInfo: (options) => system.info(options),
  }
}
