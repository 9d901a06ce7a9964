import { Failure } from '../failure.js'
import type { Step } from '../demo.js'
import { NEVER_ATTACHED } from '../leftovers.js'

/** A file that no object refers to yet: what data values, events and messages are given. */
export const fileResource: Step = {
  title: ({ replacement }) => `Upload ${replacement.name} as a file resource by itself, and download it`,
  async run({ client, screen, signal, replacement, leftovers }) {
    const onProgress = screen.progress('sent')
    const made = await client.files.uploadFileResource(replacement.source, { domain: 'DOCUMENT', onProgress, signal })
    leftovers.fileStays(made.id, NEVER_ATTACHED)
    const file = await client.files.downloadFileResource(made.id, { signal })
    const { byteLength } = await file.bytes({ onProgress: screen.progress('received') })
    if (byteLength !== replacement.size) throw new Failure(`${byteLength} bytes came back of ${replacement.size}.`)
    screen.result(`file resource ${made.id}, ${made.storageStatus}; MD5 ${file.md5}: the same`)
  },
}
