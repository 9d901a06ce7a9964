import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createEmulator, type Emulator } from '@dhis2-files/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build } from './build.js'
import { BIN, connectStdio } from './connect.js'
import { type Home, makeHome } from './home.js'

/* The bin as a process: what it prints where, and how it ends. */

let emulator: Emulator
let home: Home

beforeAll(async () => {
  await build()
  emulator = createEmulator({ version: '2.42', settings: { storageDelay: 0 } })
  home = await makeHome({ main: { base_url: (await emulator.serve()).url } })
}, 120_000)
afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await emulator.close()
})

interface Process {
  readonly child: ReturnType<typeof spawn>
  readonly out: () => string
  readonly err: () => string
  readonly exited: Promise<readonly [number | null, string | null]>
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Process {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: home.path, env: { ...home.env, ...env }, stdio: 'pipe' })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  return { child, out: () => out, err: () => err, exited: once(child, 'close') as never }
}

const message = (id: number, method: string, params: object): string =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`

const INITIALIZE = message(1, 'initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'raw', version: '1' },
})

/** Waits until there are so many lines. */
async function lines({ out }: Process, count: number): Promise<unknown[]> {
  while (out().split('\n').length <= count) await new Promise((resolve) => setTimeout(resolve, 5))
  return out()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

describe('over stdio', () => {
  test('stdout holds messages alone, one a line, also with --verbose, warnings and errors; stderr tells the rest without secrets', async () => {
    const server = start(['--verbose', '--allow-delete'], { DHIS2_MCP_READONLY: 'perhaps' })
    server.child.stdin?.write(INITIALIZE)
    await lines(server, 1)
    server.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`)
    server.child.stdin?.write(message(2, 'tools/call', { name: 'files_documents_list', arguments: {} }))
    server.child.stdin?.write(
      message(3, 'tools/call', { name: 'files_documents_get', arguments: { uid: 'a2345678901' } }),
    )
    server.child.stdin?.write(message(4, 'tools/call', { name: 'no_such_tool', arguments: {} }))
    server.child.stdin?.write('this is no JSON\n')
    server.child.stdin?.write(message(5, 'tools/list', {}))
    const answers = (await lines(server, 5)) as { jsonrpc: string; id: number }[]
    expect(answers.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true)
    expect(answers.map(({ id }) => id).sort()).toEqual([1, 2, 3, 4, 5])
    server.child.stdin?.end()
    expect(await server.exited).toEqual([0, null])
    expect(server.err()).toContain('--allow-delete has no effect without --write')
    expect(server.err()).toContain('files_documents_list: done')
    expect(server.err()).toContain('/api/documents')
    expect(server.err()).not.toContain('district')
    expect(server.err()).not.toContain(Buffer.from('admin:district').toString('base64'))
  })

  test('it ends by itself when its client is gone, and cancels what runs', async () => {
    const stall = emulator.inject({ kind: 'stall', direction: 'down', route: 'GET /api/documents*' })
    const server = start([])
    server.child.stdin?.write(INITIALIZE)
    await lines(server, 1)
    server.child.stdin?.write(message(2, 'tools/call', { name: 'files_documents_list', arguments: {} }))
    while (stall.fired === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    server.child.stdin?.end()
    expect(await server.exited).toEqual([0, null])
    stall.remove()
    expect(await lines(server, 1)).toHaveLength(1)
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s ends it, with everything in order', async (signal) => {
    const server = start([])
    server.child.stdin?.write(INITIALIZE)
    await lines(server, 1)
    server.child.kill(signal)
    expect(await server.exited).toEqual([0, null])
  })

  test('it works without any profile, and tells how to get one when one is needed', async () => {
    const empty = await makeHome({})
    await using server = await connectStdio({
      env: { ...empty.env, HOME: join(empty.path, 'nowhere') },
      cwd: empty.path,
    })
    expect(await server.ok('profile_list')).toEqual({ result: [] })
    expect((await server.client.listResources()).resources).toEqual([])
    expect(await server.refused('files_documents_list')).toMatch(/No DHIS2 is chosen.*\(no-profile\)/s)
    expect((await server.ok('system_server_info')).default_profile.problem).toContain('No DHIS2 is chosen')
    await empty[Symbol.asyncDispose]()
  })

  test('the environment may say which DHIS2, as without any file', async () => {
    const { url } = await emulator.serve()
    const env = {
      HOME: join(home.path, 'nowhere'),
      DHIS2_URL: url,
      DHIS2_USERNAME: 'admin',
      DHIS2_PASSWORD: 'district',
    }
    await using server = await connectStdio({ env: { ...home.env, ...env }, cwd: home.path })
    expect(await server.ok('files_documents_list')).toMatchObject({ result: [] })
    expect((await server.ok('system_server_info')).default_profile).toMatchObject({
      name: null,
      chosen_by: 'DHIS2_URL',
    })
  })
})

describe('over HTTP', () => {
  test('it says where it is on stderr, and prints nothing on stdout', async () => {
    const server = start(['--http', '--port', '0', '--token-env', 'TOKEN'], {
      TOKEN: 'a-long-random-word-of-this-test',
    })
    while (!/listening at http:\/\/127\.0\.0\.1:\d+\/mcp\n/.test(server.err()))
      await new Promise((resolve) => setTimeout(resolve, 5))
    expect(server.err()).not.toContain('a-long-random-word')
    server.child.kill('SIGTERM')
    expect(await server.exited).toEqual([0, null])
    expect(server.out()).toBe('')
  })

  test.each([
    [['--http', '--token-env', 'ABSENT'], /--token-env names ABSENT/],
    [['--http', '--host', '0.0.0.0'], /needs a token/],
    [['--root', '/absent/folder'], /--root \/absent\/folder cannot be used: there is no such folder/],
    [['--max-inline', '99999999'], /--max-inline must be from 0 to 5000000/],
    [['--nonsense'], /--nonsense/],
  ] as const)('%j does not start: exit code 2, and one line that says why', async (args, why) => {
    const server = start(args)
    expect(await server.exited).toEqual([2, null])
    expect(server.err()).toMatch(why)
    expect(server.err().trim().split('\n')).toHaveLength(1)
    expect(server.out()).toBe('')
  })
})

test('--version and --help are answered at once', async () => {
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
    version: string
  }
  const asked = start(['--version'])
  expect(await asked.exited).toEqual([0, null])
  expect(asked.out()).toBe(`${version}\n`)
  const help = start(['--help'])
  expect(await help.exited).toEqual([0, null])
  expect(help.out()).toContain('--allow-delete')
})
