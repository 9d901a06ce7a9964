import { describe, expect, test } from 'vitest'
import { run } from './run.js'

describe('what is secret', () => {
  test.each(['--token', '--password', '--pat', '--client-secret', '--cookie'])(
    '%s is refused, and not shown',
    async (flag) => {
      for (const argv of [
        ['profile', 'add', 'x', flag, 'hunter2'],
        ['profile', 'add', 'x', `${flag}=hunter2`],
        ['profile', 'login', flag, 'hunter2', '--json'],
      ]) {
        const { code, stdout, stderr } = await run(argv)
        expect(code).toBe(2)
        expect(stdout + stderr).toContain('others on this machine see it')
        expect(stdout + stderr).not.toContain('hunter2')
      }
    },
  )

  test('in an option that is mistyped is not shown', async () => {
    const { code, stderr } = await run(['profile', 'add', 'x', '--tokn=hunter2'])
    expect(code).toBe(2)
    expect(stderr).toContain('--tokn')
    expect(stderr).not.toContain('hunter2')
  })
})

describe('--version', () => {
  test.each([[['-V']], [['--version']], [['--version', '--json']]])('%j prints ours', async (argv) => {
    expect(await run(argv)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  test('after a command is that of a server, where the command has it', async () => {
    const { code, stderr } = await run(['emulator', '--version', '2.40'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('2.41, 2.42, 2.43, 2.44')])
  })
})

test.each([
  [['document', 'list'], 'did you mean documents'],
  [['documents', 'lst'], 'did you mean one of list, ls'],
  [['documents', 'list', '--limit', '0'], 'whole number from 1'],
  [['resources', 'list', '--domain', 'FOO'], 'DATA_VALUE'],
  [['documents', 'get'], "'uid'"],
  [['documents', 'get', 'short'], 'is not the uid'],
])('%j is told what is wrong, with a hint', async (argv, text) => {
  const { code, stdout, stderr } = await run(argv, { env: { DHIS2_URL: 'http://127.0.0.1:1', DHIS2_PAT: 'x' } })
  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^error: .*\nhint: .*\n$/)
  expect(stderr.toLowerCase()).toContain(text.toLowerCase())
})

test('a noun alone is told what it needs, with its help on stderr', async () => {
  const { code, stdout, stderr } = await run(['documents'])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^Usage: dhis2-files documents.*\n\nerror: .*\nhint: .*\n$/s)
  const json = await run(['documents', '--json'])
  expect([json.code, json.stderr, json.json().error.code]).toEqual([2, '', 'usage'])
})

test.each([[[]], [['--help']], [['documents', '--help']], [['help', 'documents']]])(
  '%j prints help, and is no error',
  async (argv) => {
    expect(await run(argv)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: /), stderr: '' })
  },
)

test('an error is JSON with --json, wherever it stands', async () => {
  const { code, json, stderr } = await run(['documents', 'lst', '--json'])
  expect(code).toBe(2)
  expect(json()).toEqual({
    error: { code: 'usage', message: expect.any(String), hint: expect.any(String), exitCode: 2 },
  })
  expect(stderr).toBe('')
})
