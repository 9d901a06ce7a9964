import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { localhostAllowedHostnames, validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server'
import { McpUsageError } from '../flags.js'

/** Who may speak with the server. */
export interface GuardOptions {
  /** The host that it listens on. */
  readonly host: string
  /** Further names by which it may be reached. */
  readonly allowedHosts: readonly string[]
  /** What every request must carry; `undefined` for nothing. */
  readonly token: string | undefined
}

/** Why a request is not served. */
export interface Refusal {
  readonly status: 401 | 403
  readonly message: string
  readonly headers: Readonly<Record<string, string>>
}

/** Looks at the head of a request, before a byte of its body is read. */
export type Guard = (request: IncomingMessage) => Refusal | undefined

/** Characters that a token needs. */
const SHORTEST_TOKEN = 16

const ANY: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]'])

/** Whether a host can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || /^127(?:\.\d{1,3}){3}$/.test(host) || host === '::1' || host === '[::1]'
}

/** As it stands in a URL. */
export function urlHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

/**
 * Makes the check of every request: its Host, so that no web page gets in by a name of its own that leads here; its Origin, which
 * every browser sends; and the token.
 * @throws McpUsageError where somebody else than this machine could reach a server without a token
 */
export function createGuard({ host, allowedHosts, token }: GuardOptions): Guard {
  checkToken(token)
  if (token === undefined && !isLoopback(host)) {
    throw new McpUsageError(
      `--host ${host} can be reached from other machines: it needs a token. Set an environment variable to a long random word, and name it with --token-env.`,
    )
  }
  if (token === undefined && allowedHosts.length > 0) {
    throw new McpUsageError(
      '--allow-host lets others in through a proxy: it needs a token. Name its environment variable with --token-env.',
    )
  }
  const names = [...localhostAllowedHostnames(), ...allowedHosts.map(urlHost)]
  // of all addresses nobody knows the names; then the token alone keeps web pages out
  const hosts = ANY.has(host) ? (allowedHosts.length > 0 ? names : undefined) : [...names, urlHost(host)]
  const origins = ANY.has(host) ? names : [...names, urlHost(host)]
  return ({ headers }) => {
    const named = hosts === undefined ? undefined : validateHostHeader(headers.host, hosts)
    if (named?.ok === false) return refusal(403, `${named.message}. --allow-host NAME allows a further name.`)
    const from = validateOriginHeader(headers.origin, origins)
    if (!from.ok) return refusal(403, `${from.message}. --allow-host NAME allows a further name.`)
    if (token === undefined || carries(headers.authorization, token)) return undefined
    return refusal(401, 'A bearer token is needed, the one of --token-env: Authorization: Bearer …', {
      'www-authenticate': 'Bearer',
    })
  }
}

function checkToken(token: string | undefined): void {
  if (token === undefined) return
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new McpUsageError('The token may have letters, digits and signs of ASCII alone, and no blanks.')
  if (token.length < SHORTEST_TOKEN) {
    throw new McpUsageError(
      `The token is too short: ${SHORTEST_TOKEN} characters at least. openssl rand -hex 32 makes one.`,
    )
  }
}

/** In a time that tells nothing about the token. */
function carries(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? ''
  return timingSafeEqual(digest(given), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function refusal(status: Refusal['status'], message: string, headers: Refusal['headers'] = {}): Refusal {
  return { status, message, headers }
}
