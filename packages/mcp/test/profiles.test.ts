import { createEmulator, type Emulator } from '@dhis2-files/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Connected, connectHere } from './connect.js'
import { type Home, makeHome } from './home.js'

let emulator: Emulator
let url: string
let home: Home
let server: Connected

beforeAll(async () => {
  emulator = createEmulator({ version: '2.43' })
  url = (await emulator.serve()).url
  home = await makeHome({
    main: { base_url: url },
    wrong: { base_url: url, password: 'not-the-password' },
    gone: { base_url: 'http://127.0.0.1:9' },
    guarded: { base_url: url, read_only: true },
  })
  server = await connectHere({ env: home.env })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await home[Symbol.asyncDispose]()
  await emulator.close()
})

test('profile_list gives what dhis2w-utils gives, and what is more', async () => {
  const { result } = await server.ok('profile_list')
  expect(result.map(({ name }: { name: string }) => name)).toEqual(['main', 'wrong', 'gone', 'guarded'])
  expect(result[0]).toEqual({
    name: 'main',
    base_url: url,
    auth: 'basic',
    source: 'global-toml',
    source_path: `${home.path}/.config/dhis2/profiles.toml`,
    is_default: true,
    shadowed: false,
    read_only: false,
    problem: null,
  })
  expect(result[3]).toMatchObject({ read_only: true, is_default: false })
})

test.each([{}, { redacted: true }, { redacted: false }])('profile_show shows no secret, with %j', async (more) => {
  const shown = await server.call('profile_show', { name: 'main', ...more })
  expect(shown.structuredContent).toMatchObject({
    base_url: url,
    auth: 'basic',
    username: 'admin',
    password: '***',
    token: null,
    meta: { name: 'main', source: 'global-toml' },
  })
  expect(JSON.stringify(shown)).not.toContain('district')
})

test('profile_verify tells who that is, and what is wrong is a result', async () => {
  expect(await server.ok('profile_verify', { name: 'main' })).toMatchObject({
    name: 'main',
    ok: true,
    base_url: url,
    auth: 'basic',
    username: 'admin',
    version: expect.stringMatching(/^2\.43/),
    latency_ms: expect.any(Number),
    error: null,
  })
  const wrong = await server.ok('profile_verify', { name: 'wrong' })
  expect(wrong).toMatchObject({ ok: false, username: null, error: expect.stringMatching(/./) })
  expect(JSON.stringify(wrong)).not.toContain('not-the-password')
  expect(await server.refused('profile_verify', { name: 'nobody' })).toMatch(
    /There is no profile “nobody”.*main.*\(unknown-profile\)$/s,
  )
})

test('profile_verify_all tries each, and one that fails stops no other', async () => {
  const { result } = await server.ok('profile_verify_all')
  expect(result.map(({ name, ok }: { name: string; ok: boolean }) => [name, ok])).toEqual([
    ['main', true],
    ['wrong', false],
    ['gone', false],
    ['guarded', true],
  ])
})

test('system_server_info tells what this server may do, and with profile what its DHIS2 is', async () => {
  expect(await server.ok('system_server_info')).toMatchObject({
    server: '@dhis2-files/mcp',
    active_plugin_tree: 'v41-v44',
    write: false,
    allow_delete: false,
    read_only_reason: null,
    roots: [],
    max_inline_bytes: 1_000_000,
    default_profile: { name: 'main', base_url: url, problem: null },
    dhis2: null,
  })
  expect(await server.ok('system_server_info', { profile: 'main' })).toMatchObject({
    active_plugin_tree: 'v43',
    dhis2: { version: expect.stringMatching(/^2\.43/), username: 'admin' },
  })
})

test('one client and one sign-in serve all calls of a profile', async () => {
  await server.ok('files_documents_list')
  const before = emulator.state.signIns.length
  await Promise.all([1, 2, 3, 4].map(() => server.ok('files_documents_list')))
  expect(emulator.state.signIns.length).toBe(before)
})
