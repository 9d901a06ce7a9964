import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Dhis2ClientOptions } from '@dhis2-files/client'
import { fileError } from './private-file.js'
import type { Profile } from './profile.js'
import type { StoreCore } from './store-core.js'

/** How the server of a profile is reached, for a client. */
export type Connection = Pick<Dhis2ClientOptions, 'baseUrl' | 'proxy' | 'ca' | 'connections'>

/** @throws ProfileError `file-failed` for authorities that cannot be read */
export async function connectionOf(core: StoreCore, profile: Profile): Promise<Connection> {
  const { baseUrl, settings, source } = profile
  if (source.kind === 'environment') return { baseUrl }
  const { folder, name } = core.placeOf(profile)
  const ca = settings.ca === undefined ? undefined : resolve(dirname(folder.settings.path), settings.ca)
  return {
    baseUrl,
    // that of the profile itself is without its password
    proxy: folder.own(name).proxy,
    ca: ca === undefined ? undefined : await certificates(ca, name),
    connections: settings.connections,
  }
}

async function certificates(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw fileError(error, `Cannot read the authorities (ca) of the profile “${name}” in`, path)
  }
}
