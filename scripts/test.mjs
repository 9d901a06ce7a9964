/**
 * `npm test`: every suite that needs no Debian package, and what it leaves out. `--all`: everything, and nothing may be left out.
 * A name or several run only those. The last line sums all: `N passed, N failed`.
 */
import { fail, prepare } from './prepare.mjs'
import { missingPackages, runSuite } from './run-suite.mjs'
import { SUITES } from './suites.mjs'

const args = process.argv.slice(2)
const all = args.includes('--all')
const names = args.filter((arg) => !arg.startsWith('-'))
const unknown = args.filter((arg) => arg !== '--all' && !SUITES.some((suite) => suite.name === arg))
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}. Suites: ${SUITES.map((suite) => suite.name).join(', ')}.`)
  process.exit(2)
}

await prepare().catch(fail)

const chosen = names.length > 0 ? SUITES.filter((suite) => names.includes(suite.name)) : SUITES
const leftOut = new Map()
for (const suite of chosen) {
  const missing = missingPackages(suite)
  if (missing.length > 0) leftOut.set(suite, `it needs the Debian package ${missing.join(' and ')}`)
  else if (!all && names.length === 0 && suite.ciOnly) leftOut.set(suite, `.ci/run and ${suite.ciOnly} run it`)
}

const lines = []
let passed = 0
let failed = 0
for (const suite of chosen) {
  if (leftOut.has(suite)) continue
  console.log(`\n== ${suite.name}: ${suite.about}`)
  const started = Date.now()
  const result = await runSuite(suite)
  passed += result.passed
  failed += result.failed
  const skipped = result.skipped > 0 ? `, ${result.skipped} skipped` : ''
  const notes = result.notes.length > 0 ? ` (${result.notes.join(', ')})` : ''
  const seconds = Math.round((Date.now() - started) / 1000)
  lines.push(`${suite.name}: ${result.passed} passed, ${result.failed} failed${skipped}, ${seconds} s${notes}`)
}

console.log('')
for (const line of lines) console.log(line)
for (const [suite, why] of leftOut) console.log(`${suite.name}: left out, ${why}`)
if (all && leftOut.size > 0) failed += leftOut.size
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
