import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expectNoSecret } from './secrets.js'

const runFile = promisify(execFile)

/** How large a terminal is, and what runs in it. */
export interface TerminalOptions {
  /** Default 80. */
  readonly columns?: number | undefined
  /** Default 24. */
  readonly rows?: number | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

const CONFIGURATION = `set -g remain-on-exit on
set -g history-limit 20000
set -g status off
set -g default-terminal "tmux-256color"
set -s exit-empty off
`

/** A program in a terminal of its own, whose screen can be looked at: tmux, with a server for this one alone. */
export class Terminal {
  readonly #socket: string
  readonly #exitFile: string
  readonly #env: NodeJS.ProcessEnv

  private constructor(socket: string, env: NodeJS.ProcessEnv) {
    this.#socket = socket
    this.#exitFile = `${socket}.exit`
    this.#env = env
  }

  static async open(
    socket: string,
    command: readonly string[],
    options: TerminalOptions & { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
  ): Promise<Terminal> {
    const { columns = 80, rows = 24, env, cwd } = options
    const terminal = new Terminal(socket, env)
    const configuration = path.join(path.dirname(socket), 'tmux.conf')
    await writeFile(configuration, CONFIGURATION)
    // in a file first, and then under its name: who sees it reads all of it
    // stdout goes to the file that E2E_STDOUT names, if it names one
    const run = 'if [ -n "$E2E_STDOUT" ]; then "$@" >"$E2E_STDOUT"; else "$@"; fi'
    // the terminal sends Ctrl-C to the shell too, which is to wait for the program's own end
    const script = `trap : INT; ${run}; echo $? >"$0.new"; mv "$0.new" "$0"`
    await terminal.#tmux(
      '-f',
      configuration,
      'new-session',
      '-d',
      '-x',
      `${columns}`,
      '-y',
      `${rows}`,
      '-c',
      cwd,
      '--',
      'sh',
      '-c',
      script,
      terminal.#exitFile,
      ...command,
    )
    return terminal
  }

  /** What a person sees now, without blanks at the end of lines and of the screen. */
  async screen(): Promise<string> {
    return this.#captured('-p')
  }

  /** All that was printed; a line that the terminal had to break is one. */
  async printed(): Promise<string> {
    return this.#captured('-p', '-J', '-S', '-')
  }

  /** As {@link Terminal.printed}, with the escape sequences for colours. */
  async coloured(): Promise<string> {
    return this.#captured('-p', '-e', '-S', '-')
  }

  /** Waits until the screen shows something, and returns it. @throws Error that shows the screen, after half a minute */
  async shows(what: RegExp | string): Promise<string> {
    for (let waited = 0; ; waited += 30) {
      const text = await this.printed()
      if (typeof what === 'string' ? text.includes(what) : what.test(text)) return this.screen()
      if (waited > 30_000) throw new Error(`The terminal does not show ${String(what)}:\n${text}`)
      await sleep(30)
    }
  }

  /** Presses keys, by tmux's names for them: `y`, `Enter`, `C-c`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys)
  }

  /** Waits for the end. @returns The exit code. */
  async exit(): Promise<number> {
    for (let waited = 0; !existsSync(this.#exitFile); waited += 30) {
      if (waited > 60_000) throw new Error(`It does not end:\n${await this.printed()}`)
      await sleep(30)
    }
    expectNoSecret(await this.printed(), 'the terminal')
    return Number(await readFile(this.#exitFile, 'utf8'))
  }

  /** Ends what still runs in it. */
  async close(): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined)
  }

  async #captured(...args: readonly string[]): Promise<string> {
    const text = await this.#tmux('capture-pane', ...args)
    return text
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .replace(/\s*(\nPane is dead.*)?\s*$/s, '')
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    const { stdout } = await runFile('tmux', ['-u', '-S', this.#socket, ...args], {
      env: this.#env,
      maxBuffer: 16_000_000,
    })
    return stdout
  }
}
