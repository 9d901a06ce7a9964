/**
 * Runs the code of README and docs/ against the emulator. The `ts` blocks of a file are one program, in their order: it is
 * checked by tsc, then run in a folder that holds report.pdf, report-revised.pdf, photo.jpg, tent.png and ministry-ca.pem, on a
 * server that has what doc-objects.mjs makes. Each line of a `sh` block is understood by a row of `COMMANDS`; one that no row
 * knows fails. Lines of the command line run in what doc-cli.mjs makes.
 */
import { spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { pathToFileURL } from 'node:url'
import { cliWorld } from './doc-cli.mjs'
import { makeDocObjects } from './doc-objects.mjs'
import { fail, prepare, ROOT } from './prepare.mjs'

/** The server and the token that the docs name. */
const NAMED_SERVER = 'https://dhis2.example.org'
const NAMED_TOKEN = 'd2p_…'

/** What is done with a line of a `sh` block. `covered`: something else in CI does it. */
const COMMANDS = [
  { line: /^git clone |^cd /, covered: 'a fresh clone is where CI begins' },
  {
    line: /^npm install (--save-dev |--global )?(@dhis2-files\/|dhis2-files)/,
    covered: 'test/packed installs the tarballs',
  },
  { line: /^npm test$/, covered: 'CI runs it' },
  { line: /^\.ci\/run$/, covered: 'CI is it' },
  { line: /^npm run ([\w:-]+)/, script: true },
  { line: /^npx dhis2-emulator/, server: true },
  { line: /^curl /, request: true },
  { line: /npm start/, run: true },
  { line: /^npx -y dhis2-files profile add .*--username/, covered: 'it asks on a terminal: packages/cli/test/e2e' },
  {
    line: /^(claude mcp add .*)?npx -y (dhis2-files mcp|@dhis2-files\/mcp)/,
    covered: 'it has these flags: test/docs/mcp.test.ts. It starts: packages/mcp/test',
  },
  { line: /^dhis2-files profile add .*--username/, covered: 'it asks on a terminal: packages/cli/test/e2e' },
  {
    line: /^dhis2-files profile log(in|out)/,
    covered: 'it needs a browser, or asks on a terminal: packages/cli/test/e2e',
  },
  { line: /^dhis2-files (emulator|mcp .*--http)/, cli: true, until: /http:\/\/\S+/ },
  { line: /^dhis2-files /, cli: true },
]

const cache = join(ROOT, '.cache', 'doc-examples')
let passed = 0
let failed = 0

await prepare().catch(fail)
const { createEmulator } = await import(pathToFileURL(join(ROOT, 'packages', 'emulator', 'dist', 'index.js')).href)
rmSync(cache, { recursive: true, force: true })
mkdirSync(cache, { recursive: true })

// names of files, to run only theirs
const only = process.argv.slice(2)
const documents = markdownFiles()
  .filter((path) => only.length === 0 || only.includes(path))
  .map((path) => ({ path, blocks: blocksOf(path) }))
const programs = documents.filter(({ blocks }) => blocks.some(isProgram))
for (const { path, blocks } of programs) {
  const code = blocks.filter(isProgram).map((block) => `// ${path}:${block.line}\n${block.code}`)
  writeFileSync(join(cache, `${nameOf(path)}.ts`), `${code.join('\n')}\nexport {}\n`)
}
await typecheck()
for (const { path } of programs) {
  await onEmulator(async (server) => {
    await makeDocObjects(server.url)
    await runProgram(path, server)
  })
}
const works = documents.flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language }) => language === 'sh')
    .map(
      ({ line, code }) =>
        () =>
          runShell(`${path}:${line}`, code),
    ),
)
// each in a place of its own
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let work = works.shift(); work !== undefined; work = works.shift()) await work()
  }),
)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

function markdownFiles() {
  const docs = readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
  const readmes = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/README.md`)
  return ['README.md', 'CONTRIBUTING.md', ...readmes, ...docs].filter((path) => existsSync(join(ROOT, path)))
}

function blocksOf(path) {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return [...text.matchAll(/^```(\w*)([^\n]*)\n(.*?)^```$/gms)].map((match) => ({
    language: match[1],
    file: /file=(\S+)/.exec(match[2])?.[1],
    code: match[3],
    line: text.slice(0, match.index).split('\n').length,
  }))
}

function isProgram({ language, file }) {
  return file === undefined && (language === 'ts' || language === 'js')
}

function nameOf(path) {
  return path.replace(/\.md$/, '').replaceAll('/', '-')
}

async function typecheck() {
  const compilerOptions = {
    rootDir: '.',
    outDir: 'out',
    noEmit: false,
    composite: false,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    types: ['node'],
    customConditions: [],
  }
  const files = programs.map(({ path }) => `${nameOf(path)}.ts`)
  writeFileSync(join(cache, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(
    join(cache, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions, files }),
  )
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  check(`the types of ${files.length} programs`, await run(process.execPath, [tsc, '-p', cache], { cwd: ROOT }))
}

async function runProgram(path, { url, token }) {
  const compiled = join(cache, 'out', `${nameOf(path)}.js`)
  if (!existsSync(compiled)) return check(path, { code: 1, output: 'It was not compiled.' })
  writeFileSync(compiled, readFileSync(compiled, 'utf8').replaceAll(NAMED_SERVER, url))
  const folder = mkdtempSync(join(tmpdir(), 'dhis2-files-docs-'))
  for (const name of ['report.pdf', 'report-revised.pdf', 'photo.jpg'])
    copyFileSync(join(ROOT, 'examples', 'files', name), join(folder, name))
  copyFileSync(join(ROOT, 'test', 'conformance', 'fixtures', 'icon.png'), join(folder, 'tent.png'))
  writeFileSync(join(folder, 'ministry-ca.pem'), rootCertificates[0])
  check(
    `the code of ${path}`,
    await run(process.execPath, [compiled], {
      cwd: folder,
      env: { ...process.env, ...homeOf(folder), DHIS2_PAT: token },
    }),
  )
  rmSync(folder, { recursive: true, force: true })
}

function rowOf(command) {
  return COMMANDS.find(({ line }) => line.test(command))
}

async function runShell(where, code) {
  const commands = code.split('\n').filter((text) => text !== '' && !text.startsWith('#'))
  if (commands.some((command) => rowOf(command)?.cli)) {
    await onEmulator((server) => runBlock(where, commands, server))
    return
  }
  for (const command of commands) await onEmulator((server) => runCommand(where, command, server))
}

/** The lines of a block of the command line's, one after the other, in one place. */
async function runBlock(where, commands, server) {
  const world = await cliWorld(server)
  try {
    for (const command of commands) {
      const row = rowOf(command)
      if (!row?.cli) {
        await runCommand(where, command, server)
        continue
      }
      const { folder: cwd, env } = world
      // ports of the docs may be taken
      const line = world
        .fill(command)
        .replaceAll(NAMED_SERVER, server.url)
        .replace(/--port \d+/, '--port 0')
      const real = row.until && !line.includes('--port') ? `${line} --port 0` : line
      // the program itself gets the signal that ends it
      const script = row.until ? `exec ${real}` : real
      check(`${where}: ${command}`, await run('bash', ['-c', script], { cwd, env, until: row.until }))
    }
  } finally {
    world.dispose()
  }
}

/** A home with no profiles yet, and without the keyring of whoever runs this. */
function homeOf(folder) {
  return { HOME: folder, XDG_CONFIG_HOME: join(folder, '.config'), DHIS2_FILES_KEYRING: 'off' }
}

async function runCommand(where, command, { url, token }) {
  const row = rowOf(command)
  const title = `${where}: ${command}`
  if (row === undefined)
    return check(title, { code: 1, output: 'No row of COMMANDS in scripts/doc-examples.mjs knows it.' })
  if (row.covered) return
  if (row.script) {
    const [, name] = row.line.exec(command)
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    return check(title, { code: name in scripts ? 0 : 1, output: `There is no script ${name}.` })
  }
  if (row.request) return check(title, await request(command, url))
  const real = command.replaceAll(NAMED_SERVER, url).replaceAll(NAMED_TOKEN, token)
  // npm start and npx change the folder; the docs' files are in examples/files
  const env = { ...process.env, INIT_CWD: join(ROOT, 'examples', 'files') }
  if (!row.server)
    return check(
      title,
      await run('bash', ['-c', real.replace('npm start', 'node scripts/start.mjs').replace(' -- ', ' ')], {
        cwd: ROOT,
        env,
      }),
    )
  const bin = join(ROOT, 'packages', 'emulator', 'dist', 'bin.js')
  const args = real
    .replace('npx dhis2-emulator', '')
    .replace(/--port \d+/, '--port 0')
    .trim()
    .split(/\s+/)
  return check(title, await run(process.execPath, [bin, ...args], { cwd: cache, until: /http:\/\/\S+/ }))
}

/** What curl would do, without curl. */
async function request(command, url) {
  const [, address] = /\bhttp:\/\/127\.0\.0\.1:8080(\S*)/.exec(command) ?? []
  const [, method = 'GET'] = /-X (\w+)/.exec(command) ?? []
  const [, body] = /-d '([^']*)'/.exec(command) ?? []
  const answer = await fetch(`${url}${address}`, { method, body })
  return { code: answer.ok ? 0 : 1, output: `${answer.status} ${await answer.text()}` }
}

async function onEmulator(work) {
  const emulator = createEmulator({ version: '2.43' })
  const { url } = await emulator.serve()
  const answer = await fetch(`${url}/api/apiToken`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('admin:district')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'docs' }),
  })
  const { response } = await answer.json()
  try {
    await work({ url, token: response.key })
  } finally {
    await emulator.close()
  }
}

function check(title, { code, output }) {
  if (code === 0) {
    passed++
    console.log(`ok   ${title}`)
  } else {
    failed++
    console.log(`FAIL ${title}\n${output.trim().replace(/^/gm, '     ')}`)
  }
}

/** Runs a program to its end, or until it has printed what `until` matches. */
function run(program, args, { until, ...options }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000, ...options })
    let output = ''
    let reached = false
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text) => {
        output += text
        if (until === undefined || reached || !until.test(output)) return
        reached = true
        child.kill('SIGTERM')
      })
    }
    child.on('error', (error) => resolve({ code: 1, output: `${basename(program)}: ${error.message}` }))
    child.on('close', (code) => resolve({ code: reached ? 0 : (code ?? 1), output }))
  })
}
