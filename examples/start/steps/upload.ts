import { isDhis2Error } from '@dhis2-files/client'
import { bytes } from '../screen.js'
import type { Step } from '../demo.js'
import { Failure } from '../failure.js'
import { DELETED_WITH_DOCUMENT, NEVER_ATTACHED } from '../leftovers.js'

export const upload: Step = {
  title: ({ file }) => `Upload ${file.name} (${bytes(file.size)}) as a document that only we can see`,
  async run({ client, screen, signal, document, name, file, leftovers }) {
    leftovers.documentMayExist(document)
    try {
      const { fileResource } = await client.files.uploadDocument(file.source, {
        uid: document,
        name,
        sharing: { public: '--------' },
        // the server itself is to say how much it takes
        maxFileUploadSize: Math.max(10_000_000, file.size),
        onProgress: screen.progress('sent'),
        signal,
      })
      leftovers.fileStays(fileResource.id, DELETED_WITH_DOCUMENT)
      if (fileResource.contentMd5 !== file.md5)
        throw new Failure(`The server has MD5 ${fileResource.contentMd5}, not ${file.md5}.`)
      screen.result(`document ${document}; MD5 ${file.md5} here and there`)
    } catch (error) {
      if (isDhis2Error(error) && error.fileResource !== undefined) {
        leftovers.fileStays(error.fileResource, NEVER_ATTACHED)
      }
      throw error
    }
  },
}
