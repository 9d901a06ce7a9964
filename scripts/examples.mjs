/** Runs every example. Each checks itself and ends with an error when something is not as it should be. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fail, prepare, ROOT } from './prepare.mjs'

await prepare().catch(fail)
const folder = join(ROOT, 'examples')
const stories = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
let passed = 0
let failed = 0
for (const story of stories) {
  const compiled = join(folder, 'dist', story, 'main.js')
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const commands = [
    ...(existsSync(join(folder, story, 'main.ts')) ? [[compiled]] : []),
    ...(existsSync(join(folder, story, 'vitest.config.ts')) ? [[vitest, 'run', '--root', join(folder, story)]] : []),
  ]
  for (const command of commands) {
    console.log(`-- examples/${story}`)
    const { status } = spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit', timeout: 120_000 })
    if (status === 0) passed++
    else failed++
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
