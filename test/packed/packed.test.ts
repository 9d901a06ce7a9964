import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportsOf, ROOT } from '../source-graph.js'

/* What is published, installed from its tarballs into an empty folder, as a user has it. */

const PACKAGES = ['client', 'emulator'] as const

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
  expect(files).toContain('dist/index.js')
  expect(files).toContain('src/index.ts')
  expect(files.filter((file) => /\.test\./.test(file))).toEqual([])
})

describe('in Node', { timeout: 60_000 }, () => {
  test.each(PACKAGES)('every value that %s exports can be imported', async (name) => {
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

function npm(args: readonly string[], cwd: string): Promise<{ stdout: string }> {
  const { npm_execpath: path = '' } = process.env
  return /npm-cli\.c?js$/.test(path) ? run(process.execPath, [path, ...args], cwd) : run('npm', args, cwd)
}

/** Runs a program. When it fails, what it printed is the error. */
async function run(program: string, args: readonly string[], cwd: string): Promise<{ stdout: string }> {
  try {
    return await promisify(execFile)(program, [...args], { cwd, maxBuffer: 16_000_000 })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}
