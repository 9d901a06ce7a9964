import { createHash } from 'node:crypto'
import type { Md5 } from '../platform.js'

/** MD5 as OpenSSL does it, in this thread. */
export function createMd5(): Promise<Md5> {
  const hash = createHash('md5')
  return Promise.resolve({
    update: (chunk) => void hash.update(chunk),
    digest: () => hash.digest('hex'),
  })
}
