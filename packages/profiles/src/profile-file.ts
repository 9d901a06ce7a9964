import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ProfileError } from './errors.js'
import { SETTINGS_FILE } from './locate.js'
import type { Profile, ProfileScope, SecretName } from './profile.js'
import { readFields, readSecrets, readSettings, type Table } from './profile-tables.js'

/** One profile file and the settings file beside it, as they were when they were read. */
export class ProfileFile {
  readonly scope: ProfileScope
  readonly path: string
  readonly settingsPath: string
  readonly #profiles: Table | ProfileError
  readonly #settings: Table | ProfileError

  private constructor(
    scope: ProfileScope,
    path: string,
    profiles: Table | ProfileError,
    settings: Table | ProfileError,
  ) {
    this.scope = scope
    this.path = path
    this.settingsPath = join(dirname(path), SETTINGS_FILE)
    this.#profiles = profiles
    this.#settings = settings
  }

  static async read(scope: ProfileScope, path: string, onWarning: (message: string) => void): Promise<ProfileFile> {
    void onWarning
    const settings = await parsed(join(dirname(path), SETTINGS_FILE))
    return new ProfileFile(scope, path, await parsed(path), settings)
  }

  /** @throws ProfileError `invalid-file` */
  names(): readonly string[] {
    return Object.entries(this.#tables(this.#profiles)).flatMap(([name, table]) => (isTable(table) ? [name] : []))
  }

  has(name: string): boolean {
    return this.names().includes(name)
  }

  defaultName(): string | undefined {
    const value = good(this.#profiles)['default']
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  /** @throws ProfileError `invalid-profile` */
  profile(name: string, chosenBy: string): Profile {
    const fields = readFields(this.#tables(this.#profiles)[name] as Table, name, this.path)
    const own = this.#tables(this.#settings)[name]
    const { settings } = readSettings(isTable(own) ? own : {}, name, this.settingsPath)
    const source = { kind: this.scope, path: this.path, settingsPath: this.settingsPath, chosenBy }
    return { name, ...fields, settings, source }
  }

  secrets(name: string): { [K in SecretName]?: string } {
    const table = this.#tables(this.#profiles)[name]
    return isTable(table) ? readSecrets(table) : {}
  }

  #tables(file: Table | ProfileError): Table {
    const profiles = good(file)['profiles']
    return isTable(profiles) ? profiles : {}
  }
}

function good(file: Table | ProfileError): Table {
  if (file instanceof ProfileError) throw file
  return file
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

async function parsed(path: string): Promise<Table | ProfileError> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    return new ProfileError(`Cannot read ${path}: ${(error as Error).message}.`, { code: 'file-failed', path })
  }
  const { parse, TomlError } = await import('smol-toml')
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    // its message shows the lines around, which may hold a secret
    const why = /^Invalid TOML document: ([^\n]*)/.exec(error.message)?.[1] ?? 'it is no TOML'
    return new ProfileError(`Cannot understand ${path}, line ${error.line}, column ${error.column}: ${why}.`, {
      code: 'invalid-file',
      path,
      hint: 'Correct that line.',
    })
  }
}
