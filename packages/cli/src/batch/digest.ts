import { createHash } from 'node:crypto'
import type { ByteSource } from '@dhis2-files/client'

/** What bytes are: their MD5, in lower-case hex as DHIS2 has it, and how many. */
export interface Digest {
  readonly md5: string
  readonly size: number
}

/** Reads a source to its end. @throws what the source throws */
export async function digestOf(source: ByteSource, signal: AbortSignal): Promise<Digest> {
  const hash = createHash('md5')
  let size = 0
  const reader = (await source.open({ signal })).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { md5: hash.digest('hex'), size }
    hash.update(value)
    size += value.byteLength
  }
}
