import { createHash, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { bytesSource, Dhis2Client, type Dhis2ClientOptions, Dhis2Error } from '@dhis2-files/client'
import { createEmulator, type Emulator } from '@dhis2-files/emulator'
import { expect, onTestFinished } from 'vitest'

export const MEGABYTES_30 = 30_000_000

/** Random, so that nothing on the way can make them smaller. */
export const LARGE: Uint8Array = randomBytes(MEGABYTES_30)

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

/** A DHIS2 that takes large files, under /dhis. */
export function emulated(): Emulator {
  return createEmulator({ version: '2.43', settings: { contextPath: '/dhis', maxFileUploadSize: 100_000_000 } })
}

/** A client for this test. It sends each request once. */
export function clientOf(baseUrl: string, options: Partial<Dhis2ClientOptions> = {}): Dhis2Client {
  const auth = { username: 'admin', password: 'district' }
  const client = new Dhis2Client({
    baseUrl,
    auth,
    retry: false,
    proxy: false,
    maxFileUploadSize: 100_000_000,
    ...options,
  })
  onTestFinished(() => client.close())
  return client
}

/** Sends 30 MB and fetches them again, and small requests between. All is there, by one sign-in. */
export async function sendAndFetch(client: Dhis2Client, emulator: Emulator): Promise<void> {
  const before = emulator.state.signIns.length
  const source = bytesSource(LARGE, { name: 'x-ray.zip', type: 'application/zip' })
  const { uid } = await client.files.uploadDocument(source, { name: 'An X-ray' })
  const stored = await emulator.state.bytes(String(emulator.state.documents.get(uid)?.['url']))
  expect(md5(stored ?? new Uint8Array())).toBe(md5(LARGE))
  const file = await client.files.downloadDocument(uid)
  if (file.kind !== 'file') throw new Error('no file')
  expect(file.name).toBe('x-ray.zip')
  expect(md5(await file.bytes())).toBe(md5(LARGE))
  await Promise.all(Array.from({ length: 10 }, () => client.files.getDocument(uid)))
  await client.files.deleteDocument(uid)
  expect(emulator.state.signIns.length - before).toBe(1)
}

/** The error of a first request. */
export async function refused(client: Dhis2Client): Promise<Dhis2Error> {
  return failure(client.system.info())
}

export async function failure(promise: Promise<unknown>): Promise<Dhis2Error> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof Dhis2Error) return error
  throw new Error('It did not fail, or not with a Dhis2Error.', { cause: error })
}

/** Everything that printing an error may show. */
export function printed(error: unknown): string {
  return `${inspect(error, { depth: 20, showHidden: true, maxStringLength: null })} ${JSON.stringify(error)}`
}
