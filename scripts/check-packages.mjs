/** publint and attw on what would be published: the tarballs. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { packages, packInto } from './pack.mjs'
import { fail, prepare, ROOT } from './prepare.mjs'

await prepare().catch(fail)
const folder = join(ROOT, '.cache', 'packed')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
let passed = 0
let failed = 0
for (const name of packages()) {
  const tarball = packInto(folder, name)
  check(`publint ${name}`, 'publint', ['run', tarball, '--strict'])
  check(`attw ${name}`, 'attw', [tarball, '--profile', 'esm-only', '--no-definitely-typed'])
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

function check(title, program, args) {
  console.log(`-- ${title}`)
  const { status } = spawnSync(join(ROOT, 'node_modules', '.bin', program), args, {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status === 0) passed++
  else failed++
}
