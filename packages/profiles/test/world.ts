import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'vitest'
import { type Keyring, ProfileStore, type ProfileStoreOptions } from '../src/index.js'

/** A home and a project of their own, which vanish after the test. */
export interface World {
  readonly home: string
  readonly project: string
  readonly globalPath: string
  readonly projectPath: string
  /** What was warned of. */
  readonly warnings: string[]
  write(path: string, text: string | Uint8Array, mode?: number): string
  /** Opens the store as a program in the project would. */
  open(options?: ProfileStoreOptions): Promise<ProfileStore>
}

const made: string[] = []

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

export function createWorld(): World {
  const root = mkdtempSync(join(tmpdir(), 'dhis2-files-profiles-'))
  made.push(root)
  const home = join(root, 'home')
  const project = join(root, 'project', 'deep')
  mkdirSync(home, { recursive: true })
  mkdirSync(project, { recursive: true })
  const warnings: string[] = []
  return {
    home,
    project,
    globalPath: join(home, '.config', 'dhis2', 'profiles.toml'),
    projectPath: join(project, '.dhis2', 'profiles.toml'),
    warnings,
    write(path, text, mode = 0o600) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writeFileSync(path, text, { mode })
      return path
    },
    open: (options = {}) =>
      ProfileStore.open({
        cwd: project,
        keyring: false,
        onWarning: (message) => warnings.push(message),
        ...options,
        env: { HOME: home, ...options.env },
      }),
  }
}

export function textOf(path: string): string {
  return readFileSync(path, 'utf8')
}

/** `600`, and the like. */
export function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

/** A keyring in memory, which may be made to fail. */
export class MemoryKeyring implements Keyring {
  readonly entries = new Map<string, string>()
  /** What every call rejects with; `undefined` for none. */
  failure: Error | undefined

  async get(name: string): Promise<string | undefined> {
    await this.#gate()
    return this.entries.get(name)
  }

  async set(name: string, secret: string): Promise<void> {
    await this.#gate()
    this.entries.set(name, secret)
  }

  async remove(name: string): Promise<void> {
    await this.#gate()
    this.entries.delete(name)
  }

  async #gate(): Promise<void> {
    // as the real one: never in the same turn
    await Promise.resolve()
    if (this.failure) throw this.failure
  }
}
