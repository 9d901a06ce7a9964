import { Dhis2Error } from '../errors.js'
import { isRecord } from './web-message.js'

type MemberType = 'string' | 'number' | 'boolean' | 'array' | 'object' | 'uid'

/** Types of members that are looked at when they are there; with `!` they must be there. A `uid` can be a part of a path. */
export type MemberTypes = Readonly<Record<string, MemberType | `${MemberType}!`>>

/**
 * Narrows what a server sent, once, at the edge: an object whose known members have their types. Unknown members stay,
 * `null` counts as absent.
 * @throws Dhis2Error `protocol` that names the member.
 */
export function readObject<T>(value: unknown, what: string, members: MemberTypes): T {
  if (!isRecord(value)) throw unexpected(what, 'an object', value)
  for (const [name, spec] of Object.entries(members)) {
    const member = value[name]
    const type = spec.replace('!', '')
    if (member === undefined || member === null) {
      if (spec.endsWith('!')) throw unexpected(`${what}.${name}`, type, member)
    } else if (type === 'uid' ? !isUidLike(member) : typeOf(member) !== type)
      throw unexpected(`${what}.${name}`, type, member)
  }
  return value as T
}

/** @throws Dhis2Error `protocol` when it is no array. */
export function readArray(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unexpected(what, 'an array', value)
  return value
}

/** As any version has them: 2.41 and 2.42 keep shorter ones than they make (WIRE.md 1.3). */
export function isUidLike(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9]{1,11}$/.test(value)
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value
}

function unexpected(what: string, expected: string, value: unknown): Dhis2Error {
  const given = value === undefined ? 'nothing' : (JSON.stringify(value)?.slice(0, 60) ?? typeof value)
  return new Dhis2Error(
    `The server sent ${given} as ${what} where ${expected} was expected: it is no DHIS2, or one that this client does not know.`,
    { code: 'protocol' },
  )
}
