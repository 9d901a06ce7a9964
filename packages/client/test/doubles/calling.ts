import { Authenticator } from '../../src/http/auth.js'
import { type Call, createCall, type StackOptions } from '../../src/http/call.js'
import { type Auth, credentialsOf } from '../../src/http/credentials.js'
import { createCookieJar } from '../../src/node/cookies.js'
import { FakeClock } from './fake-clock.js'
import type { Transport } from '../../src/http/transport.js'

export interface CallingOptions extends Partial<StackOptions> {
  readonly auth?: Auth
  /** Whether cookies are kept by us, which makes the first call sign in. Default `false`. */
  readonly jar?: boolean
}

/** The stack of one call over a fake server, at https://dhis2.test/hmis/. */
export function calling(
  server: { readonly send: Transport },
  { auth = { token: 'd2p_secret' }, jar = false, ...options }: CallingOptions = {},
): { readonly call: Call; readonly clock: FakeClock } {
  const clock = new FakeClock()
  const baseUrl = new URL('https://dhis2.test/hmis/')
  const call = createCall({
    baseUrl,
    transport: server.send,
    authenticator: new Authenticator({
      credentials: credentialsOf(auth),
      signInUrl: new URL('api/system/info', baseUrl),
      jar: jar ? createCookieJar() : undefined,
      pageCookie: undefined,
    }),
    middleware: [],
    timeouts: {},
    retry: {},
    headers: {},
    userAgent: undefined,
    clock,
    logger: {},
    ...options,
  })
  return { call, clock }
}
