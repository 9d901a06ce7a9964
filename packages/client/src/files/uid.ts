import { isUidLike } from '../models/decode.js'

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const ALPHABET = `${LETTERS}0123456789`
const UID = /^[A-Za-z][A-Za-z0-9]{10}$/

/** A new DHIS2 uid: a letter and ten letters or digits, by the runtime's cryptographic chance (64 bits). */
export function createUid(): string {
  let uid = ''
  while (uid.length < 11) {
    for (const byte of crypto.getRandomValues(new Uint8Array(16))) {
      const from = uid.length === 0 ? LETTERS : ALPHABET
      // 248 and 208 are the largest multiples below 256: no letter is likelier than another
      const limit = 256 - (256 % from.length)
      if (byte < limit && uid.length < 11) uid += from[byte % from.length]
    }
  }
  return uid
}

/** A uid that follows from a text: the same text, the same uid. `hex` is at least 24 hex digits. */
export function uidFromHex(hex: string): string {
  let rest = BigInt(`0x${hex}`)
  let uid = ''
  while (uid.length < 11) {
    const from = uid.length === 0 ? LETTERS : ALPHABET
    uid += from[Number(rest % BigInt(from.length))]
    rest /= BigInt(from.length)
  }
  return uid
}

/** @throws TypeError unless it is a uid as DHIS2 makes them (WIRE.md 8.4). */
export function assertUid(uid: unknown, name: string): asserts uid is string {
  if (typeof uid !== 'string' || !UID.test(uid)) {
    throw new TypeError(`${name} must be a letter and ten letters or digits, but is ${JSON.stringify(uid)}.`)
  }
}

/** Whether a text looks like a uid. */
export function isUid(text: string): boolean {
  return UID.test(text)
}

/**
 * A uid as a part of a path. 2.41 and 2.42 keep shorter ones too (WIRE.md 1.3), so those can be asked for.
 * @throws TypeError for what can be no uid of any version.
 */
export function uidInPath(uid: unknown, name: string): string {
  if (typeof uid !== 'string' || !isUidLike(uid)) {
    throw new TypeError(`${name} must be a uid, but is ${JSON.stringify(uid)}.`)
  }
  return uid
}
