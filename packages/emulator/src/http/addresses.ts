import type { Traits } from '../versions.js'

/** Where a request goes, and what links to it look like. */
export interface Address {
  /** Path for the routes: no context path, no API number, no `.json`, no slash at the end. */
  readonly path: string
  /** Path and query without the context path: for the log and for faults. */
  readonly logged: string
  /** `https://host/context`. */
  readonly base: string
  /** `https://host/context/api`, with the API number where links keep it. */
  readonly apiBase: string
}

/** Takes a request's URL apart; undefined when it is outside the context path. */
export function readAddress(request: Request, url: URL, traits: Traits, contextPath: string): Address | undefined {
  if (url.pathname !== contextPath && !url.pathname.startsWith(`${contextPath}/`)) return undefined
  const inner = url.pathname.slice(contextPath.length)
  const base = originOf(request, url, traits) + contextPath
  const [, number, rest = ''] = /^\/api\/(\d+)(\/.*|$)/.exec(inner) ?? []
  const [lowest, highest] = traits.apiNumbers
  const accepted = number !== undefined && Number(number) >= lowest && Number(number) <= highest
  const path = (accepted ? `/api${rest}` : inner).replace(/\/+$/, '').replace(/\.json$/, '')
  return {
    path,
    logged: inner + url.search,
    base,
    apiBase: `${base}/api${accepted && traits.linksKeepApiNumber ? `/${number}` : ''}`,
  }
}

/** Scheme and host as the client sees them; a proxy says so in X-Forwarded headers. */
function originOf({ headers }: Request, url: URL, traits: Traits): string {
  const proto = headers.get('x-forwarded-proto')
  const port = headers.get('x-forwarded-port')
  const host = traits.honoursForwardedHost ? headers.get('x-forwarded-host') : null
  if (proto === null && port === null && host === null) return url.origin
  const scheme = proto ?? url.protocol.slice(0, -1)
  const standard = scheme === 'https' ? '443' : '80'
  const [hostname = '', hostPort = ''] = host === null ? [url.hostname, url.port] : host.split(':')
  const shown = port ?? hostPort
  return `${scheme}://${hostname}${shown === '' || shown === standard ? '' : `:${shown}`}`
}
