import { createHmac } from 'node:crypto'

const STEP = 30_000
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Whether a text is a secret that DHIS2 takes: 20 bytes in base32. */
export function isTotpSecret(secret: string): boolean {
  return /^[A-Z2-7]{32}$/.test(secret)
}

/** The code of a moment (RFC 6238: SHA-1, 30 s, six digits). */
export function totp(secret: string, time: Date): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(time.getTime() / STEP)))
  const mac = createHmac('sha1', decodeBase32(secret)).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 0xf
  return String((mac.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, '0')
}

/** Whether a code is that of this moment or of the one before it. Blanks in it do not count. */
export function totpMatches(code: string, secret: string, time: Date): boolean {
  const digits = code.replace(/\s/g, '')
  return [0, STEP].some((ago) => digits === totp(secret, new Date(time.getTime() - ago)))
}

function decodeBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
