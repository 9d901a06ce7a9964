import { mkdtempSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Dhis2Client } from '@dhis2-files/client'
import {
  createEmulator,
  type Dhis2Version,
  type Emulator,
  type EmulatorSettings,
  type RecordedRequest,
} from '@dhis2-files/emulator'
import { test as base } from 'vitest'
import { BIN, type Ran, Running, type StartOptions } from './bin.js'
import { expectNoSecret, PASSWORD } from './secrets.js'
import { Terminal, type TerminalOptions } from './terminal.js'

/** The versions of DHIS2 that every command is run against. */
export const VERSIONS = ['2.41', '2.43'] as const satisfies readonly Dhis2Version[]

/** How a world differs from the usual one. */
export interface WorldOptions {
  /** Default `2.43`. */
  readonly version?: Dhis2Version | undefined
  readonly settings?: EmulatorSettings | undefined
  /** Where the emulator keeps the bytes; they go with the world. Default: in memory. */
  readonly storage?: 'memory' | 'disk' | undefined
}

/** A DHIS2, and a home directory with a profile for it: what one test has for itself. */
export class World {
  readonly version: Dhis2Version
  readonly emulator: Emulator
  readonly url: string
  /** Holds all that follows. */
  readonly folder: string
  /** The working directory. */
  readonly cwd: string
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The operator's, to prepare what a test needs. Its requests are in the log too. */
  readonly client: Dhis2Client
  readonly #terminals: Terminal[] = []
  readonly #started: Running[] = []

  private constructor(version: Dhis2Version, emulator: Emulator, url: string, folder: string) {
    this.version = version
    this.emulator = emulator
    this.url = url
    this.folder = folder
    this.cwd = path.join(folder, 'work')
    this.home = path.join(folder, 'home')
    this.env = {
      PATH: process.env['PATH'],
      LANG: 'C.UTF-8',
      HOME: this.home,
      XDG_CONFIG_HOME: path.join(this.home, '.config'),
      XDG_STATE_HOME: path.join(this.home, '.state'),
      TMPDIR: path.join(folder, 'tmp'),
      no_proxy: '127.0.0.1,localhost',
    }
    this.client = new Dhis2Client({ baseUrl: url, auth: { username: 'operator', password: PASSWORD } })
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const { version = '2.43', settings, storage } = options
    const users = [{ username: 'operator', password: PASSWORD, authorities: ['ALL'] }]
    const folder = mkdtempSync(path.join(tmpdir(), 'd2f-e2e-'))
    const emulator = createEmulator({
      version,
      users,
      settings: { storageDelay: 10, ...settings },
      storage: storage === 'disk' ? { folder: path.join(folder, 'server') } : 'memory',
    })
    const { url } = await emulator.serve()
    const world = new World(version, emulator, url, folder)
    for (const name of ['work', 'home', 'tmp']) await mkdir(path.join(folder, name))
    await world.saveProfile({ username: 'operator', password: PASSWORD, base_url: url })
    return world
  }

  /** Writes the user's profile file: one profile, `here`, which is the default. */
  async saveProfile(fields: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries({ auth: 'basic', ...fields }).map(
      ([key, value]) => `${key} = ${JSON.stringify(value)}`,
    )
    await mkdir(path.dirname(this.profilesPath), { recursive: true, mode: 0o700 })
    await writeFile(this.profilesPath, `default = "here"\n\n[profiles.here]\n${lines.join('\n')}\n`, { mode: 0o600 })
  }

  get profilesPath(): string {
    return path.join(this.home, '.config', 'dhis2', 'profiles.toml')
  }

  /** A path in the working directory. */
  path(...parts: readonly string[]): string {
    return path.join(this.cwd, ...parts)
  }

  /** Writes a file into the working directory, with the folders it needs. */
  async file(name: string, content: string | Uint8Array): Promise<string> {
    const file = this.path(name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
    return file
  }

  /** A file of the working directory. */
  read(name: string, encoding: BufferEncoding = 'utf8'): Promise<string> {
    return readFile(path.resolve(this.cwd, name), encoding)
  }

  /** The bytes of a file of the working directory. */
  bytes(name: string): Promise<Uint8Array> {
    return readFile(path.resolve(this.cwd, name))
  }

  /** Starts the program. */
  start(args: readonly string[], options: StartOptions = {}): Running {
    const command = [...(options.under ?? []), process.execPath, ...(options.nodeArgs ?? []), BIN, ...args]
    const running = new Running(command, this.environment(options.env), this.cwd, options)
    this.#started.push(running)
    return running
  }

  /** Runs the program to its end. */
  async run(args: readonly string[], options: StartOptions = {}): Promise<Ran> {
    return this.start(args, options).ended
  }

  /** Runs a line of bash, in which `d2f` and `dhis2-files` are the program. */
  async shell(line: string, options: StartOptions = {}): Promise<Ran> {
    const script = `d2f() { ${JSON.stringify(process.execPath)} ${JSON.stringify(BIN)} "$@"; }\ndhis2-files() { d2f "$@"; }\n${line}`
    const running = new Running(['bash', '-c', script], this.environment(options.env), this.cwd, options)
    this.#started.push(running)
    return running.ended
  }

  /** Runs the program in a terminal. */
  async terminal(args: readonly string[], options: TerminalOptions = {}): Promise<Terminal> {
    const socket = path.join(this.folder, `tmux-${this.#terminals.length}`)
    const env = this.environment(options.env)
    const terminal = await Terminal.open(socket, [process.execPath, BIN, ...args], { ...options, env, cwd: this.cwd })
    this.#terminals.push(terminal)
    return terminal
  }

  environment(more: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
    return Object.fromEntries(Object.entries({ ...this.env, ...more }).filter(([, value]) => value !== undefined))
  }

  /** The requests since now, whoever sends them. */
  watch(): () => readonly RecordedRequest[] {
    const { length } = this.emulator.log
    return () => this.emulator.log.slice(length)
  }

  /** Ends all that was started, looks for secrets in what the program has left on disk, and takes everything away. */
  async close(): Promise<void> {
    for (const terminal of this.#terminals) await terminal.close()
    for (const running of this.#started) running.kill()
    await Promise.allSettled(this.#started.map(({ ended }) => ended))
    await this.client.close()
    await this.emulator.close()
    try {
      await this.#expectNoSecretOnDisk()
    } finally {
      await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }

  /** A profile file is where secrets belong. */
  async #expectNoSecretOnDisk(): Promise<void> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true })
    for (const entry of entries.filter((one) => one.isFile())) {
      const file = path.join(entry.parentPath, entry.name)
      if (file.startsWith(path.join(this.folder, 'server')) || file.includes(`${path.sep}.dhis2${path.sep}`)) continue
      if (path.dirname(file) === path.dirname(this.profilesPath)) continue
      if ((await stat(file)).size > 1_000_000) continue
      expectNoSecret(await readFile(file, 'latin1'), file)
    }
  }
}

/** What changes something on the server. */
export function writesOf(log: readonly RecordedRequest[]): readonly string[] {
  return log
    .filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method))
    .map(({ method, path }) => `${method} ${path}`)
}

/** A test that opens worlds, which are closed after it. */
export const test = base.extend<{ open: (options?: WorldOptions) => Promise<World> }>({
  open: async ({ task: _ }, use) => {
    const worlds: World[] = []
    await use(async (options) => {
      const world = await World.open(options)
      worlds.push(world)
      return world
    })
    for (const world of worlds) await world.close()
  },
})
