import { describe, expect, it } from 'vitest'
import { Dhis2Error } from '../../src/errors.js'
import { readArray, readObject } from '../../src/models/decode.js'

describe('what a server sends', () => {
  it('is taken as it is when its members have their types', () => {
    const value = { id: 'a', count: 1, flag: true, list: [], more: {}, unknown: [1], none: null }
    const members = {
      id: 'string!',
      count: 'number',
      flag: 'boolean',
      list: 'array',
      more: 'object',
      none: 'string',
      absent: 'string',
    } as const
    expect(readObject(value, 'it', members)).toBe(value)
  })

  it.each<[unknown, Record<string, never>, RegExp]>([
    [null, {}, /sent null as a thing where an object was expected/],
    [undefined, {}, /sent nothing as a thing/],
    [[1], {}, /sent \[1\] as a thing/],
    ['text', {}, /sent "text" as a thing/],
    [{ id: 7 }, { id: 'string!' as never }, /sent 7 as a thing\.id where string was expected/],
    [{ id: null }, { id: 'string!' as never }, /sent null as a thing\.id/],
    [{}, { id: 'string!' as never }, /sent nothing as a thing\.id/],
    [{ list: {} }, { list: 'array' as never }, /sent \{\} as a thing\.list where array/],
    [{ more: [] }, { more: 'object' as never }, /sent \[\] as a thing\.more where object/],
    [{ long: 'x'.repeat(500) }, { long: 'number' as never }, /sent "x{59} as a thing\.long/],
  ])('%j is a protocol error that names the member', (value, members, message) => {
    const read = (): unknown => readObject(value, 'a thing', members)
    expect(read).toThrow(Dhis2Error)
    expect(read).toThrow(message)
  })

  it('is an array where one is expected', () => {
    expect(readArray([1], 'rows')).toEqual([1])
    for (const value of [{}, null, undefined, 'x'])
      expect(() => readArray(value, 'rows')).toThrow(/rows where an array/)
  })
})
