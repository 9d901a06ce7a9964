import type { SignalSource } from './interrupts.js'

/** What a command line runs in: the process, or a test. */
export interface CliIo {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly signals: SignalSource
  /** Whether somebody can be asked: stdin and stderr are a terminal. */
  readonly interactive: boolean
}

/** The process itself. */
export function processIo(): CliIo {
  const { stdin, stdout, stderr, env } = process
  return {
    stdin,
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
    signals: process,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
  }
}
