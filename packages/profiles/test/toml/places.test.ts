import { describe, expect, test } from 'vitest'
import type { Change } from '../../src/toml/change.js'
import { CannotEdit, edit } from '../../src/toml/edit.js'

const token = (value: string): Change => ({ kind: 'set', path: ['profiles', 'x', 'token'], value })
const removed: Change = { kind: 'remove', path: ['profiles', 'x'] }
const withoutToken: Change = { kind: 'remove', path: ['profiles', 'x', 'token'] }
const renamed: Change = { kind: 'rename', path: ['profiles', 'x'], to: 'y' }
const DEFAULT: Change = { kind: 'set', path: ['default'], value: 'x' }

/** What is there, what is done, what is there afterwards. */
const CASES: readonly (readonly [title: string, before: string, change: Change, after: string])[] = [
  ['an empty file', '', token('t'), '[profiles.x]\ntoken = "t"\n'],
  ['only a comment without an end', '# mine', token('t'), '# mine\n\n[profiles.x]\ntoken = "t"\n'],
  ['CRLF', '[a]\r\nb = 1\r\n', token('t'), '[a]\r\nb = 1\r\n\r\n[profiles.x]\r\ntoken = "t"\r\n'],
  [
    'mixed line ends, as the line before',
    '[profiles.x]\r\na = 1\n',
    token('t'),
    '[profiles.x]\r\na = 1\ntoken = "t"\n',
  ],
  ['no end of the last line', '[profiles.x]\na = 1', token('t'), '[profiles.x]\na = 1\ntoken = "t"'],
  ['a header alone', '[profiles.x] # none yet', token('t'), '[profiles.x] # none yet\ntoken = "t"'],
  ['an indented table', '[profiles.x]\n  a = 1\n\n[z]', token('t'), '[profiles.x]\n  a = 1\n  token = "t"\n\n[z]'],
  ['an inline table', 'profiles = { x = { a = 1 } } # !', token('t'), 'profiles = { x = { a = 1, token = "t" } } # !'],
  ['an empty inline table', '[profiles]\nx = {}\n', token('t'), '[profiles]\nx = { token = "t" }\n'],
  ['inline profiles', 'profiles = { y = {} }', token('t'), 'profiles = { y = {}, x.token = "t" }'],
  ['inline dotted', 'profiles = { x.a = 1 }', token('t'), 'profiles = { x.a = 1, x.token = "t" }'],
  ['dotted in a section', '[profiles]\nx.a = 1\n[b]\n', token('t'), '[profiles]\nx.a = 1\nx.token = "t"\n[b]\n'],
  ['dotted at the root', 'profiles.x.a = 1\n', token('t'), 'profiles.x.a = 1\nprofiles.x.token = "t"\n'],
  [
    'a table that only its own tables made',
    '[profiles.x.more]\na = 1\n',
    token('t'),
    '[profiles.x.more]\na = 1\n\n[profiles.x]\ntoken = "t"\n',
  ],
  ['a quoted key', '[profiles."x"]\n"token" = \'old\' # n\n', token('t'), '[profiles."x"]\n"token" = "t" # n\n'],
  ['an escaped key', '[profiles."\\u0078"]\na = 1\n', token('t'), '[profiles."\\u0078"]\na = 1\ntoken = "t"\n'],
  [
    'a text with everything',
    '[profiles.x]\n',
    token('"\\\n\t\u0001\u007f é'),
    '[profiles.x]\ntoken = "\\"\\\\\\n\\t\\u0001\\u007f é"\n',
  ],
  ['a default below a mark', '\uFEFF[profiles.x]\n', DEFAULT, '\uFEFFdefault = "x"\n\n[profiles.x]\n'],
  [
    'a default beside others',
    '# first\nzone = 1\n\n[profiles.x]\n',
    DEFAULT,
    '# first\nzone = 1\ndefault = "x"\n\n[profiles.x]\n',
  ],
  ['inline, the only one', '[profiles]\nx = { token = "t" }\n', withoutToken, '[profiles]\nx = {  }\n'],
  ['inline, the first', '[profiles]\nx = { token = "t", a = 1 }\n', withoutToken, '[profiles]\nx = { a = 1 }\n'],
  ['inline, the last', '[profiles]\nx = { a = 1, token = "t" }\n', withoutToken, '[profiles]\nx = { a = 1 }\n'],
  [
    'inline, the last on a line of its own',
    '[profiles]\nx = {\n  a = 1, \n  token = "t"\n}\n',
    withoutToken,
    '[profiles]\nx = {\n  a = 1 \n  \n}\n',
  ],
  ['inline, between', '[profiles]\nx = {a=1,token="t",b=2}\n', withoutToken, '[profiles]\nx = {a=1,b=2}\n'],
  ['inline dotted, all', 'profiles = { x.a = 1, y = {}, x.b = 2 }', removed, 'profiles = { y = {} }'],
  ['the last profile', '[profiles.x]\na = 1\n', removed, ''],
  ['the last profile of a section', '[profiles]\nx.a = 1\n', removed, '[profiles]\n'],
  ['an array of its own', '[profiles.x]\na = 1\n[[profiles.x.l]]\nb = 1\n[[profiles.x.l]]\n[z]\n', removed, '[z]\n'],
  ['what is not there', '[z]\n', removed, '[z]\n'],
  ['all forms of one name', 'profiles.x.a = 1\n[profiles."x".b]\n', renamed, 'profiles.y.a = 1\n[profiles."y".b]\n'],
  ['inline', "profiles = { 'x' = { x = 1 }, z.x = 2 }", renamed, "profiles = { 'y' = { x = 1 }, z.x = 2 }"],
]

describe('the text of a file', () => {
  test.each(CASES)('%s', (_, before, change, after) => {
    expect(edit(before, [change])).toBe(after)
  })

  test('stays inside arrays of tables, where a path does not say which element', () => {
    const before = '[[profiles.x]]\ntoken = "a"\n[[profiles.x]]\ntoken = "b"\n'
    expect(() => edit(before, [token('t')])).toThrow(CannotEdit)
  })

  test('is not written where a value is in the way', () => {
    expect(() => edit('profiles = 1\n', [token('t')])).toThrow(CannotEdit)
    expect(() => edit('[profiles]\nx = "no table"\n', [token('t')])).toThrow(CannotEdit)
  })

  test('is not written over a name that is taken', () => {
    expect(() => edit('[profiles.x]\n[profiles.y]\n', [renamed])).toThrow(CannotEdit)
  })

  test('is not written where a file would give back other characters', () => {
    expect(() => edit('', [token('half of a pair: \ud83d')])).toThrow(CannotEdit)
  })

  test('is told without a part of it', () => {
    expect(() => edit('profiles = "d2p_secret"\n', [token('d2p_other')])).toThrow(
      expect.toSatisfy((error: Error) => !/d2p/.test(error.message) && error.cause === undefined),
    )
  })
})
