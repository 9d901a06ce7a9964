import { describe, expect, it } from 'vitest'
import { assertUid, createUid, isUid, uidFromHex, uidInPath } from '../../src/files/uid.js'

describe('a new uid', () => {
  it('is a letter and ten letters or digits, another one each time', () => {
    const uids = Array.from({ length: 2000 }, createUid)
    expect(uids.every((uid) => /^[A-Za-z][A-Za-z0-9]{10}$/.test(uid))).toBe(true)
    expect(new Set(uids).size).toBe(2000)
    expect(new Set(uids.map((uid) => uid[0])).size).toBe(52)
    expect(new Set(uids.join('')).size).toBe(62)
  })
})

describe('a uid of a text', () => {
  it('is the same for the same text, and a uid', () => {
    const hex = '900150983cd24fb0d6963f7d28e17f72'
    expect(uidFromHex(hex)).toBe(uidFromHex(hex))
    expect(isUid(uidFromHex(hex))).toBe(true)
    expect(isUid(uidFromHex('0'.repeat(32)))).toBe(true)
    expect(uidFromHex('f'.repeat(32))).not.toBe(uidFromHex(hex))
  })
})

describe('what is no uid', () => {
  it.each([undefined, null, 7, '', 'short', '1bcDefGhi12', 'AbcDefGhi123', 'AbcDefGhi1/', '../AbcDefG', 'AbcDefGhi1é'])(
    '%j is refused',
    (value) => {
      expect(() => assertUid(value, 'uid')).toThrow(/^uid must be a letter and ten letters or digits/)
      expect(isUid(String(value))).toBe(false)
    },
  )

  it('may be shorter in a path, where 2.41 and 2.42 have such, but never leads elsewhere', () => {
    expect(uidInPath('abc', 'uid')).toBe('abc')
    for (const value of ['', '../x', 'a/b', 'a?b', 'a#b', 'a%2fb', 'AbcDefGhi123', undefined]) {
      expect(() => uidInPath(value, 'uid')).toThrow(TypeError)
    }
  })
})
