import { Dhis2Client } from '@dhis2-files/client'
import { createEmulator, type Dhis2Version, type Emulator } from '@dhis2-files/emulator'

/** A DHIS2 for an example: an emulator, and a client that is signed in to it. */
export interface System {
  readonly emulator: Emulator
  readonly url: string
  readonly client: Dhis2Client
  close(): Promise<void>
}

export async function startSystem(version: Dhis2Version = '2.43'): Promise<System> {
  const emulator = createEmulator({ version })
  const { url } = await emulator.serve()
  const client = new Dhis2Client({ baseUrl: url, auth: { username: 'admin', password: 'district' } })
  return {
    emulator,
    url,
    client,
    async close() {
      await client.close()
      await emulator.close()
    },
  }
}
