import { request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import { connectionFailure, ProxyFailure } from '../http/connection-errors.js'
import type { Proxy } from './proxy.js'

/** What is asked of a proxy on a connection to it. */
export interface TunnelRequest {
  readonly proxy: Proxy
  /** Host and port that the tunnel leads to. */
  readonly authority: string
  /** How long it may take, in milliseconds. */
  readonly timeout: number
}

/**
 * Asks the proxy at the other end of `socket` for a tunnel. The socket is then one to the server; it is ended where there is
 * none.
 */
export function openTunnel(
  socket: Socket,
  { proxy, authority, timeout }: TunnelRequest,
  callback: (failure: ProxyFailure | null) => void,
): void {
  const asked = `CONNECT ${authority}`
  const fail = (failure: ProxyFailure) => {
    socket.destroy()
    callback(failure)
    callback = ignore
  }
  const request = httpRequest({
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, connection: 'keep-alive', ...authorizationOf(proxy) },
    createConnection: () => socket,
  })
  // as an option it would count for sockets that Node makes by itself
  request.setTimeout(timeout)
  request.once('timeout', () =>
    fail(new ProxyFailure('PROXY_UNREACHABLE', `${nameOf(proxy)} has no answer to ${asked}`)),
  )
  request.on('error', (cause) =>
    fail(new ProxyFailure('PROXY_BROKEN', `${nameOf(proxy)} has no answer to ${asked}: ${cause.message}`, { cause })),
  )
  request.once('connect', (answer, _socket, head) => {
    const { statusCode = 0 } = answer
    if (statusCode < 200 || statusCode > 299) return fail(refusal(proxy, statusCode, asked))
    socket.setTimeout(0)
    if (head.byteLength > 0) socket.unshift(head)
    callback(null)
    callback = ignore
  })
  request.end()
}

function ignore(): void {}

/** The header that signs in at the proxy. */
export function authorizationOf({ authorization }: Proxy): { 'proxy-authorization'?: string } {
  return authorization === undefined ? {} : { 'proxy-authorization': authorization }
}

/** What a proxy's own status means, for a request that it did not pass on. */
export function refusal(proxy: Proxy, status: number, asked: string): ProxyFailure {
  const signIn = status === 407 || status === 401
  const given = proxy.authorization === undefined ? 'none are given' : 'it does not accept those given'
  const more = signIn ? ` (user name and password: ${given})` : ''
  const code = signIn ? 'PROXY_SIGN_IN' : status >= 500 ? 'PROXY_NO_WAY' : (REFUSALS.get(status) ?? 'PROXY_BROKEN')
  return new ProxyFailure(code, `${nameOf(proxy)} answered ${status} to ${asked}${more}`)
}

const REFUSALS: ReadonlyMap<number, ProxyFailure['code']> = new Map([
  [403, 'PROXY_FORBIDS'],
  [405, 'PROXY_FORBIDS'],
])

/** Whether it is the proxy that asks, not the server: tinyproxy has a 401 for a wrong password, where it should have a 407. */
export function asksForSignIn({ statusCode, headers }: Dispatcher.ResponseData): boolean {
  if (statusCode !== 401) return statusCode === 407
  // names and values in turn
  const raw = headers as unknown as readonly string[]
  return raw.some((name, at) => at % 2 === 0 && /^server$/i.test(name) && /^tinyproxy\b/i.test(raw[at + 1] ?? ''))
}

/** Why there is no connection to the proxy. */
export function unreachable(proxy: Proxy, cause: Error): ProxyFailure {
  const { kind, code } = connectionFailure(cause)
  const reason = cause.message || code || cause.name
  return new ProxyFailure(
    kind === 'tls' ? 'PROXY_TLS' : 'PROXY_UNREACHABLE',
    `${nameOf(proxy)} cannot be reached: ${reason}`,
    { cause },
  )
}

function nameOf({ url }: Proxy): string {
  return `the proxy ${url.protocol}//${url.host}`
}
