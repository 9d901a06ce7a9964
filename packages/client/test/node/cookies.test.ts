import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCookieJar } from '../../src/node/cookies.js'

const url = (path: string, origin = 'https://dhis2.example.org'): URL => new URL(path, origin)

function setCookies(...lines: string[]): Headers {
  return new Headers(lines.map((line) => ['set-cookie', line]))
}

describe('createCookieJar', () => {
  beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-08-01T00:00:00Z') }))
  afterEach(() => void vi.useRealTimers())

  it("gives DHIS2's session back", () => {
    const jar = createCookieJar()
    expect(jar.header(url('/dhis/api/me'))).toBeUndefined()
    jar.store(
      url('/dhis/api/me'),
      setCookies('JSESSIONID=0A1B; Path=/dhis; Secure; HttpOnly; SameSite=Lax', 'XSRF-TOKEN=t=1; Path=/dhis'),
    )
    expect(jar.header(url('/dhis/api/documents?page=1'))).toBe('JSESSIONID=0A1B; XSRF-TOKEN=t=1')
    expect(jar.get('XSRF-TOKEN')).toBe('t=1')
    expect(jar.get('xsrf-token')).toBeUndefined()
  })

  it.each([
    ['/dhis', '/dhis', true],
    ['/dhis', '/dhis/', true],
    ['/dhis', '/dhis/api', true],
    ['/dhis', '/dhis2', false],
    ['/dhis', '/', false],
    ['/dhis/', '/dhis', false],
    ['/dhis/', '/dhis/api', true],
    ['/', '/anything', true],
  ])('for a cookie with path %s and a request to %s: %s', (path, asked, goes) => {
    const jar = createCookieJar()
    jar.store(url('/dhis/api'), setCookies(`a=1; Path=${path}`))
    expect(jar.header(url(asked)) !== undefined).toBe(goes)
  })

  it('takes the directory of the request as path where the cookie names none', () => {
    const jar = createCookieJar()
    jar.store(url('/dhis/api/me'), setCookies('a=1'))
    expect(jar.header(url('/dhis/api/documents'))).toBe('a=1')
    expect(jar.header(url('/dhis/other'))).toBeUndefined()
  })

  it('sends the more exact path first and replaces a cookie of the same name and path', () => {
    const jar = createCookieJar()
    jar.store(url('/a/b'), setCookies('n=root; Path=/', 'n=deep; Path=/a', 'm=1; Path=/'))
    jar.store(url('/a/b'), setCookies('n=new; Path=/'))
    expect(jar.header(url('/a/b'))).toBe('n=deep; n=new; m=1')
    expect(jar.get('n')).toBe('deep')
  })

  it.each([
    ['Max-Age', 'Max-Age=60'],
    ['Expires', 'Expires=Sat, 01 Aug 2026 00:01:00 GMT'],
    ['Expires with dashes, as Tomcat writes it', 'Expires=Sat, 01-Aug-2026 00:01:00 GMT'],
    ['Max-Age before Expires', 'Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
  ])('forgets a cookie when its time is over: %s', (_, attribute) => {
    const jar = createCookieJar()
    jar.store(url('/'), setCookies(`a=1; Path=/; ${attribute}`))
    vi.advanceTimersByTime(59_000)
    expect(jar.get('a')).toBe('1')
    vi.advanceTimersByTime(1_000)
    expect(jar.get('a')).toBeUndefined()
    expect(jar.header(url('/'))).toBeUndefined()
  })

  it.each(['Max-Age=0', 'Max-Age=-1', 'max-age = -5;', 'Expires=Thu, 01 Jan 1970 00:00:10 GMT'])(
    'forgets a cookie that is deleted by %s',
    (attribute) => {
      const jar = createCookieJar()
      jar.store(url('/'), setCookies('a=1; Path=/', 'b=2; Path=/'))
      jar.store(url('/'), setCookies(`a=; Path=/; ${attribute}`))
      expect(jar.header(url('/'))).toBe('b=2')
    },
  )

  it('keeps a cookie whose expiry cannot be read', () => {
    const jar = createCookieJar()
    jar.store(url('/'), setCookies('a=1; Expires=whenever; Max-Age=soon'))
    expect(jar.get('a')).toBe('1')
  })

  it('never gives a Secure cookie to http', () => {
    const jar = createCookieJar()
    jar.store(url('/', 'http://localhost:8080'), setCookies('a=1; Secure', 'b=2'))
    expect(jar.header(url('/', 'http://localhost:8080'))).toBe('b=2')
  })

  it.each([
    'http://dhis2.example.org',
    'https://dhis2.example.org:8443',
    'https://example.org',
    'https://sub.dhis2.example.org',
    'https://evil.example',
  ])('neither gives cookies to %s nor takes any from there', (other) => {
    const jar = createCookieJar()
    jar.store(url('/'), setCookies('a=1; Path=/; Domain=example.org'))
    jar.store(url('/', other), setCookies('a=2; Path=/', 'b=2; Path=/; Domain=dhis2.example.org'))
    expect(jar.header(url('/', other))).toBeUndefined()
    expect(jar.header(url('/'))).toBe('a=1')
    jar.clear()
    expect(jar.header(url('/'))).toBeUndefined()
    jar.store(url('/', other), setCookies('a=2; Path=/'))
    expect(jar.header(url('/', other))).toBeUndefined()
  })

  it('passes over lines that are no cookies', () => {
    const jar = createCookieJar()
    jar.store(url('/'), setCookies('', ';', '=x', 'novalue', 'bad=\x01', 'a=1', `long=${'x'.repeat(5000)}`))
    expect(jar.header(url('/'))).toBe('a=1')
  })

  it('holds no more than a hundred, the newest', () => {
    const jar = createCookieJar()
    jar.store(url('/'), setCookies(...Array.from({ length: 1000 }, (_, n) => `c${n}=1`)))
    expect(jar.header(url('/'))?.split('; ')).toHaveLength(100)
    expect(jar.get('c999')).toBe('1')
  })
})
