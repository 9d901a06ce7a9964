import { createServer } from 'node:net'
import { createEmulator, type Emulator, type EmulatorOptions, type OAuth2Client } from '@dhis2-files/emulator'
import { afterEach } from 'vitest'
import type { Profile, ProfileStore, ProfileStoreOptions } from '../../src/index.js'
import { createWorld, type World } from '../world.js'

export const SECRET = 'S3cret: of + the % client'

export interface OAuth2World extends World {
  readonly emulator: Emulator
  readonly url: string
  readonly redirectUri: string
  /** A store with the profile `prod`, and the profile. */
  prepare(
    options?: ProfileStoreOptions & { keep?: 'keyring' | 'file' },
  ): Promise<{ store: ProfileStore; profile: Profile }>
  /** What a browser does whose user is signed in to DHIS2 already. @returns what the last page says */
  browse(url: string): Promise<string>
  /** Moves the clock of the server (seconds). */
  later(seconds: number): void
  /** How many requests of this kind the server has seen, such as `POST /oauth2/token`. */
  count(route: string): number
}

const running: Emulator[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()))
})

/** A port of this machine that nobody has. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** An emulator with one OAuth2 client, and a home without profiles. */
export async function createOAuth2World(
  client: Partial<OAuth2Client> = {},
  options: EmulatorOptions = {},
): Promise<OAuth2World> {
  const redirectUri = client.redirectUris?.[0] ?? `http://localhost:${await freePort()}`
  let ahead = 0
  const { settings, ...more } = options
  const clients = [{ id: 'app', secret: SECRET, redirectUris: [redirectUri], ...client }]
  const emulator = createEmulator({
    version: '2.43',
    clock: () => new Date(Date.now() + ahead),
    ...more,
    settings: { oauth2: { clients }, ...settings },
  })
  running.push(emulator)
  const { url } = await emulator.serve()
  const world = createWorld()
  return {
    ...world,
    emulator,
    url,
    redirectUri,
    async prepare({ keep = 'file', ...given } = {}) {
      const store = await world.open(given)
      const secrets = 'secret' in client && client.secret === undefined ? {} : { clientSecret: SECRET }
      const added = await store.add(
        { name: 'prod', baseUrl: url, auth: 'oauth2', clientId: 'app', redirectUri, secrets },
        { keep },
      )
      return { store, profile: added.profile }
    },
    async browse(address) {
      const headers = { authorization: `Basic ${btoa('admin:district')}` }
      const answer = await fetch(address, { redirect: 'manual', headers })
      const location = answer.headers.get('location')
      return location === null ? answer.text() : (await fetch(location)).text()
    },
    later: (seconds) => {
      ahead += seconds * 1000
    },
    count: (route) => emulator.log.filter(({ method, path }) => `${method} ${path.split('?', 1)[0]}` === route).length,
  }
}
