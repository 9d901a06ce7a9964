/** Installs the runtimes of test/runtimes, which `npm ci` does not, and runs its suite in those that are named, else in all. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fail, npmCommand, PrepareError, prepare, ROOT } from './prepare.mjs'

await prepare().catch(fail)
const folder = join(ROOT, 'test', 'runtimes')
const [npm, ...first] = npmCommand()
const options = { cwd: folder, stdio: 'inherit' }
const installed = spawnSync(npm, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], options)
if (installed.status !== 0) fail(new PrepareError('The runtimes could not be installed.'))
const { status } = spawnSync(process.execPath, ['run.mjs', ...process.argv.slice(2)], options)
process.exitCode = status ?? 1
