/**
 * Makes a clone ready to run: installs what is missing, builds what has changed, and does nothing the second time.
 * Plain Node, no dependencies: it runs before anything is installed.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

const STAMP = join(ROOT, '.cache', 'build.json')
const LOCK = join(ROOT, '.cache', 'prepare.lock')
const OLDEST_NODE = [20, 19]

/** What is compiled, and where it goes. */
const PROJECTS = [
  { sources: 'packages/client/src', output: 'packages/client/dist' },
  { sources: 'packages/emulator/src', output: 'packages/emulator/dist' },
  { sources: 'packages/profiles/src', output: 'packages/profiles/dist' },
  { sources: 'packages/mcp/src', output: 'packages/mcp/dist' },
  { sources: 'packages/cli/src', output: 'packages/cli/dist' },
  { sources: 'examples', output: 'examples/dist' },
]

/** What compiling depends on beside the sources. */
const SETTINGS = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'packages/client/package.json',
  'packages/client/tsconfig.json',
  'packages/client/tsconfig.node.json',
  'packages/emulator/package.json',
  'packages/emulator/tsconfig.json',
  'packages/profiles/package.json',
  'packages/profiles/tsconfig.json',
  'packages/mcp/package.json',
  'packages/mcp/tsconfig.json',
  'packages/cli/package.json',
  'packages/cli/tsconfig.json',
  'examples/package.json',
  'examples/tsconfig.json',
]

/** A failure that has been explained: its message is all there is to say. */
export class PrepareError extends Error {}

/**
 * Installs and builds what is missing.
 * @param {{ build?: boolean }} [options] `build: false` only installs.
 * @throws PrepareError
 */
export async function prepare({ build = true } = {}) {
  checkNode()
  if (isInstalled() && (!build || isBuilt())) return
  await withLock(async () => {
    if (!isInstalled()) await install()
    if (build && !isBuilt()) await compile()
  })
}

/** Prints what went wrong in one line, and ends with exit code 1. */
export function fail(error) {
  const text = error instanceof PrepareError ? error.message : (error?.stack ?? String(error))
  process.stderr.write(`${text}\n`)
  process.exit(1)
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  throw new PrepareError(
    `Node ${OLDEST_NODE.join('.')} or newer is needed, and this is Node ${process.versions.node}. Get it from https://nodejs.org.`,
  )
}

/**
 * Whether node_modules is what the lock file asks for. npm writes its own list there when an install is complete: it is
 * missing after an interrupted one, and differs after a change of the lock file.
 */
function isInstalled() {
  const wanted = readJson(join(ROOT, 'package-lock.json'))?.packages
  const found = readJson(join(ROOT, 'node_modules', '.package-lock.json'))?.packages
  if (wanted === undefined || found === undefined) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true
    const there = existsSync(join(ROOT, path, 'package.json'))
    if (entry.link) return there
    const installed = found[path]
    // what belongs to another platform is left out
    if (installed === undefined) return entry.optional === true || entry.peer === true
    return there && installed.version === entry.version && (installed.integrity ?? entry.integrity) === entry.integrity
  })
}

async function install() {
  say('Installing the dependencies (npm ci) …')
  rmSync(STAMP, { force: true })
  const started = Date.now()
  const [npm, ...first] = npmCommand()
  const { code, output } = await run(npm, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'])
  if (code !== 0) {
    throw new PrepareError(
      `${gist(output)}\nnpm ci failed. Is the npm registry within reach, has the disk room, do package.json and package-lock.json agree?`,
    )
  }
  if (!isInstalled())
    throw new PrepareError('npm ci ended well, but not all packages are there. Remove node_modules and try again.')
  say(`Installed in ${seconds(started)}.`)
}

/** What npm says first; a list of all its options follows. */
function gist(output) {
  const lines = output.split('\n').filter((line) => line.replace(/^npm error/, '').trim() !== '')
  return lines.slice(0, 6).join('\n')
}

async function compile() {
  say('Building (tsc -b) …')
  const started = Date.now()
  // tsc -b trusts its own notes: it does not see that an output was deleted, or half written
  const force = isDamaged(readJson(STAMP))
  rmSync(STAMP, { force: true })
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const stamp = { inputs: inputsDigest(), outputs: PROJECTS.flatMap(outputsOf) }
  const { code, output } = await run(process.execPath, [tsc, '-b', ...(force ? ['--force'] : [])])
  if (code !== 0) throw new PrepareError(`${output.trim()}\nThe build failed.`)
  removeStaleOutputs()
  mkdirSync(dirname(STAMP), { recursive: true })
  writeFileSync(STAMP, `${JSON.stringify(stamp)}\n`)
  say(`Built in ${seconds(started)}.`)
}

function isBuilt() {
  const stamp = readJson(STAMP)
  return !isDamaged(stamp) && stamp.inputs === inputsDigest()
}

function isDamaged(stamp) {
  return !Array.isArray(stamp?.outputs) || stamp.outputs.some((name) => !existsSync(join(ROOT, name)))
}

/** By content: a checkout or a copy gives files new dates without changing them. */
function inputsDigest() {
  const hash = createHash('sha256')
  for (const file of [...SETTINGS.map((name) => join(ROOT, name)), ...PROJECTS.flatMap(sourcesOf)]) {
    if (!existsSync(file)) continue
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex')
}

/** tsc leaves the output of a source that is gone, and it would be published. */
function removeStaleOutputs() {
  for (const { sources, output } of PROJECTS) {
    for (const file of filesBelow(join(ROOT, output))) {
      const name = relative(join(ROOT, output), file)
      const source = /^(.*?)(\.d\.ts|\.js)(\.map)?$/.exec(name)?.[1]
      if (source !== undefined && !existsSync(join(ROOT, sources, `${source}.ts`))) rmSync(file)
    }
  }
}

/** What tsc makes of the sources, relative to the root. */
function outputsOf({ sources, output }) {
  return sourcesOf({ sources })
    .filter((file) => !/(\.test|vitest\.config)\.ts$/.test(file))
    .map((file) => join(output, relative(join(ROOT, sources), file).replace(/\.ts$/, '.js')))
}

function sourcesOf({ sources }) {
  return filesBelow(join(ROOT, sources)).filter((file) => file.endsWith('.ts'))
}

function filesBelow(folder) {
  if (!existsSync(folder)) return []
  const files = []
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === '.cache') continue
    if (entry.isDirectory()) {
      if (entry.name !== 'dist') files.push(...filesBelow(join(folder, entry.name)))
    } else files.push(join(folder, entry.name))
  }
  return files.sort()
}

/** One at a time: two commands in one fresh clone would install over each other. */
async function withLock(work) {
  mkdirSync(dirname(LOCK), { recursive: true })
  for (let waits = 0; ; waits++) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST')
        throw new PrepareError(`Cannot write ${relative(process.cwd(), LOCK)}: ${error.code}.`)
    }
    const owner = lockOwner()
    // no number: it is being written at this moment, or its writer died just then
    if (owner === 0 ? waits > 25 : !isAlive(owner)) rmSync(LOCK, { force: true })
    else {
      if (waits === 0) say('Another command is installing or building: waiting for it …')
      await sleep(200)
    }
  }
  const release = () => {
    if (lockOwner() === process.pid) rmSync(LOCK, { force: true })
  }
  process.on('exit', release)
  try {
    return await work()
  } finally {
    release()
    process.off('exit', release)
  }
}

function lockOwner() {
  try {
    return Number(readFileSync(LOCK, 'utf8'))
  } catch {
    return undefined
  }
}

function isAlive(pid) {
  if (pid === undefined) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** npm as it runs us, else the one on the path: a program and its first arguments. */
export function npmCommand() {
  const { npm_execpath: path = '' } = process.env
  return /npm-cli\.c?js$/.test(path) ? [process.execPath, path] : ['npm']
}

function run(program, args) {
  return new Promise((resolve, reject) => {
    const shell = process.platform === 'win32' && program === 'npm'
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], shell })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text) => (output += text))
    }
    child.on('error', (error) => reject(new PrepareError(`Cannot run ${program}: ${error.message}`)))
    child.on('close', (code, signal) => {
      if (signal) reject(new PrepareError('Interrupted.'))
      else resolve({ code, output })
    })
  })
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  prepare({ build: !process.argv.includes('--no-build') }).catch(fail)
}
