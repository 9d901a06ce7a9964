import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { BIN } from './harness/bin.js'
import { test, type World } from './harness/world.js'
import { linked } from './cases/documents.js'

/* What a command loads is what it waits for. Times are in bench/. */

const TRACE = fileURLToPath(new URL('harness/trace-modules.mjs', import.meta.url))
const ROOT = path.resolve(path.dirname(BIN), '../../..')

/** Files that a run loads, from the root of the repository; of node_modules only the package. Node's own are left out. */
async function loaded(world: World, ...args: readonly string[]): Promise<readonly string[]> {
  const file = path.join(world.folder, 'modules')
  const ran = await world.run(args, { nodeArgs: ['--import', TRACE], env: { MODULES_FILE: file } })
  expect(ran.code, ran.stderr).toBe(0)
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('node:'))
  const files = lines.map((line) => path.relative(ROOT, line.startsWith('file:') ? fileURLToPath(line) : line))
  return [...new Set(files.map((name) => /.*node_modules\/((@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? name))].sort()
}

test.concurrent.for(['--version', '-V'])('%s loads the bin and nothing else', async (flag, { open }) => {
  expect(await loaded(await open(), flag)).toEqual(['packages/cli/dist/bin.js'])
})

test.concurrent('a list loads no package that it does not use', async ({ open }) => {
  const world = await open()
  await linked(world)
  const modules = await loaded(world, 'documents', 'list')
  const packages = modules.filter((name) => !name.startsWith('packages/'))
  expect(packages).toEqual([
    'ansi-regex',
    'commander',
    'emoji-regex',
    'env-paths',
    'get-east-asian-width',
    'is-safe-filename',
    'picocolors',
    'smol-toml',
    'string-width',
    'strip-ansi',
    'undici',
  ])
  const owners = new Set(modules.map((name) => /^packages\/(\w+)\/dist/.exec(name)?.[1]).filter(Boolean))
  expect([...owners].sort()).toEqual(['cli', 'client', 'profiles'])
})

test.concurrent.for(['--help', 'documents --help', 'documents list --help'])(
  '%s loads only what it tells of',
  async (line, { open }) => {
    const modules = await loaded(await open(), ...line.split(' '))
    expect(modules.filter((name) => /emulator|mcp|modelcontextprotocol|clack|cli-progress/.test(name))).toEqual([])
  },
)
