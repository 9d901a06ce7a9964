/** `npm run typecheck`: sources and examples (by building them), then the tests, which are never emitted. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fail, prepare, ROOT } from './prepare.mjs'

await prepare().catch(fail)
const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', join(ROOT, 'test')], { cwd: ROOT, stdio: 'inherit' })
process.exitCode = status ?? 1
