import { stat } from 'node:fs/promises'
import type { Dhis2Client, Logger } from '@dhis2-files/client'
import {
  type Environment,
  type ListedProfile,
  openClient,
  type Profile,
  type ProfileCheck,
  ProfileStore,
  type ShownProfile,
  verifyProfile,
} from '@dhis2-files/profiles'
import { limitLists } from './limit-lists.js'

/** What the server needs of profiles, and of the clients that are made of them. */
export interface Clients {
  /** The client of a profile: one for all calls, as long as the profile is what it was. @throws ProfileError */
  open(name: string | undefined): Promise<{ readonly client: Dhis2Client; readonly profile: Profile }>
  /** The profile of this name, or the one that is taken without. Sends nothing. @throws ProfileError */
  resolve(name: string | undefined): Promise<Profile>
  /** Every profile of the files. @throws ProfileError */
  list(): Promise<readonly ListedProfile[]>
  /** A profile with what is known of its secrets, masked. @throws ProfileError */
  show(name: string): Promise<ShownProfile>
  /** Tries a profile. @throws ProfileError where there is none of this name */
  verify(name: string, signal: AbortSignal): Promise<ProfileCheck>
  /** Has the next call of a profile sign in anew: its secret may have become another one, where no file tells. */
  forget(profile: Profile): void
  /** Ends the connections. */
  close(): Promise<void>
}

/** Where profiles come from. */
export interface ClientsOptions {
  readonly cwd: string
  readonly env: Environment
  readonly logger: Logger
}

/** Profiles as the files have them at each call, and a client for each that was used. */
export function profileClients({ cwd, env, logger }: ClientsOptions): Clients {
  const clients = new Map<string, { readonly fingerprint: string; readonly client: Promise<Dhis2Client> }>()
  const warned = new Set<string>()
  const onWarning = (message: string): void => {
    if (warned.has(message)) return
    warned.add(message)
    logger.warn?.(message)
  }
  const store = (): Promise<ProfileStore> => ProfileStore.open({ cwd, env, onWarning })
  const drop = (key: string): void => {
    const known = clients.get(key)
    clients.delete(key)
    // calls that are running on it are answered first
    known?.client.then((client) => client.close()).catch(() => undefined)
  }
  return {
    async open(name) {
      const profiles = await store()
      const profile = profiles.resolve(name)
      const key = profile.name ?? ''
      const fingerprint = await fingerprintOf(profile)
      const known = clients.get(key)
      if (known?.fingerprint === fingerprint) return { client: await known.client, profile }
      drop(key)
      const client = openClient(profiles, profile, { logger, middleware: [limitLists()] })
      clients.set(key, { fingerprint, client })
      try {
        return { client: await client, profile }
      } catch (error) {
        drop(key)
        throw error
      }
    },
    resolve: async (name) => (await store()).resolve(name),
    list: async () => (await store()).list(),
    async show(name) {
      const profiles = await store()
      return profiles.show(profiles.resolve(name))
    },
    async verify(name, signal) {
      const profiles = await store()
      return verifyProfile(profiles, profiles.resolve(name), { signal })
    },
    forget: ({ name }) => drop(name ?? ''),
    async close() {
      const open = [...clients.values()]
      clients.clear()
      await Promise.allSettled(open.map(async ({ client }) => (await client).close()))
    },
  }
}

/** Differs when the profile does, or a file from which it, or its secret, was read. */
async function fingerprintOf(profile: Profile): Promise<string> {
  const { path, settingsPath } = profile.source
  return JSON.stringify([profile, await stateOf(path), await stateOf(settingsPath)])
}

async function stateOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  return stat(file).then(
    ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
    () => undefined,
  )
}
