import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expectNoSecret } from './secrets.js'

/** The program as it is built and published. */
export const BIN: string = fileURLToPath(new URL('../../../dist/bin.js', import.meta.url))

/** How a program ended, and what it printed. */
export interface Ran {
  /** Its exit code; 128 and the number of the signal that killed it. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** All of stdout as one JSON document. @throws Error that shows what was printed, when it is none */
  json<T = any>(): T
}

/** How a program is started. */
export interface StartOptions {
  /** Added to the environment of the world; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** What it reads from stdin. Default: nothing. */
  readonly stdin?: string | Uint8Array | undefined
  readonly cwd?: string | undefined
  /** Arguments of node before the program. */
  readonly nodeArgs?: readonly string[] | undefined
  /** Another program than node, with all its arguments before the program's own: `['setpriv', …]`. */
  readonly under?: readonly string[] | undefined
  /** Secrets of this run beside those that all tests have. */
  readonly secrets?: readonly string[] | undefined
  /** Where a secret is what was asked for. */
  readonly reveals?: boolean | undefined
}

/** A program that runs. */
export class Running {
  readonly child: ChildProcess
  /** What it has printed so far. */
  stdout = ''
  stderr = ''
  /** How it ends. */
  readonly ended: Promise<Ran>

  constructor(command: readonly string[], env: NodeJS.ProcessEnv, cwd: string, options: StartOptions) {
    const [program = '', ...args] = command
    this.child = spawn(program, args, { cwd: options.cwd ?? cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
    const { stdin, stdout, stderr } = this.child
    // the program may end before it has read everything
    stdin?.on('error', () => undefined)
    stdin?.end(options.stdin ?? '')
    stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject)
      this.child.once('close', (code, signal) => {
        try {
          const ran = { code: code ?? 128 + (SIGNALS[signal ?? ''] ?? 0), stdout: this.stdout, stderr: this.stderr }
          const asked = command.slice(command.indexOf(BIN) + 1).join(' ')
          if (!options.reveals) {
            expectNoSecret(ran.stdout, `stdout of “${asked}”`, options.secrets)
            expectNoSecret(ran.stderr, `stderr of “${asked}”`, options.secrets)
          }
          resolve({ ...ran, json: () => parsed(ran) })
        } catch (error) {
          reject(error as Error)
        }
      })
    })
    // whoever waits for it hears of it
    this.ended.catch(() => undefined)
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child.kill(signal)
  }

  /** Waits until something is so, asking again and again. @throws Error when the program ends before, or after a minute */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    let over = false
    const ended = this.ended.finally(() => (over = true))
    ended.catch(() => undefined)
    for (let waited = 0; !(await isSo()); waited += 10) {
      if (over || waited > 60_000) {
        throw new Error(`It ended, or a minute passed, before ${what}:\n${this.stdout}\n${this.stderr}`)
      }
      await sleep(10)
    }
  }
}

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 }

function parsed(ran: Omit<Ran, 'json'>): any {
  try {
    return JSON.parse(ran.stdout)
  } catch (cause) {
    throw new Error(`stdout is not one JSON document (exit code ${ran.code}):\n${ran.stdout}\n${ran.stderr}`, { cause })
  }
}
