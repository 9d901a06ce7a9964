import { Dhis2Client, type Dhis2ClientOptions } from '@dhis2-files/client'
import { createEmulator, type Dhis2Version, type Emulator } from '@dhis2-files/emulator'
import { afterAll, beforeAll } from 'vitest'
import { type Capture, withCapture } from '../packages/client/test/stories/capture.js'
import type { Target } from '../packages/client/test/stories/targets.js'

/** An emulator at one version with a data set and programs, and clients of it. */
export interface World {
  readonly version: Dhis2Version
  readonly url: string
  readonly emulator: Emulator
  /** Signed in as the administrator. */
  readonly client: Dhis2Client
  readonly capture: Capture
  /** One more client, closed with the world. */
  open(options?: Partial<Dhis2ClientOptions>): Dhis2Client
}

/** Started before the tests of this place, stopped after them. */
export function preparedWorld(version: Dhis2Version, options: Partial<Dhis2ClientOptions> = {}): World {
  const state: { emulator?: Emulator; url?: string; client?: Dhis2Client } = {}
  const clients: Dhis2Client[] = []
  const open = (more: Partial<Dhis2ClientOptions> = {}): Dhis2Client => {
    const auth = { username: 'admin', password: 'district' }
    const client = new Dhis2Client({ baseUrl: state.url ?? '', auth, ...options, ...more })
    clients.push(client)
    return client
  }
  beforeAll(async () => {
    state.emulator = createEmulator({ version, settings: { storageDelay: 0 } })
    state.url = (await state.emulator.serve()).url
  })
  const world = {
    version,
    open,
    prefix: 'world ',
    made: (document: string): string => document,
    get url(): string {
      return state.url ?? ''
    },
    get emulator(): Emulator {
      if (state.emulator === undefined) throw new Error('It has not been started.')
      return state.emulator
    },
    get client(): Dhis2Client {
      return (state.client ??= open())
    },
  } satisfies Target & Omit<World, 'capture'>
  const capture = withCapture(world)
  afterAll(async () => {
    for (const client of clients) await client.close()
    await state.emulator?.close()
  })
  return Object.defineProperty(world, 'capture', { value: capture }) as typeof world & World
}
