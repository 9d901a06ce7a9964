import type { Traits } from '../versions.js'
import { SESSION_SECONDS } from './sessions.js'

/** Cookies of a request by name. */
export function readCookies(header: string | null): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>()
  for (const part of (header ?? '').split(';')) {
    const equals = part.indexOf('=')
    if (equals > 0) cookies.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim())
  }
  return cookies
}

const path = (contextPath: string) => (contextPath === '' ? '/' : contextPath)

/** The cookie that names a session. */
export function sessionCookie(id: string, traits: Traits, contextPath: string): string {
  return `JSESSIONID=${id}; Path=${path(contextPath)}; HttpOnly${traits.sameSite ? '; SameSite=Lax' : ''}`
}

/** Takes the session's cookie away. */
export function endedSessionCookie(contextPath: string): string {
  return `JSESSIONID=; Path=${path(contextPath)}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:10 GMT`
}

/** The cookie that tells a page when its session ends (2.43 and later). */
export function sessionExpireCookie(now: Date, contextPath: string): string {
  const end = new Date(now.getTime() + SESSION_SECONDS * 1000)
  const value = Math.floor(end.getTime() / 1000)
  return `SESSION_EXPIRE=${value}; Path=${path(contextPath)}; Max-Age=${SESSION_SECONDS}; Expires=${end.toUTCString()}; SameSite=Lax`
}

/** The cookie whose value unsafe requests must repeat in `X-XSRF-TOKEN`. */
export function csrfCookie(token: string, contextPath: string): string {
  return `XSRF-TOKEN=${token}; Path=${path(contextPath)}`
}
