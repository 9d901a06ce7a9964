/**
 * Runs the suite in each runtime, with the built packages, and prints `N passed, N failed`. Names as arguments run only
 * those: `node test/runtimes/run.mjs deno`. `page` is examples/browser-page in Chromium.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runBrowserPage } from './browser-page.mjs'
import { runChromium, withBrowser } from './chromium.mjs'
import { startWorld } from './world.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const MODULES = join(HERE, 'node_modules')
const node = { entry: 'node', progress: 'read', args: [] }

/** `progress`: what its transport tells of an upload: bytes as they are read, or only the end. */
const PROGRAMS = {
  node20: { ...node, name: 'Node 20', program: 'node20/bin/node' },
  node22: { ...node, name: 'Node 22', program: 'node22/bin/node' },
  node24: { ...node, name: 'Node 24', program: 'node24/bin/node' },
  bun: { name: 'Bun', program: 'bun/bin/bun', entry: 'index', progress: 'end', args: ['--no-install'] },
  deno: {
    name: 'Deno',
    program: 'deno/deno',
    entry: 'index',
    progress: 'end',
    args: ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual'],
  },
}

const wanted = process.argv.slice(2)
const RUNS = {
  ...Object.fromEntries(Object.entries(PROGRAMS).map(([name, facts]) => [name, () => runProgram(facts)])),
  chromium: () => withBrowser(runChromium),
  page: () => withBrowser(runBrowserPage),
}
const chosen = Object.keys(RUNS).filter((name) => wanted.length === 0 || wanted.includes(name))
const lines = []
let passed = 0
let failed = 0
for (const name of chosen) {
  const result = await RUNS[name]().catch((error) => {
    console.error(error)
    return { passed: 0, failed: 1, version: name }
  })
  passed += result.passed
  failed += result.failed
  lines.push(`${result.version}: ${result.passed} passed, ${result.failed} failed`)
}
for (const line of lines) console.log(line)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

async function runProgram({ name, program, args, entry, progress }) {
  const folder = mkdtempSync(join(tmpdir(), 'dhis2-files-runtimes-'))
  const world = await startWorld()
  try {
    const file = join(folder, 'report.pdf')
    writeFileSync(file, Buffer.alloc(300_000, 'a report '))
    const facts = { ...world.addresses, runtime: { name, entry, progress }, file, target: join(folder, 'copy.pdf') }
    const path = join(MODULES, program)
    const version = await output(path, ['--version'], folder)
    const told = await output(path, [...args, join(HERE, 'runner.mjs'), JSON.stringify(facts)], folder)
    const [, good, bad] = /^(\d+) passed, (\d+) failed$/m.exec(told.text) ?? []
    const ended = told.code === 0 || Number(bad) > 0
    return {
      version: `${name} (${/\d+\.\d+\.\d+/.exec(version.text)?.[0]})`,
      passed: Number(good ?? 0),
      failed: ended ? Number(bad ?? 1) : 1,
    }
  } finally {
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a program prints, which is shown too, but for its last line. */
function output(program, args, home) {
  const env = { ...process.env, NO_COLOR: '1', DENO_DIR: join(home, 'deno'), DENO_NO_UPDATE_CHECK: '1' }
  const child = spawn(program, args, { cwd: HERE, env, stdio: ['ignore', 'pipe', 'inherit'], timeout: 300_000 })
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (chunk) => {
      text += chunk
      process.stdout.write(chunk.replace(/^\d+ passed, \d+ failed\n/m, ''))
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, text }))
  })
}
