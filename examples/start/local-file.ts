import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { fileSource } from '@dhis2-files/client'
import type { LocalFile } from './demo.js'

/** @throws Dhis2Error when there is no such file, or it cannot be read */
export async function localFile(path: string, signal: AbortSignal): Promise<LocalFile> {
  const source = await fileSource(path)
  return { source, name: source.name, size: source.size ?? 0, md5: await md5Of(path, signal) }
}

/** MD5 of a file on disk, lower-case hex. */
export async function md5Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('md5')
  await pipeline(createReadStream(path), hash, { signal })
  return hash.digest('hex')
}
