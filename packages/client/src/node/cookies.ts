import { type Cookie, parseCookie } from 'undici'
import type { CookieJar } from '../platform.js'

interface StoredCookie {
  readonly name: string
  readonly value: string
  readonly path: string
  readonly secure: boolean
  /** Milliseconds since 1970; `undefined` lives as long as the jar. */
  readonly expires: number | undefined
}

/** More than any server needs; keeps one that never stops setting cookies from filling the memory. */
const MOST = 100

/**
 * Cookies of one origin and one sign-in, in memory, by the rules of RFC 6265 with less trust: the origin is the first that
 * the jar sees, a cookie never goes to another one, whatever its Domain says, and a Secure one never goes over http.
 */
export function createCookieJar(): CookieJar {
  // In the order in which they were first set, by name and path.
  const cookies = new Map<string, StoredCookie>()
  let origin: string | undefined

  function isOurs(url: URL): boolean {
    origin ??= url.origin
    return url.origin === origin
  }

  function alive(): StoredCookie[] {
    const now = Date.now()
    for (const [key, { expires }] of cookies) if (expires !== undefined && expires <= now) cookies.delete(key)
    // The most exact path first; sort keeps the order of those that are alike.
    return [...cookies.values()].sort((a, b) => b.path.length - a.path.length)
  }

  return {
    header(url) {
      if (!isOurs(url)) return undefined
      const https = url.protocol === 'https:'
      const fitting = alive().filter((cookie) => (https || !cookie.secure) && covers(cookie.path, url.pathname))
      return fitting.length === 0 ? undefined : fitting.map(({ name, value }) => `${name}=${value}`).join('; ')
    },
    store(url, headers) {
      if (!isOurs(url)) return
      for (const line of headers.getSetCookie()) {
        const cookie = parseCookie(line)
        if (cookie === null || cookie.name === '') continue
        const { name, value } = cookie
        const path = cookie.path ?? directoryOf(url.pathname)
        const key = `${name};${path}`
        const expires = expiryOf(cookie, line)
        if (expires !== undefined && expires <= Date.now()) cookies.delete(key)
        else cookies.set(key, { name, value, path, secure: cookie.secure === true, expires })
      }
      while (cookies.size > MOST) cookies.delete(cookies.keys().next().value ?? '')
    },
    get: (name) => alive().find((cookie) => cookie.name === name)?.value,
    clear: () => cookies.clear(),
  }
}

function expiryOf(cookie: Cookie, line: string): number | undefined {
  // undici passes over a negative Max-Age, which deletes the cookie
  if (/;\s*max-age\s*=\s*-\d+\s*(;|$)/i.test(line)) return 0
  if (cookie.maxAge !== undefined) return Date.now() + cookie.maxAge * 1000
  const expires = cookie.expires === undefined ? Number.NaN : Number(cookie.expires)
  return Number.isNaN(expires) ? undefined : expires
}

/** RFC 6265, 5.1.4: whether a cookie with this path goes to that path. */
function covers(cookiePath: string, path: string): boolean {
  if (!path.startsWith(cookiePath)) return false
  return cookiePath.length === path.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/'
}

/** RFC 6265, 5.1.4: the path of a cookie that names none. */
function directoryOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')))
}
