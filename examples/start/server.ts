import { createEmulator } from '@dhis2-files/emulator'
import { Failure } from './failure.js'

type Environment = Readonly<Record<string, string | undefined>>

/** The DHIS2 that the tour goes through. */
export interface Server {
  readonly name: string
  /** What the commands get in their environment, to reach it and to sign in. */
  readonly env: Environment
  /** Whether it ends with the tour, and everything on it. */
  readonly ours: boolean
  close(): Promise<void>
}

/**
 * The DHIS2 that the environment names, else an emulator on a free port.
 * @param largest Size of the largest file that it is to take, in bytes.
 * @throws Failure
 */
export async function openServer(env: Environment, largest: number): Promise<Server> {
  const url = env['DHIS2_URL']?.trim()
  if (url) {
    const { DHIS2_PAT: token, DHIS2_USERNAME: username, DHIS2_PASSWORD: password } = env
    if (!token && !(username && password)) {
      throw new Failure(
        'DHIS2_URL is set, but nothing to sign in with: set DHIS2_PAT, or DHIS2_USERNAME and DHIS2_PASSWORD.',
      )
    }
    // a profile would lead elsewhere
    const own = { ...env, DHIS2_PROFILE: undefined }
    return { name: `your DHIS2 at ${url}`, env: own, ours: false, close: () => Promise.resolve() }
  }
  // DHIS2's own limit is 10,000,000; the emulator takes whatever file it is shown
  const emulator = createEmulator({ version: '2.43', settings: { maxFileUploadSize: Math.max(10_000_000, largest) } })
  const server = await emulator.serve({ port: 0 }).catch((error: unknown) => {
    throw new Failure(`The emulator cannot listen on 127.0.0.1: ${(error as Error).message}.`)
  })
  const signIn = { DHIS2_URL: server.url, DHIS2_USERNAME: 'admin', DHIS2_PASSWORD: 'district' }
  return {
    name: `an emulator of DHIS2 2.43 at ${server.url}`,
    env: { ...env, DHIS2_PROFILE: undefined, DHIS2_PAT: undefined, ...signIn },
    ours: true,
    close: () => emulator.close(),
  }
}
