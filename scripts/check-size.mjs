/**
 * How much a browser loads before the client's first call: the default entry and all that it imports statically, bundled,
 * minified and gzipped. What is imported when it is first used does not count.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { fail, prepare, ROOT } from './prepare.mjs'

await prepare().catch(fail)
const folder = join(ROOT, '.cache', 'size')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

const bundle = await rolldown({
  input: join(ROOT, 'packages', 'client', 'dist', 'index.js'),
  platform: 'browser',
  plugins: [{ name: 'static-imports-only', resolveDynamicImport: (id) => ({ id: String(id), external: true }) }],
  onLog(level, log) {
    throw new Error(`${level}: ${log.message}`)
  },
})
const { output } = await bundle.generate({ format: 'esm', minify: true })
await bundle.close()
const [{ code }] = output
writeFileSync(join(folder, 'first.js'), code)
const sizeLimit = join(ROOT, 'node_modules', 'size-limit', 'bin.js')
const { status } = spawnSync(process.execPath, [sizeLimit], { cwd: ROOT, stdio: 'inherit' })
process.exitCode = status ?? 1
