import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { npmCommand, ROOT } from './prepare.mjs'

/** The folders of the packages that are published: `client`, `emulator`, … */
export function packages() {
  return readdirSync(join(ROOT, 'packages')).sort()
}

/** Packs a package as `npm publish` would. @returns The tarball's path. */
export function packInto(folder, name) {
  const [command, ...args] = npmCommand()
  const { status, stdout, stderr } = spawnSync(command, [...args, 'pack', '--json', '--pack-destination', folder], {
    cwd: join(ROOT, 'packages', name),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`npm pack of ${name} failed:\n${stderr}`)
  const [{ filename }] = Object.values(JSON.parse(stdout))
  return join(folder, filename)
}
