import { describe, expect, test } from 'vitest'
import { describeMcpFlags, flagName, MCP_FLAGS, McpUsageError, parseMcpFlags } from '../src/flags.js'

describe('parseMcpFlags', () => {
  test('gives defaults for what is not passed', () => {
    expect(parseMcpFlags([])).toEqual({
      profile: undefined,
      root: undefined,
      write: false,
      allowDelete: false,
      maxInline: 1_000_000,
      http: false,
      host: '127.0.0.1',
      port: 8424,
      allowHost: undefined,
      tokenEnv: undefined,
      verbose: false,
    })
  })

  test('takes every flag', () => {
    const line = '--profile a --root x --root y --write --allow-delete --max-inline 0 --http --host ::1 --port 0'
    expect(parseMcpFlags([...line.split(' '), '--allow-host', 'h', '--token-env', 'T', '--verbose'])).toEqual({
      profile: 'a',
      root: ['x', 'y'],
      write: true,
      allowDelete: true,
      maxInline: 0,
      http: true,
      host: '::1',
      port: 0,
      allowHost: ['h'],
      tokenEnv: 'T',
      verbose: true,
    })
  })

  test.each([
    ['--nonsense'],
    ['word'],
    ['--write=yes'],
    ['--port', '-1'],
    ['--port', '1e3'],
    ['--max-inline', ''],
    ['--root'],
  ])('refuses %j %j, and says what is wrong', (...args) => {
    expect(() => parseMcpFlags(args.filter((arg) => arg !== undefined))).toThrow(McpUsageError)
  })
})

test('every flag is in the help, with its default', () => {
  const help = describeMcpFlags()
  for (const [name, flag] of Object.entries(MCP_FLAGS)) {
    expect(help).toContain(flagName(name))
    if ('default' in flag) expect(help).toContain(`Default ${flag.default}.`)
  }
})
