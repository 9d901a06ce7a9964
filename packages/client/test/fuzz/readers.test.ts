import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isDhis2Error } from '../../src/errors.js'
import { retryAfterOf } from '../../src/http/retry-after.js'
import { readPager } from '../../src/models/pager.js'
import { errorReportsOf, parseWebMessage } from '../../src/models/web-message.js'
import { createCookieJar } from '../../src/node/cookies.js'

const HOME = new URL('https://dhis2.test/hmis/api/me')
const RUNS = { numRuns: 1_000, seed: 4711 }

/** A header's value as llhttp lets it through: one line of Latin-1. */
const line = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        ...['JSESSIONID', '=', ';', ' ', '\t', ',', 'a', '"', 'Path=', '/', '/hmis', '..', 'Max-Age=', '-1', '0'],
        ...['1e309', 'Expires=', 'Wed, 21 Oct 2099 07:28:00 GMT', 'Domain=', '.test', 'Secure', 'HttpOnly', '%00', '%'],
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('')),
)

test('whatever cookies a server sets, they go back in one line, to their own origin, and are few', () => {
  const property = fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
    const jar = createCookieJar()
    expect(jar.header(HOME)).toBeUndefined()
    const headers = new Headers(lines.map((value): [string, string] => ['set-cookie', value]))
    jar.store(HOME, headers)
    const header = jar.header(HOME) ?? ''
    expect(header).not.toMatch(/[\0\r\n]/)
    expect(() => new Headers({ cookie: header })).not.toThrow()
    expect(jar.header(new URL('https://evil.test/hmis/api/me'))).toBeUndefined()
    expect(jar.header(new URL('http://dhis2.test/hmis/api/me'))).toBeUndefined()
  })
  fc.assert(property, RUNS)
  const jar = createCookieJar()
  for (let i = 0; i < 10_000; i++) jar.store(HOME, new Headers({ 'set-cookie': `c${i}=${i}; Path=/` }))
  expect(jar.header(HOME)?.split('; ').length).toBe(100)
})

test('whatever an error’s body is, it is a message or none', () => {
  const key = fc.constantFrom('errorReports', 'message', 'errorCode', 'typeReports', 'objectReports', '__proto__', 'a')
  const response = fc.object({ key, maxDepth: 8 })
  const envelope = fc.record({ httpStatus: fc.jsonValue({ maxDepth: 1 }), status: fc.string(), response })
  const text = fc.oneof(
    envelope.map((value) => JSON.stringify(value)),
    fc.string({ maxLength: 500 }),
    fc.json({ maxDepth: 6 }),
    fc.constant('['.repeat(100_000)),
  )
  fc.assert(
    fc.property(text, (body) => {
      for (const report of errorReportsOf(parseWebMessage(body))) {
        expect([typeof report.message, typeof report.errorCode]).toEqual(['string', 'string'])
      }
    }),
    RUNS,
  )
})

test('whatever a pager is, it is numbers or a protocol error', () => {
  const pager = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom('page', 'pageSize', 'total', 'pageCount', 'nextPage'), fc.jsonValue()),
  )
  fc.assert(
    fc.property(pager, (value) => {
      try {
        const { page, pageSize } = readPager(value)
        expect([typeof page, typeof pageSize]).toEqual(['number', 'number'])
      } catch (error) {
        if (!isDhis2Error(error, 'protocol')) throw error
      }
    }),
    RUNS,
  )
})

test('whatever Retry-After says, it is a time from now on, or nothing', () => {
  fc.assert(
    fc.property(line, fc.option(line, { nil: undefined }), (value, date) => {
      const headers = new Headers({ 'retry-after': value, ...(date === undefined ? {} : { date }) })
      const wait = retryAfterOf(headers, 0)
      if (wait !== undefined) expect(wait).toBeGreaterThanOrEqual(0)
      expect(wait).not.toBeNaN()
    }),
    RUNS,
  )
})
