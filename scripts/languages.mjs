/**
 * `python` or `java`: runs the workflow of the emulator's README as GitHub would, the steps of that language only, with the
 * programs of examples/. What needs npm or the network is not run: the packed tests install the tarballs.
 */
import { spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { parse } from 'yaml'
import { fail, PrepareError, prepare, ROOT } from './prepare.mjs'

const PROGRAMS = {
  python: { folder: 'python', step: /^python3 / },
  java: { folder: 'java', step: /^java / },
}
const COVERED = /^npm install /

const language = process.argv[2]
const chosen = PROGRAMS[language]
if (chosen === undefined) fail(new PrepareError(`usage: node scripts/languages.mjs ${Object.keys(PROGRAMS).join('|')}`))
else await prepare().then(run).catch(fail)

async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'dhis2-files-language-'))
  try {
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    const emulator = join(bin, 'dhis2-emulator')
    const main = join(ROOT, 'packages', 'emulator', 'dist', 'bin.js')
    writeFileSync(emulator, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`)
    chmodSync(emulator, 0o755)
    cpSync(join(ROOT, 'examples', 'files', 'report.pdf'), join(folder, 'report.pdf'))
    cpSync(join(ROOT, 'examples', chosen.folder), folder, { recursive: true })
    const port = String(await freePort())
    const steps = workflowSteps().map((step) => step.replaceAll('8080', port))
    const script = ['set -e', "trap 'kill $(jobs -p)' EXIT", ...steps].join('\n')
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, DHIS2_URL: `http://127.0.0.1:${port}` }
    const code = await ended(spawn('bash', ['-c', script], { cwd: folder, env, stdio: 'inherit', timeout: 120_000 }))
    console.log(code === 0 ? `${steps.length} passed, 0 failed` : '0 passed, 1 failed')
    process.exitCode = code === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The `run:` steps of the README's workflow that this language needs. */
function workflowSteps() {
  const readme = readFileSync(join(ROOT, 'packages', 'emulator', 'README.md'), 'utf8')
  const [, yaml] = /^```yaml\n(.*?)^```$/ms.exec(readme) ?? []
  const { jobs } = parse(yaml ?? '')
  const runs = jobs.test.steps.map((step) => step.run).filter((text) => text !== undefined && !COVERED.test(text))
  const others = Object.values(PROGRAMS).filter((one) => one !== chosen)
  const steps = runs.filter((text) => !others.some((other) => other.step.test(text)))
  if (!steps.some((text) => chosen.step.test(text))) throw new PrepareError(`The README has no step for ${language}.`)
  return steps
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
}
