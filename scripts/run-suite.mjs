import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './prepare.mjs'
import { DEBIAN_PACKAGES } from './suites.mjs'

const REPORT = join(ROOT, '.cache', 'vitest.json')

/** A suite must not go to a real server because somebody's shell names one, nor by somebody's proxy to this machine. */
const ENVIRONMENT = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^DHIS2_/.test(name))),
  no_proxy: [process.env.no_proxy ?? process.env.NO_PROXY, 'localhost', '127.0.0.1', '[::1]'].filter(Boolean).join(','),
}

/** Which of the Debian packages that a suite needs are not there. */
export function missingPackages(suite) {
  // Debian puts daemons where only root looks for them
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']
  return (suite.needs ?? []).filter((name) => {
    const { program } = DEBIAN_PACKAGES[name]
    return !folders.some((folder) => existsSync(join(folder, program)))
  })
}

/**
 * Runs a suite to its end and shows what it prints.
 * @returns {Promise<{ passed: number, failed: number, skipped: number, notes: string[] }>} Always at least one passed or failed.
 */
export async function runSuite(suite) {
  const isVitest = suite.counts === 'vitest'
  const more = isVitest ? ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`] : []
  mkdirSync(dirname(REPORT), { recursive: true })
  if (isVitest) rmSync(REPORT, { force: true })
  const ended = await runCommand([...suite.command, ...more], suite.minutes)
  const counted = COUNTS[suite.counts](ended)
  const failed = ended.code === 0 ? counted.failed : Math.max(1, counted.failed)
  const notes = [...(counted.notes ?? []), ...(ended.late ? [`stopped after ${suite.minutes} minutes`] : [])]
  if (counted.passed + failed === 0)
    return { passed: 0, failed: 1, skipped: 0, notes: ['it counted nothing', ...notes] }
  return { passed: counted.passed, failed, skipped: counted.skipped ?? 0, notes }
}

const COUNTS = {
  exit: ({ code }) => ({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }),
  line({ output }) {
    // without the colours of a terminal
    const plain = output.replace(/\x1b\[[0-9;]*m/g, '')
    const last = [...plain.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1)
    return last === undefined ? { passed: 0, failed: 0 } : { passed: Number(last[1]), failed: Number(last[2]) }
  },
  vitest() {
    let report
    try {
      report = JSON.parse(readFileSync(REPORT, 'utf8'))
    } catch {
      return { passed: 0, failed: 1, notes: ['vitest wrote no report'] }
    }
    // a file that cannot be loaded has no tests that could fail
    const broken = report.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((t) => t.status === 'failed'),
    )
    const byFolder = new Map()
    for (const { name, assertionResults } of report.testResults) {
      const folder = /(packages\/[^/]+|test\/[^/]+)/.exec(name.slice(ROOT.length))?.[1] ?? 'other'
      byFolder.set(folder, (byFolder.get(folder) ?? 0) + assertionResults.filter((t) => t.status === 'passed').length)
    }
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + broken.length,
      skipped: report.numPendingTests + report.numTodoTests,
      notes: [...byFolder].sort().map(([folder, count]) => `${folder} ${count}`),
    }
  },
}

function runCommand([program, ...args], minutes) {
  const ours = program.endsWith('.mjs')
  const path = ours ? join(ROOT, 'scripts', program) : join(ROOT, 'node_modules', '.bin', program)
  const [command, list] = ours ? [process.execPath, [path, ...args]] : [path, args]
  return new Promise((resolve) => {
    // a group of its own, so that what it starts ends with it
    const child = spawn(command, list, {
      cwd: ROOT,
      env: ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      shell: process.platform === 'win32' && !ours,
    })
    let output = ''
    let late = false
    const stop = () => {
      try {
        if (process.platform === 'win32') child.kill('SIGKILL')
        else process.kill(0 - child.pid, 'SIGKILL')
      } catch {}
    }
    const clock = setTimeout(() => {
      late = true
      stop()
    }, minutes * 60_000)
    const interrupted = () => {
      stop()
      process.exit(130)
    }
    process.once('SIGINT', interrupted)
    process.once('SIGTERM', interrupted)
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from.setEncoding('utf8')
      from.on('data', (text) => {
        output = (output + text).slice(-200_000)
        to.write(text)
      })
    }
    const finish = (code) => {
      clearTimeout(clock)
      process.off('SIGINT', interrupted)
      process.off('SIGTERM', interrupted)
      resolve({ code: late ? 1 : (code ?? 1), output, late })
    }
    child.on('error', (error) => {
      process.stderr.write(`Cannot run ${program}: ${error.message}\n`)
      finish(1)
    })
    child.on('close', finish)
  })
}
