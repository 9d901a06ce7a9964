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

/** Prints how much longer `dhis2-files --version` takes than Node alone: the difference of the medians. */
export function commandStart(rounds = 20) {
  const bin = path.join(ROOT, 'packages', 'cli', 'dist', 'bin.js')
  const ours = []
  const bare = []
  // in turns, so that both have the same share of what else the machine does
  for (let round = 0; round < rounds; round++) {
    bare.push(timeOf(['-e', '0']))
    ours.push(timeOf([bin, '--version']))
  }
  const ms = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]
  const [own, node] = [ms(ours), ms(bare)]
  console.log(
    `dhis2-files --version: ${own.toFixed(0)} ms, ${(own - node).toFixed(0)} ms more than node -e 0 (median of ${rounds})`,
  )
}

function timeOf(args) {
  const started = performance.now()
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} failed.`)
  return performance.now() - started
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
