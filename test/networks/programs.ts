import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A program that runs until it is stopped, with its folder. */
export interface Program {
  stop(): Promise<void>
}

/** Debian puts daemons where only root looks for them. */
const PLACES = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']

/** @throws Error when it is not installed */
export function programPath(name: string): string {
  const folder = PLACES.find((place) => place !== '' && existsSync(path.join(place, name)))
  if (folder === undefined) throw new Error(`${name} is not installed.`)
  return path.join(folder, name)
}

/** A folder of its own below the system's for temporary files. */
export function temporaryFolder(name: string): Promise<string> {
  return mkdtemp(path.join(tmpdir(), `dhis2-files-${name}-`))
}

/** Ports of 127.0.0.1 that nobody listens on, all of them different. */
export async function freePorts<T extends string>(...names: T[]): Promise<Record<T, number>> {
  const servers = names.map(() => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return Object.fromEntries(names.map((name, i) => [name, ports[i]])) as Record<T, number>
}

/** Starts a program and waits until it listens on all its ports. It is killed, and its folder removed, by `stop()`. */
export async function startProgram(
  name: string,
  args: readonly string[],
  options: { readonly folder: string; readonly ports: readonly number[] },
): Promise<Program> {
  const { folder, ports } = options
  const child = spawn(programPath(name), args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)))
  }
  const program: Program = {
    async stop() {
      await ended(child)
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
  try {
    for (const port of ports) await listening(port, child, () => `${name} does not listen on ${port}: ${said}`)
  } catch (error) {
    await program.stop()
    throw error
  }
  return program
}

/** Runs a program to its end. @throws Error with what it said, when it fails */
export async function runProgram(name: string, args: readonly string[]): Promise<void> {
  const child = spawn(programPath(name), args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  }
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${name} ${args.join(' ')}: ${said}`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await closed
  clearTimeout(late)
}

async function listening(port: number, child: ChildProcess, why: () => string): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await reached(port))) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(why())
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function reached(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const reaches = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  })
  socket.destroy()
  return reaches
}
