import type { AnswerHeaders } from './answer.js'

/**
 * The wait that a `Retry-After` header asks for, in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3).
 * `undefined` when there is none or it cannot be read. A date in the past is 0.
 */
export function retryAfterOf(headers: Pick<AnswerHeaders, 'get'>, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim()
  if (value === undefined || value === '') return undefined
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  if (!/[a-z]{3}/i.test(value) || Number.isNaN(date)) return undefined
  // the server's own clock, where it tells it: ours may be wrong
  const serverNow = Date.parse(headers.get('date') ?? '')
  return Math.max(0, date - (Number.isNaN(serverNow) ? now : serverNow))
}
