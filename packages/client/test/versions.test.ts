import { describe, expect, it } from 'vitest'
import { parseVersion, VERSIONS } from '../src/versions.js'

const thrown = (text: string): unknown => {
  try {
    return parseVersion(text)
  } catch (error) {
    return error
  }
}

describe('a version', () => {
  it.each([
    ['2.43.1', { line: '2.43', minor: 43, patch: 1, hotfix: undefined, snapshot: false, newer: false }],
    ['2.42.5.2', { line: '2.42', minor: 42, patch: 5, hotfix: 2, snapshot: false, newer: false }],
    ['2.44-SNAPSHOT', { line: '2.44', minor: 44, patch: undefined, hotfix: undefined, snapshot: true, newer: false }],
    ['2.43.2-SNAPSHOT', { line: '2.43', minor: 43, patch: 2, hotfix: undefined, snapshot: true, newer: false }],
    ['v2.42', { line: '2.42', minor: 42, patch: undefined, hotfix: undefined, snapshot: false, newer: false }],
    [' 2.41.9.1\n', { line: '2.41', minor: 41, patch: 9, hotfix: 1, snapshot: false, newer: false }],
    ['2.43.0-rc1', { line: '2.43', minor: 43, patch: 0, hotfix: undefined, snapshot: false, newer: false }],
    ['2.45.0', { line: '2.44', minor: 45, patch: 0, hotfix: undefined, snapshot: false, newer: true }],
    ['2.100-SNAPSHOT', { line: '2.44', minor: 100, patch: undefined, hotfix: undefined, snapshot: true, newer: true }],
  ])('%s is read', (text, expected) => {
    const { traits, minor, patch, hotfix, snapshot, newerThanKnown, text: kept } = parseVersion(text)
    expect({ line: traits.line, minor, patch, hotfix, snapshot, newer: newerThanKnown }).toEqual(expected)
    expect(kept).toBe(text.trim())
  })

  it.each(['2.40.11', '2.4', '2.0', '2.39-SNAPSHOT'])('%s is too old', (text) => {
    expect(thrown(text)).toMatchObject({
      code: 'unsupported',
      message: `DHIS2 ${text} is not supported: the oldest supported version is 2.41. Upgrade the server.`,
    })
  })

  it.each(['', '43', '3.0', 'latest', '2.x', '<html>', 'x'.repeat(10_000)])('%s is none', (text) => {
    expect(thrown(text)).toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(/^“.{0,60}” is no DHIS2 version/),
    })
  })
})

describe('the table of versions', () => {
  it('is in order, and says what differs', () => {
    expect(VERSIONS.map(({ line }) => line)).toEqual(['2.41', '2.42', '2.43', '2.44'])
    expect(VERSIONS.map(({ gistLists }) => gistLists)).toEqual([false, false, false, true])
    expect(VERSIONS.map(({ trimsFileNames }) => trimsFileNames)).toEqual([true, false, false, false])
    expect(VERSIONS.map(({ domains }) => domains.includes('PUSH_ANALYSIS'))).toEqual([true, true, false, false])
  })
})
