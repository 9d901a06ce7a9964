// Takes each row out of the tables that decide what the client does, one at a time, and expects the tests of that table to
// fail: a row that can go without a red test is not tested. `npm run test:mutations`, or with `-- echoes:own-icon` some alone.
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './prepare.mjs'

const CLIENT = join(ROOT, 'packages/client')
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs')
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const AT_ONCE = 2
const LONGEST = 90_000

/** Where a table is, and the tests that must notice. */
const TABLES = {
  retry: { module: 'http/retry.js', rows: 'RETRY_RULES', tests: ['http/retry.test.ts'] },
  classification: { module: 'http/classification.js', rows: 'CLASSIFICATION', tests: ['http/classification.test.ts'] },
  echoes: { module: 'files/echoes.js', rows: 'ECHOES', tests: ['files/echoes.test.ts'] },
  preflight: { module: 'files/preflight.js', rows: 'PREFLIGHT_RULES', tests: ['files/preflight.test.ts'] },
}

/** Tests that only compare a table with a list of its rows: that they fail without one shows nothing. */
const ABOUT_THE_TABLE = /\bhas a (case|test)\b/

async function mutations() {
  const built = spawnSync(process.execPath, [TSC, '-b', CLIENT], { cwd: ROOT, stdio: 'inherit' })
  if (built.status !== 0) throw new Error('The client cannot be built.')
  const found = []
  for (const [table, { module, rows }] of Object.entries(TABLES)) {
    const exports = await import(join(CLIENT, 'dist', module))
    for (const { id } of exports[rows]) found.push({ table, id })
  }
  return found
}

/** Runs the tests of a table, with a row taken out or without. Resolves with the titles that failed, and how many there were. */
function run(table, mutation) {
  const files = TABLES[table].tests.map((file) => join('packages/client/test', file))
  const env = { ...process.env, ...(mutation === undefined ? {} : { DHIS2_FILES_MUTATION: mutation }) }
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [VITEST, 'run', ...files, '--reporter=json'], { cwd: ROOT, env })
    const late = setTimeout(() => child.kill('SIGKILL'), LONGEST)
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.resume()
    child.on('close', (code, signal) => {
      clearTimeout(late)
      resolve(signal === 'SIGKILL' ? { total: 1, failed: ['it never ends'] } : read(output))
    })
  })
}

function read(output) {
  try {
    const report = JSON.parse(output.slice(output.indexOf('{"num')))
    const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
    return { total: tests.length, failed: tests.filter((t) => t.status === 'failed').map((t) => t.fullName) }
  } catch {
    return { total: 0, failed: [] }
  }
}

async function check({ table, id }) {
  const { total, failed } = await run(table, `${table}:${id}`)
  const noticed = failed.filter((title) => !ABOUT_THE_TABLE.test(title))
  if (total === 0) return { ok: false, line: `${table}:${id}: the tests did not run` }
  if (noticed.length === 0) return { ok: false, line: `${table}:${id}: survives, no test notices that it is gone` }
  return { ok: true, line: `${table}:${id}: ${noticed.length} red, such as “${noticed[0].slice(0, 100)}”` }
}

const wanted = process.argv.slice(2)
const queue = (await mutations()).filter(({ table, id }) => wanted.length === 0 || wanted.includes(`${table}:${id}`))
let passed = 0
let failed = 0
const tell = ({ ok, line }) => {
  console.log(`${ok ? '✓' : '✗'} ${line}`)
  if (ok) passed++
  else failed++
}

for (const table of new Set(queue.map((one) => one.table))) {
  const { total, failed: red } = await run(table)
  const line = `${table}: ${total} tests are green with all rows`
  tell(
    total > 0 && red.length === 0
      ? { ok: true, line }
      : { ok: false, line: `${table}: red with all rows: ${red[0] ?? 'no tests'}` },
  )
}
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) tell(await check(next))
  }),
)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
