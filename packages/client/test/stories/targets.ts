import { createEmulator, type Dhis2Version, type Emulator } from '@dhis2-files/emulator'
import { afterAll, beforeAll, describe } from 'vitest'
import { type Auth, Dhis2Client, type Dhis2ClientOptions } from '../../src/node.js'

/** A server that stories are told to: an emulator at one version, or a live DHIS2. */
export interface Target {
  readonly client: Dhis2Client
  /** Begins every name that a story makes. */
  readonly prefix: string
  /** The emulator behind it; `undefined` on a live server. What needs it is left out there. */
  readonly emulator: Emulator | undefined
  /** A client with other options, closed with the target. */
  open(options?: Partial<Dhis2ClientOptions>): Dhis2Client
  /** Notes a document that the story made: it is deleted at the end if it is still there. */
  made(document: string): string
}

/** What a story may need of its target. */
export interface Needs {
  /** Only an emulator has it: faults, other users, a look behind the API. */
  readonly emulator?: boolean
}

const EMULATED: readonly Dhis2Version[] = ['2.41', '2.42', '2.43', '2.44']

/**
 * Tells the same stories on the emulator at each version or, with `DHIS2_URL` and `DHIS2_TEST_ALLOW_WRITES=1`, on a live
 * server: there every document that they made is deleted, and the file resources that stay are printed.
 */
export function describeTargets(name: string, tell: (target: Target) => void, needs: Needs = {}): void {
  const url = process.env['DHIS2_URL']
  if (url === undefined) {
    for (const version of EMULATED) describe(`${name} on ${version}`, () => tell(emulatedTarget(version)))
    return
  }
  if (process.env['DHIS2_TEST_ALLOW_WRITES'] !== '1') {
    throw new Error(`The stories write to ${new URL(url).origin}: say DHIS2_TEST_ALLOW_WRITES=1 if that is meant.`)
  }
  if (!needs.emulator) describe(`${name} on ${new URL(url).origin}`, () => tell(liveTarget(url)))
}

function emulatedTarget(version: Dhis2Version): Target {
  const state: { emulator?: Emulator; url?: string } = {}
  beforeAll(async () => {
    state.emulator = createEmulator({ version, settings: { storageDelay: 20 } })
    state.url = (await state.emulator.serve()).url
  })
  const target = clientsOf(() => ({ baseUrl: state.url ?? '', auth: { username: 'admin', password: 'district' } }))
  afterAll(async () => {
    await target.close()
    await state.emulator?.close()
  })
  return Object.defineProperty(target, 'emulator', { get: () => state.emulator })
}

function liveTarget(url: string): Target {
  const target = clientsOf(() => ({ baseUrl: url, auth: authOf(process.env) }))
  afterAll(async () => {
    await target.cleanUp()
    await target.close()
  })
  return target
}

function authOf(env: NodeJS.ProcessEnv): Auth {
  const { DHIS2_PAT: token, DHIS2_USERNAME: username, DHIS2_PASSWORD: password } = env
  if (token !== undefined) return { token }
  if (username !== undefined && password !== undefined) return { username, password }
  throw new Error('Set DHIS2_PAT, or DHIS2_USERNAME and DHIS2_PASSWORD.')
}

interface OwnTarget extends Target {
  cleanUp(): Promise<void>
  close(): Promise<void>
}

function clientsOf(options: () => Dhis2ClientOptions): OwnTarget {
  const clients: Dhis2Client[] = []
  const documents = new Set<string>()
  const prefix = `d2f-${Math.random().toString(36).slice(2, 8)} `
  const open = (more: Partial<Dhis2ClientOptions> = {}): Dhis2Client => {
    const client = new Dhis2Client({ ...options(), retry: { minDelay: 20 }, ...more })
    clients.push(client)
    return client
  }
  let own: Dhis2Client | undefined
  return {
    prefix,
    emulator: undefined,
    open,
    get client() {
      return (own ??= open())
    },
    made(document) {
      documents.add(document)
      return document
    },
    async cleanUp() {
      for (const uid of documents) await own?.files.deleteDocument(uid).catch(() => undefined)
      if (own === undefined) return
      const left: string[] = []
      for await (const { id } of own.files.listFileResources({ filter: `name:like:${prefix.trim()}`, fields: 'id' }))
        left.push(id)
      if (left.length > 0)
        console.log(`File resources that stay on the server, because DHIS2 deletes none: ${left.join(' ')}`)
    },
    async close() {
      for (const client of clients) await client.close()
    },
  }
}
