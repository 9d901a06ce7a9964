// What does not depend on a server's speed: how long `npm start` takes, and how large the packages are.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { packages, packInto } from '../scripts/pack.mjs'
import { ROOT } from '../scripts/prepare.mjs'

/** Prints the best time from a fresh process to the first line, with everything installed and built. */
export async function coldStart(rounds) {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) best = Math.min(best, await firstLine())
  console.log(`\nnpm start, built, to its first line: ${best.toFixed(2)} s`)
}

function firstLine() {
  const started = performance.now()
  const child = spawn(process.execPath, [path.join(ROOT, 'scripts', 'start.mjs')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return new Promise((resolve, reject) => {
    let seconds
    child.stdout.once('data', () => {
      seconds = (performance.now() - started) / 1000
      child.kill('SIGINT')
    })
    child.once('close', () =>
      seconds === undefined ? reject(new Error('npm start printed nothing.')) : resolve(seconds),
    )
  })
}

/** Prints the size of each package as it would be published. */
export function packageSizes() {
  const folder = mkdtempSync(path.join(tmpdir(), 'd2f-bench-'))
  try {
    for (const name of packages()) {
      const tarball = packInto(folder, name)
      const { stdout } = spawnSync('tar', ['-tvzf', tarball], { encoding: 'utf8' })
      const unpacked = stdout.split('\n').reduce((sum, line) => sum + Number(line.split(/\s+/)[2] ?? 0), 0)
      const kB = (bytes) => `${Math.round(bytes / 1000)} kB`
      console.log(`${name}: ${kB(statSync(tarball).size)} packed, ${kB(unpacked)} unpacked`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
