import type { Profile } from '@dhis2-files/profiles'
import { describe, expect, test } from 'vitest'
import { ToolError } from '../src/errors.js'
import { Policy } from '../src/policy.js'

const policy = (env: Record<string, string> = {}, flags: { write?: boolean; allowDelete?: boolean } = {}): Policy =>
  new Policy({ write: true, allowDelete: true, ...flags, env })

const profile = (baseUrl: string, readOnly = false): Profile => ({
  name: 'main',
  baseUrl,
  auth: 'pat',
  settings: { readOnly },
  source: { kind: 'global', path: '/p/profiles.toml', settingsPath: '/p/dhis2-files.toml', chosenBy: 'global default' },
})

function codeOf(work: () => void): string {
  try {
    work()
  } catch (error) {
    if (error instanceof ToolError) return error.code
    throw error
  }
  return 'allowed'
}

describe('flags', () => {
  test('without --write nothing is written', () => {
    const reading = policy({}, { write: false, allowDelete: false })
    expect(['read', 'write', 'delete'].map((access) => reading.allows(access as 'read'))).toEqual([true, false, false])
    expect(() => reading.checkTool('x', 'write')).toThrow('x is not allowed: the server was started without --write.')
    expect(() => reading.checkTool('x', 'delete')).toThrow('without --write and --allow-delete.')
  })

  test('--write alone deletes nothing, and --allow-delete alone neither', () => {
    expect(() => policy({}, { allowDelete: false }).checkTool('x', 'delete')).toThrow('without --allow-delete.')
    expect(() => policy({}, { write: false }).checkTool('x', 'delete')).toThrow('without --write.')
  })
})

describe('DHIS2_MCP_READONLY', () => {
  test.each(['', ' ', '0', 'false', 'NO', 'off'])('%j allows what the flags allow', (value) => {
    expect(policy({ DHIS2_MCP_READONLY: value }).allows('delete')).toBe(true)
  })

  test.each(['1', 'true', 'YES', ' on '])('%j forbids writes whatever the flags say', (value) => {
    const one = policy({ DHIS2_MCP_READONLY: value })
    expect(one.allows('read')).toBe(true)
    expect(codeOf(() => one.checkTool('x', 'write'))).toBe('read-only')
    expect(one.readOnlyReason).toContain('DHIS2_MCP_READONLY is set')
  })

  test.each(['${READONLY}', 'ja', '2', 'tru'])(
    '%j, which is neither yes nor no, forbids writes and says why',
    (value) => {
      const one = policy({ DHIS2_MCP_READONLY: value })
      expect(codeOf(() => one.checkTool('x', 'delete'))).toBe('read-only')
      expect(one.readOnlyReason).toContain(`“${value}”`)
    },
  )
})

describe('a profile that is for reading only', () => {
  test('refuses writes, and names the file that says so', () => {
    const check = (): void => policy().checkProfile('x', 'write', profile('https://a.org', true))
    expect(check).toThrow('the profile “main” is for reading only (read_only in /p/dhis2-files.toml)')
    expect(codeOf(() => policy().checkProfile('x', 'read', profile('https://a.org', true)))).toBe('allowed')
  })
})

describe('DHIS2_MCP_PROTECTED_HOSTS', () => {
  const check = (hosts: string | undefined, url: string): string =>
    codeOf(() =>
      policy(hosts === undefined ? {} : { DHIS2_MCP_PROTECTED_HOSTS: hosts }).checkProfile('x', 'write', profile(url)),
    )

  test.each([
    [undefined, 'https://play.im.dhis2.org/stable-2-43', 'protected-host'],
    [undefined, 'https://dhis2.example.org', 'allowed'],
    ['', 'https://play.dhis2.org', 'allowed'],
    ['example.org', 'https://example.org/dhis', 'protected-host'],
    ['EXAMPLE.org', 'https://example.ORG./dhis', 'protected-host'],
    ['example.org', 'https://sub.example.org', 'protected-host'],
    ['example.org', 'https://notexample.org', 'allowed'],
    ['*.example.org', 'https://a.b.example.org', 'protected-host'],
    ['*.example.org', 'https://example.org', 'protected-host'],
    ['*.example.org', 'https://evilexample.org', 'allowed'],
    ['example.org:8443', 'https://example.org:8443', 'protected-host'],
    ['example.org:8443', 'https://example.org', 'allowed'],
    ['example.org:443', 'https://example.org', 'protected-host'],
    ['example.org:80', 'http://example.org', 'protected-host'],
    [' a.org , b.org ', 'https://b.org', 'protected-host'],
    ['[::1]:8080', 'http://[::1]:8080', 'protected-host'],
    ['127.0.0.1', 'http://127.1:8080', 'protected-host'],
    ['bücher.example', 'https://xn--bcher-kva.example', 'protected-host'],
  ])('%j and %s: %s', (hosts, url, expected) => {
    expect(check(hosts, url)).toBe(expected)
  })

  test.each(['https://example.org', 'a.org b.org', 'a.org/dhis', '*', 'a*.org', 'a.org:port'])(
    '%j cannot be understood, and forbids all writes',
    (hosts) => {
      const one = policy({ DHIS2_MCP_PROTECTED_HOSTS: hosts })
      expect(codeOf(() => one.checkTool('x', 'write'))).toBe('read-only')
      expect(one.readOnlyReason).toContain(`“${hosts}”`)
      expect(one.allows('read')).toBe(true)
    },
  )

  test('reading is never refused', () => {
    expect(codeOf(() => policy().checkProfile('x', 'read', profile('https://play.dhis2.org')))).toBe('allowed')
  })
})
