import { describe, expect, it } from 'vitest'
import { retryAfterOf } from '../../src/http/retry-after.js'

const NOW = Date.parse('Fri, 21 Aug 2026 10:00:00 GMT')

describe('Retry-After', () => {
  it.each<[string, string | undefined, number | undefined]>([
    ['seconds', '120', 120_000],
    ['zero', '0', 0],
    ['seconds with blanks', ' 7 ', 7_000],
    ['an HTTP date', 'Fri, 21 Aug 2026 10:01:30 GMT', 90_000],
    ['a date of RFC 850', 'Friday, 21-Aug-26 10:01:30 GMT', 90_000],
    ['a date of asctime', 'Fri Aug 21 10:01:30 2026 GMT', 90_000],
    ['a date in the past', 'Fri, 21 Aug 2026 09:00:00 GMT', 0],
    ['a negative number', '-5', undefined],
    ['a fraction', '1.5', undefined],
    ['a number without end', '9'.repeat(40), undefined],
    ['a number in another notation', '1e3', undefined],
    ['an ISO date', '2026-08-21T10:01:30Z', undefined],
    ['a word', 'soon', undefined],
    ['nothing', '', undefined],
    ['none', undefined, undefined],
  ])('as %s', (_, value, expected) => {
    const headers = new Headers(value === undefined ? {} : { 'retry-after': value })
    expect(retryAfterOf(headers, NOW)).toBe(expected)
  })

  it('as a date is counted from the server’s own clock where it tells it', () => {
    const headers = new Headers({
      'retry-after': 'Fri, 21 Aug 2026 13:00:30 GMT',
      date: 'Fri, 21 Aug 2026 13:00:00 GMT',
    })
    expect(retryAfterOf(headers, NOW)).toBe(30_000)
  })

  it('as a date is counted from our clock where the server’s cannot be read', () => {
    const headers = new Headers({ 'retry-after': 'Fri, 21 Aug 2026 10:00:30 GMT', date: 'today' })
    expect(retryAfterOf(headers, NOW)).toBe(30_000)
  })
})
