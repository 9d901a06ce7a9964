import type { FilesContext } from '../../src/files/context.js'
import type { RetryOptions } from '../../src/http/retry.js'
import type { Timeouts } from '../../src/http/timeouts.js'
import type { Platform } from '../../src/platform.js'
import { SystemAccessor } from '../../src/system.js'
import { parseVersion } from '../../src/versions.js'
import { calling } from './calling.js'
import type { FakeClock } from './fake-clock.js'
import { fakePlatform } from './fake-platform.js'
import type { Transport } from '../../src/http/transport.js'

export interface ContextOptions {
  readonly version?: string
  readonly retry?: RetryOptions | false
  readonly timeouts?: Timeouts
  readonly platform?: Partial<Platform>
}

/** What a surface gets, over a fake server: the whole stack but for the sign-in. */
export function filesContext(
  server: { readonly send: Transport },
  { version = '2.43.1', retry = {}, timeouts = {}, platform = {} }: ContextOptions = {},
): FilesContext & { readonly clock: FakeClock; readonly platform: ReturnType<typeof fakePlatform> } {
  const { call, clock } = calling(server, { retry, timeouts })
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
