import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A user's folder of this test alone, with profile files, and folders for roots. */
export interface Home extends AsyncDisposable {
  /** Without symbolic links. */
  readonly path: string
  /** The environment of a process that lives there. */
  readonly env: Readonly<Record<string, string>>
  /** Makes a folder below it. */
  folder(name: string): Promise<string>
}

/** A profile to be written; `read_only` goes into the settings file. */
export interface HomeProfile {
  readonly base_url: string
  readonly username?: string
  readonly password?: string
  readonly read_only?: boolean
}

/** Makes a home with these profiles, of which the first is the default. */
export async function makeHome(profiles: Readonly<Record<string, HomeProfile>>): Promise<Home> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'dhis2-files-mcp-')))
  const config = join(path, '.config', 'dhis2')
  await mkdir(config, { recursive: true })
  const tables = Object.entries(profiles).map(
    ([name, { base_url, username = 'admin', password = 'district' }]) =>
      `[profiles.${name}]\nbase_url = "${base_url}"\nauth = "basic"\nusername = "${username}"\npassword = "${password}"\n`,
  )
  const [first = ''] = Object.keys(profiles)
  const text = `default = "${first}"\n\n${tables.join('\n')}`
  await writeFile(join(config, 'profiles.toml'), text, { mode: 0o600 })
  const settings = Object.entries(profiles).filter(([, { read_only }]) => read_only)
  if (settings.length > 0) {
    const own = settings.map(([name]) => `[profiles.${name}]\nread_only = true\n`).join('\n')
    await writeFile(join(config, 'dhis2-files.toml'), own, { mode: 0o600 })
  }
  return {
    path,
    env: { HOME: path, PATH: process.env['PATH'] ?? '', DHIS2_MCP_PROTECTED_HOSTS: '' },
    async folder(name) {
      const folder = join(path, name)
      await mkdir(folder, { recursive: true })
      return folder
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
