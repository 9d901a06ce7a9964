import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createEmulator } from '@dhis2-files/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportsOf, ROOT } from '../source-graph.js'

/* What is published, installed from its tarballs into an empty folder, as a user has it. */

const LIBRARIES = ['client', 'emulator', 'profiles', 'mcp'] as const
const PACKAGES = [...LIBRARIES, 'cli'] as const

interface Tarball {
  readonly name: string
  readonly path: string
  readonly files: readonly string[]
}

let folder: string
let tarballs: Tarball[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dhis2-files-packed-'))
  await run(process.execPath, [join(ROOT, 'scripts', 'prepare.mjs')], ROOT)
  tarballs = []
  for (const name of PACKAGES) tarballs.push(await pack(name))
  await write('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  const paths = tarballs.map((tarball) => tarball.path)
  await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', ...paths], folder)
  // a consumer in Node has these types; they are the ones that we have
  await mkdir(join(folder, 'node_modules', '@types'), { recursive: true })
  for (const name of ['@types/node', 'undici-types']) {
    await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name), 'junction')
  }
}, 300_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

test.each(PACKAGES)('the tarball of %s holds dist, src, README, LICENSE and package.json, and nothing else', (name) => {
  const { files } = tarballs.find((tarball) => tarball.name === name)!
  expect(files.filter((file) => !/^(dist|src)\/.*\.(ts|js|map)$/.test(file)).sort()).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
  ])
  const entry = name === 'cli' ? 'bin' : 'index'
  expect(files).toContain(`dist/${entry}.js`)
  expect(files).toContain(`src/${entry}.ts`)
  expect(files.filter((file) => /\.test\./.test(file))).toEqual([])
})

describe('in Node', { timeout: 60_000 }, () => {
  test.each(LIBRARIES)('every value that %s exports can be imported', async (name) => {
    const { stdout } = await node(`
      import * as all from '@dhis2-files/${name}'
      console.log(JSON.stringify(Object.entries(all).map(([name, value]) => [name, typeof value])))`)
    const found = JSON.parse(stdout) as [string, string][]
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter(([, type]) => type === 'undefined')).toEqual([])
    expect(exportsOf(name, 'index.ts')).toEqual(expect.arrayContaining(found.map(([exported]) => exported)))
  })

  test('client and emulator carry a file there and back', async () => {
    const { stdout } = await node(`
      import { Dhis2Client } from '@dhis2-files/client'
      import { createEmulator } from '@dhis2-files/emulator'
      const emulator = createEmulator({ version: '2.43' })
      const { url } = await emulator.serve()
      const client = new Dhis2Client({ baseUrl: url, auth: { username: 'admin', password: 'district' } })
      const { uid } = await client.files.uploadDocument(new Blob(['hello']), { name: 'Greeting', filename: 'hello.txt' })
      const file = await client.files.downloadDocument(uid)
      console.log(file.name, new TextDecoder().decode(await file.bytes()))
      await client.close()
      await emulator.close()`)
    expect(stdout.trim()).toBe('hello.txt hello')
  })

  test.each(['dhis2-files', 'd2f'])('npx %s --version prints the version of the package', async (name) => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'packages', 'cli', 'package.json'), 'utf8'))
    expect((await npx([name, '--version'])).stdout).toBe(`${version}\n`)
  })

  test('npx dhis2-files carries a file there and back', async () => {
    const emulator = createEmulator({ version: '2.43' })
    const { url } = await emulator.serve()
    try {
      const env = { DHIS2_URL: url, DHIS2_USERNAME: 'admin', DHIS2_PASSWORD: 'district', XDG_STATE_HOME: folder }
      await write('تقرير 🦟.txt', 'hello')
      const up = JSON.parse((await npx(['dhis2-files', 'documents', 'upload', 'تقرير 🦟.txt', '--json'], env)).stdout)
      const down = ['dhis2-files', 'documents', 'download', up.files[0].uid, '--to', 'back.txt', '--json']
      expect(JSON.parse((await npx(down, env)).stdout)).toMatchObject({ status: 'saved', size: 5 })
      expect(await readFile(join(folder, 'back.txt'), 'utf8')).toBe('hello')
    } finally {
      await emulator.close()
    }
  })

  test('npx dhis2-files-mcp --help says what it takes', async () => {
    expect((await npx(['dhis2-files-mcp', '--help'])).stdout).toMatch(/--root[\s\S]*--allow-delete/)
  })

  test('dhis2-emulator says where it is, and ends when it is asked to', async () => {
    const bin = join(folder, 'node_modules', '.bin', 'dhis2-emulator')
    const child = spawn(bin, ['--port', '0', '--version', '2.42'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    child.stdout.setEncoding('utf8')
    const [line] = (await once(child.stdout, 'data')) as [string]
    const url = /http:\/\/\S+/.exec(line)?.[0] ?? ''
    const answer = await fetch(`${url}/api/system/info`, {
      headers: { authorization: `Basic ${btoa('admin:district')}` },
    })
    expect(((await answer.json()) as { version: string }).version).toMatch(/^2\.42/)
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  })
})

describe('for TypeScript, with skipLibCheck off', { timeout: 180_000 }, () => {
  const resolutions = [
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ]

  test.each(resolutions)('a browser’s consumer compiles with $moduleResolution', async (resolution) => {
    await compiles(
      'browser',
      { ...resolution, types: [], lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'] },
      `
      import { Dhis2Client, isDhis2Error, type FileDownload } from '@dhis2-files/client'
      const client = new Dhis2Client({ baseUrl: '/', auth: 'browser' })
      export async function firstFile(): Promise<FileDownload | undefined> {
        try {
          for await (const { id } of client.files.listDocuments({ filter: 'external:eq:false' })) {
            const file = await client.files.downloadDocument(id)
            if (file.kind === 'file') return file
          }
        } catch (error) {
          if (!isDhis2Error(error, 'forbidden')) throw error
        }
        return undefined
      }`,
    )
  })

  test.each(resolutions)('a Node consumer of both compiles with $moduleResolution', async (resolution) => {
    await compiles(
      'node',
      { ...resolution, types: ['node'], lib: ['es2023'] },
      `
      import { Dhis2Client, fileSource, type UploadedDocument } from '@dhis2-files/client'
      import { createEmulator, type Emulator } from '@dhis2-files/emulator'
      export async function demo(path: string): Promise<UploadedDocument> {
        const emulator: Emulator = createEmulator({ version: '2.44', settings: { storageDelay: 0 } })
        const { url } = await emulator.serve()
        const client = new Dhis2Client({ baseUrl: url, auth: { username: 'admin', password: 'district' } })
        return client.files.uploadDocument(await fileSource(path), { name: 'Report' })
      }`,
    )
  })

  test.each(resolutions)('a Node consumer of profiles and mcp compiles with $moduleResolution', async (resolution) => {
    await compiles(
      'profiles',
      { ...resolution, types: ['node'], lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'] },
      `
      import { openClient, isProfileError, ProfileStore, type Profile } from '@dhis2-files/profiles'
      import { runMcp } from '@dhis2-files/mcp'
      export async function whoAmI(name: string): Promise<string> {
        try {
          const store = await ProfileStore.open({ cwd: process.cwd(), env: process.env })
          const profile: Profile = store.resolve(name)
          const client = await openClient(store, profile)
          return (await client.system.me()).username
        } catch (error) {
          return isProfileError(error) ? error.code : 'unknown'
        }
      }
      export const serve: typeof runMcp = runMcp`,
    )
  })
})

async function compiles(name: string, options: Record<string, unknown>, source: string): Promise<void> {
  await write(`${name}.ts`, source)
  const compilerOptions = { strict: true, target: 'es2022', noEmit: true, skipLibCheck: false, ...options }
  await write(`${name}.tsconfig.json`, JSON.stringify({ compilerOptions, files: [`${name}.ts`] }))
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  await run(process.execPath, [tsc, '-p', `${name}.tsconfig.json`], folder)
}

async function pack(name: string): Promise<Tarball> {
  const { stdout } = await npm(['pack', '--json', '--pack-destination', folder], join(ROOT, 'packages', name))
  const [entry] = Object.values(JSON.parse(stdout) as Record<string, { filename: string; files: { path: string }[] }>)
  if (entry === undefined) throw new Error('npm pack packed nothing')
  return { name, path: join(folder, entry.filename), files: entry.files.map((file) => file.path) }
}

function write(name: string, text: string): Promise<void> {
  return writeFile(join(folder, name), text)
}

function node(source: string): Promise<{ stdout: string }> {
  return run(process.execPath, ['--input-type=module', '--eval', source], folder)
}

function npm(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ stdout: string }> {
  const { npm_execpath: path = '' } = process.env
  return /npm-cli\.c?js$/.test(path) ? run(process.execPath, [path, ...args], cwd, env) : run('npm', args, cwd, env)
}

/** A program of an installed package. Nothing is installed for it. */
function npx(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<{ stdout: string }> {
  return npm(['exec', '--no', '--', ...args], folder, env)
}

/** Runs a program. When it fails, what it printed is the error. */
async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ stdout: string }> {
  try {
    return await promisify(execFile)(program, [...args], {
      cwd,
      env: { ...process.env, ...env },
      maxBuffer: 16_000_000,
    })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}
