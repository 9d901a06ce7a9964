import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { createEmulator, type Emulator, type RunningServer } from '@dhis2-files/emulator'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import type { CliIo } from '../src/io.js'
import { main } from '../src/main.js'

/** How a command line is run. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly stdin?: string | Uint8Array | Readable
  /** What signals such as SIGINT come from. */
  readonly signals?: EventEmitter
  /** Columns of the terminal that stdout is; `undefined`: a pipe. */
  readonly columns?: number
}

/** What came of a command line. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly bytes: Buffer
  readonly stderr: string
  /** stdout as JSON. */
  readonly json: () => any
}

/** Runs a command line in this process, with streams of its own and no other environment than `env`. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const stdout = new Sink(options.columns)
  const stderr = new Sink(undefined)
  const io = {
    stdin: stdinOf(options.stdin),
    stdout,
    stderr,
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    signals: options.signals ?? new EventEmitter(),
    interactive: false,
  }
  const code = await main(argv, io as unknown as CliIo)
  const bytes = Buffer.concat(stdout.chunks)
  const text = bytes.toString()
  return { code, stdout: text, bytes, stderr: stderr.text, json: () => JSON.parse(text) }
}

function stdinOf(given: RunOptions['stdin']): Readable {
  if (given === undefined) return new PassThrough().end()
  return given instanceof Readable ? given : Readable.from([Buffer.from(given)])
}

class Sink extends Writable {
  readonly chunks: Buffer[] = []
  readonly isTTY: boolean
  readonly columns: number | undefined

  constructor(columns: number | undefined) {
    super()
    this.isTTY = columns !== undefined
    this.columns = columns
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString()
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.chunks.push(chunk)
    done()
  }
}

/** An emulator for the tests of a file, and the environment that signs in there as its administrator. */
export function emulated(version: '2.41' | '2.43' = '2.43'): {
  readonly emulator: Emulator
  readonly env: Readonly<Record<string, string>>
  readonly dhis2: (argv: readonly string[], options?: RunOptions) => Promise<Ran>
} {
  const emulator = createEmulator({ version, settings: { storageDelay: 5 } })
  let server: RunningServer
  const env: Record<string, string> = { DHIS2_USERNAME: 'admin', DHIS2_PASSWORD: 'district' }
  beforeAll(async () => {
    server = await emulator.serve()
    env['DHIS2_URL'] = server.url
    env['XDG_CONFIG_HOME'] = join(tmpdir(), 'dhis2-files-no-config')
  })
  afterAll(() => emulator.close())
  return { emulator, env, dhis2: (argv, options = {}) => run(argv, { ...options, env: { ...env, ...options.env } }) }
}

/** A folder that is gone when the test has ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dhis2-files-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
