import { createHash } from 'node:crypto'
import type { Md5 } from '../platform.js'
import { ThreadedMd5 } from './threaded-md5.js'

/** From this many bytes on another thread hashes: below, starting it takes longer than the hashing. */
const LARGE = 16 * 1_048_576

/** MD5 as OpenSSL does it: in this thread, or for a large file in another, so that hashing and transfer go on side by side. */
export function createMd5(size?: number): Promise<Md5> {
  if (size !== undefined && size >= LARGE) return Promise.resolve(new ThreadedMd5())
  const hash = createHash('md5')
  return Promise.resolve({
    update: (chunk) => void hash.update(chunk),
    digest: () => hash.digest('hex'),
  })
}
