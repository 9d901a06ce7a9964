import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The tests run what is built, so it is built first. */
export default function setup(): void {
  const script = fileURLToPath(new URL('../../../../scripts/prepare.mjs', import.meta.url))
  execFileSync(process.execPath, [script], { stdio: 'inherit' })
}
