import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createEmulator, type Emulator } from '@dhis2-files/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { build } from './build.js'
import { type Connected, connectHere, type ConnectOptions, connectStdio } from './connect.js'
import { type Home, makeHome } from './home.js'

/* What is refused by each of the ways that refuse; nothing reaches DHIS2 then. */

let emulator: Emulator
let url: string
let home: Home
let root: string
let uid: string

beforeAll(async () => {
  await build()
  emulator = createEmulator({ version: '2.44', settings: { storageDelay: 0 } })
  url = (await emulator.serve()).url
  home = await makeHome({
    main: { base_url: url },
    guarded: { base_url: url, read_only: true },
  })
  root = await home.folder('files')
  await using server = await connectHere({ env: home.env, args: ['--write'] })
  uid = (await server.ok('files_documents_upload', { filename: 'a.txt', text: 'hello' })).uid
}, 120_000)
afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await emulator.close()
})

const WRITES: readonly (readonly [string, () => object])[] = [
  ['files_documents_upload', () => ({ filename: 'b.txt', text: 'b' })],
  ['files_documents_create_external', () => ({ name: 'b', url: 'https://example.org' })],
  ['files_documents_update_external', () => ({ uid, name: 'b' })],
  ['files_documents_rename', () => ({ uid, name: 'b' })],
  ['files_documents_replace', () => ({ uid, filename: 'b.txt', text: 'b' })],
  ['files_documents_share', () => ({ uid, sharing: { public: 'rw------' } })],
  ['files_documents_delete', () => ({ uid })],
  ['files_resources_upload', () => ({ filename: 'b.txt', text: 'b' })],
  ['files_media_upload', () => ({ kind: 'event', event: uid, data_element: uid, filename: 'b.txt', text: 'b' })],
]

const names = async ({ client }: Connected): Promise<string[]> =>
  (await client.listTools()).tools.map(({ name }) => name)

let written: number
const writes = (): number => emulator.log.filter(({ method }) => method !== 'GET').length

beforeEach(() => {
  written = writes()
})

interface Way {
  readonly title: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly profile?: string
  readonly code: string
  readonly says: RegExp
  /** Whether the tools are listed all the same: a profile is known only when a tool is called. */
  readonly listed?: boolean
}

const WAYS = (): readonly Way[] => [
  { title: 'no flag', args: [], code: 'not-allowed', says: /without --write/ },
  {
    title: 'DHIS2_MCP_READONLY',
    args: ['--write', '--allow-delete'],
    env: { DHIS2_MCP_READONLY: '1' },
    code: 'read-only',
    says: /DHIS2_MCP_READONLY is set/,
  },
  {
    title: 'DHIS2_MCP_READONLY that cannot be understood',
    args: ['--write', '--allow-delete'],
    env: { DHIS2_MCP_READONLY: 'perhaps' },
    code: 'read-only',
    says: /neither yes nor no/,
  },
  {
    title: 'a protected host',
    args: ['--write', '--allow-delete'],
    env: { DHIS2_MCP_PROTECTED_HOSTS: `other.example, ${new URL(url).host}` },
    code: 'protected-host',
    says: /a protected host/,
    listed: true,
  },
  {
    title: 'a read_only profile that is the default',
    args: ['--write', '--allow-delete', '--profile', 'guarded'],
    code: 'read-only',
    says: /the profile “guarded” is for reading only/,
    listed: true,
  },
  {
    title: 'a read_only profile that a call names',
    args: ['--write', '--allow-delete'],
    profile: 'guarded',
    code: 'read-only',
    says: /the profile “guarded” is for reading only/,
    listed: true,
  },
]

describe.each([0, 1, 2, 3, 4, 5])('way %i to forbid writes', (index) => {
  test('refuses every write before anything is sent, says why, and lets all that reads pass', async () => {
    const way = WAYS()[index]
    if (way === undefined) throw new Error('There is no such way.')
    await using server = await connectHere({ env: { ...home.env, ...way.env }, args: way.args })
    const found = await names(server)
    expect(WRITES.map(([name]) => found.includes(name))).toEqual(WRITES.map(() => way.listed ?? false))
    const profile = way.profile === undefined ? {} : { profile: way.profile }
    for (const [name, input] of WRITES) {
      const message = await server.refused(name, { ...input(), ...profile })
      expect([name, message]).toEqual([name, expect.stringMatching(way.says)])
      expect(message).toMatch(new RegExp(`^${name} is not allowed: .*\\(${way.code}\\)$`, 's'))
      // what it is called with makes no difference where the tool is not listed
      if (!way.listed) expect(await server.refused(name, {})).toBe(message)
    }
    expect(await server.ok('files_documents_get', { uid, ...profile })).toMatchObject({ id: uid })
    expect((await server.call('files_documents_download', { uid, ...profile })).isError).toBeFalsy()
    expect(writes()).toBe(written)
  })
})

test('--write allows everything but deletes, and says what deletes need', async () => {
  await using server = await connectHere({ env: home.env, args: ['--write'] })
  const found = await names(server)
  expect(WRITES.filter(([name]) => !found.includes(name)).map(([name]) => name)).toEqual(['files_documents_delete'])
  expect(await server.refused('files_documents_delete', { uid })).toMatch(/without --allow-delete.*\(not-allowed\)$/s)
  expect(emulator.state.documents.has(uid)).toBe(true)
})

test('a file of this machine is replaced only by a server that may write', async () => {
  await writeFile(join(root, 'mine.txt'), 'mine')
  await using reading = await connectHere({ env: home.env, args: ['--root', root] })
  const input = { uid, path: 'mine.txt', overwrite: true }
  expect(await reading.refused('files_documents_download', input)).toMatch(/overwrite is not allowed: .*--write/)
  expect(await reading.refused('files_documents_download', { uid, path: 'mine.txt' })).toMatch(/\(already-exists\)/)
  expect(await readFile(join(root, 'mine.txt'), 'utf8')).toBe('mine')
  expect(await reading.ok('files_documents_download', { uid, path: 'new.txt' })).toMatchObject({
    path: join(root, 'new.txt'),
  })
  await using writing = await connectHere({ env: home.env, args: ['--root', root, '--write'] })
  await writing.ok('files_documents_download', input)
  expect(await readFile(join(root, 'mine.txt'), 'utf8')).toBe('hello')
})

describe.each(['legacy', 'modern'] as const)('the client’s roots (%s)', (era) => {
  const connect = (options: ConnectOptions): Promise<Connected> =>
    era === 'legacy' ? connectHere(options) : connectStdio({ ...options, era })

  test('count where the server has none of its own, and nothing beside them is reached', async () => {
    const own = await home.folder(`workspace ${era}`)
    await writeFile(join(own, 'x-ray.txt'), 'picture')
    await writeFile(join(home.path, 'secret.txt'), 'secret')
    await symlink(join(home.path, 'secret.txt'), join(own, 'link.txt'))
    await using server = await connect({
      env: home.env,
      args: ['--write'],
      era,
      roots: [join(home.path, 'absent'), own],
    })
    const made = await server.ok('files_documents_upload', { path: 'x-ray.txt' })
    expect(made.file_resource).toMatchObject({ name: 'x-ray.txt', contentLength: 7 })
    const saved = await server.ok('files_documents_download', { uid: made.uid, path: 'copy.txt' })
    expect(saved.path).toBe(join(own, 'copy.txt'))
    for (const path of ['../secret.txt', join(home.path, 'secret.txt'), 'link.txt']) {
      const message = await server.refused('files_documents_upload', { path })
      expect(message).toMatch(/outside the folders that may be used: .*\(outside-roots\)$/s)
      expect(message).toContain(own)
      expect(await server.refused('files_documents_download', { uid, path })).toMatch(
        /\((outside-roots|refused-path)\)$/,
      )
    }
    expect(await readFile(join(home.path, 'secret.txt'), 'utf8')).toBe('secret')
  })

  test('do not count where the server has its own', async () => {
    const own = await home.folder(`elsewhere ${era}`)
    await writeFile(join(own, 'x-ray.txt'), 'picture')
    await using server = await connect({ env: home.env, args: ['--write', '--root', root], roots: [own] })
    expect(await server.refused('files_documents_upload', { path: join(own, 'x-ray.txt') })).toMatch(
      /\(outside-roots\)$/,
    )
    expect(await server.refused('files_documents_download', { uid, path: join(own, 'a.txt') })).toMatch(
      /\(outside-roots\)$/,
    )
    expect(existsSync(join(own, 'a.txt'))).toBe(false)
  })

  test('are none when the client has none', async () => {
    await using server = await connect({ env: home.env, args: ['--write'], roots: [] })
    expect(await server.refused('files_documents_upload', { path: 'x-ray.txt' })).toMatch(/\(no-roots\)$/)
  })
})

test('profile files are out of reach, also where a root holds them', async () => {
  await using server = await connectHere({ env: home.env, args: ['--write', '--root', home.path] })
  expect(await server.refused('files_documents_upload', { path: '.config/dhis2/profiles.toml' })).toMatch(
    /secrets of profiles: files of the name profiles\.toml.*\(refused-path\)$/s,
  )
  await mkdir(join(home.path, 'x'), { recursive: true })
  expect(await server.refused('files_documents_download', { uid, path: '.dhis2/profiles.toml' })).toMatch(
    /secrets of profiles/,
  )
})
