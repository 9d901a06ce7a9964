import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** A program that serves until it is stopped. */
export interface Server {
  readonly url: string
  /** The most memory that it ever had, in bytes. */
  peak(): Promise<number>
  stop(): Promise<void>
}

/** What a work of `client-process.mjs` prints. */
export interface Outcome {
  /** The most memory that the process ever had, in bytes. */
  readonly peak: number
  readonly size?: number
  readonly md5?: string
  readonly rows?: number
  readonly last?: string
}

/** Starts a program of this repository, and waits for the address that it prints. */
export async function startServer(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Server> {
  const path = fileURLToPath(new URL(program, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    url: await addressOf(child),
    async peak() {
      // not maxRSS: that begins with what the process had that started it
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
    },
    async stop() {
      child.kill()
      await closed
    },
  }
}

/** The built emulator, which takes files of any size. Its files are below `folder`. */
export function startEmulator(folder: string): Promise<Server> {
  return startServer(
    '../../packages/emulator/dist/bin.js',
    ['--port', '0', '--max-file-upload-size', '99999999999', '--data', folder],
    { TMPDIR: folder },
  )
}

/** Does one work in a process that holds only the client. */
export async function byClient(work: string, ...args: readonly string[]): Promise<Outcome> {
  const path = fileURLToPath(new URL('client-process.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [path, work, ...args])
  return JSON.parse(stdout) as Outcome
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('It has no output.')
  for await (const line of createInterface(child.stdout)) {
    const address = /https?:\/\/\S+/.exec(line)?.[0]
    if (address !== undefined) return address
  }
  throw new Error('It ended before it printed an address.')
}
