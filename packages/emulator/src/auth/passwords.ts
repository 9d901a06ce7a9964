import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const digest = (salt: string, password: string) => createHash('sha256').update(salt).update(password).digest()

/** A salted hash, quick on purpose: this is a test double, and DHIS2's 80 ms a request are not wanted here. */
export function hashPassword(password: string): string {
  const salt = randomBytes(8).toString('hex')
  return `${salt}:${digest(salt, password).toString('hex')}`
}

/** Whether a password is the one that was hashed. */
export function passwordMatches(password: string, hash: string): boolean {
  const [salt = '', hex = ''] = hash.split(':')
  const expected = Buffer.from(hex, 'hex')
  const actual = digest(salt, password)
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
