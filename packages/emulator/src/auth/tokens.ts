import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const ALPHANUMERICS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const KINDS = { d2p: 44, d2pat: 32 } as const
const CHECKSUM = 10

const checksum = (code: string) => String(crc32(Buffer.from(code))).padStart(CHECKSUM, '0')

/** A new personal access token: prefix, random code, checksum (WIRE.md 8.1). */
export function generateToken(kind: keyof typeof KINDS): string {
  const code = Array.from(randomBytes(KINDS[kind]), (byte) => ALPHANUMERICS.charAt(byte % ALPHANUMERICS.length)).join(
    '',
  )
  return `${kind}_${code}${checksum(code)}`
}

/** Whether a token has a known prefix, the right length and the right checksum. */
export function checksumHolds(token: string): boolean {
  const [prefix = '', rest = ''] = [token.slice(0, token.indexOf('_')), token.slice(token.indexOf('_') + 1)]
  if (prefix !== 'd2p' && prefix !== 'd2pat') return false
  const code = rest.slice(0, -CHECKSUM)
  return code.length === KINDS[prefix] && rest.slice(-CHECKSUM) === checksum(code)
}

/** Tokens are kept as hashes, never as they are. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
