import { expect, it } from 'vitest'
import { isTotpSecret, totp, totpMatches } from '../../src/auth/totp.js'

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

it.each([
  [59, '287082'],
  [1111111109, '081804'],
  [1234567890, '005924'],
  [20000000000, '353130'],
])('the code at %i s is that of RFC 6238: %s', (seconds, code) => {
  expect(totp(SECRET, new Date(seconds * 1000))).toBe(code)
})

it('a code is taken in its own 30 seconds and the next 30, not before and not later', () => {
  const made = 600_000
  const code = totp(SECRET, new Date(made))
  const taken = [-1, 0, 29_999, 30_000, 59_999, 60_000].map((after) =>
    totpMatches(code, SECRET, new Date(made + after)),
  )
  expect(taken).toEqual([false, true, true, true, true, false])
  expect(totpMatches(`${code.slice(0, 3)} ${code.slice(3)}`, SECRET, new Date(made))).toBe(true)
  for (const wrong of ['', '1', `${code}0`, code.slice(1)])
    expect(totpMatches(wrong, SECRET, new Date(made))).toBe(false)
})

it('a secret is 20 bytes in base32', () => {
  expect(isTotpSecret(SECRET)).toBe(true)
  for (const wrong of ['', SECRET.slice(1), `${SECRET}A`, SECRET.toLowerCase(), SECRET.replace('G', '1')])
    expect(isTotpSecret(wrong)).toBe(false)
})
