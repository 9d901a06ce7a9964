import type { Auth } from '@dhis2-files/client'
import { createEmulator } from '@dhis2-files/emulator'
import { Failure } from './failure.js'

/** The DHIS2 that the demonstration runs on. */
export interface Server {
  readonly name: string
  readonly baseUrl: string
  readonly auth: Auth
  /** Whether it ends with the demonstration, and everything on it. */
  readonly ours: boolean
  close(): Promise<void>
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The DHIS2 that the environment names, else an emulator on a free port.
 * @param largest Size of the largest file that it is to take, in bytes.
 * @throws Failure
 */
export function openServer(env: Environment, largest: number): Promise<Server> {
  const url = valueOf(env, 'DHIS2_URL')
  return url === undefined ? startEmulator(largest) : Promise.resolve(serverAt(url, env))
}

function serverAt(baseUrl: string, env: Environment): Server {
  const token = valueOf(env, 'DHIS2_PAT')
  const username = valueOf(env, 'DHIS2_USERNAME')
  const password = valueOf(env, 'DHIS2_PASSWORD')
  const auth =
    token !== undefined
      ? { token }
      : username !== undefined && password !== undefined
        ? { username, password }
        : undefined
  if (auth === undefined) {
    throw new Failure(
      'DHIS2_URL is set, but nothing to sign in with: set DHIS2_PAT, or DHIS2_USERNAME and DHIS2_PASSWORD.',
    )
  }
  return { name: 'your DHIS2', baseUrl, auth, ours: false, close: () => Promise.resolve() }
}

async function startEmulator(largest: number): Promise<Server> {
  // DHIS2's own limit is 10,000,000; the emulator takes whatever file it is shown
  const emulator = createEmulator({ version: '2.43', settings: { maxFileUploadSize: Math.max(10_000_000, largest) } })
  const { url } = await emulator.serve({ port: 0 }).catch((error: unknown) => {
    throw new Failure(`The emulator cannot listen on 127.0.0.1: ${(error as Error).message}.`)
  })
  return {
    name: 'an emulator of DHIS2 2.43',
    baseUrl: url,
    auth: { username: 'admin', password: 'district' },
    ours: true,
    close: () => emulator.close(),
  }
}

function valueOf(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim()
  return value === '' ? undefined : value
}
