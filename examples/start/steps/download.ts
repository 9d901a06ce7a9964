import { rm } from 'node:fs/promises'
import { Failure } from '../failure.js'
import type { Demo, LocalFile, Step } from '../demo.js'
import { md5Of } from '../local-file.js'

/** Downloads the document's file to disk, and compares it with the one that should be there. */
export function download(expected: (demo: Demo) => LocalFile): Step {
  return {
    title: (demo) => `Download it, and compare it with ${expected(demo).name}`,
    async run(demo) {
      const { client, screen, signal, document, folder } = demo
      const file = await client.files.downloadDocument(document, { signal })
      if (file.kind !== 'file') throw new Failure(`Document ${document} has become a link.`)
      const { path } = await file.saveTo(folder, { onProgress: screen.progress('received'), signal })
      const md5 = await md5Of(path, signal)
      await rm(path)
      const { md5: wanted } = expected(demo)
      if (md5 !== wanted) throw new Failure(`What came back is another file: its MD5 is ${md5}, not ${wanted}.`)
      screen.result(`MD5 of what came back ${md5}: the same`)
    },
  }
}
