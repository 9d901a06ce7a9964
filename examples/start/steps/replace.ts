import { isDhis2Error } from '@dhis2-files/client'
import type { Step } from '../demo.js'
import { DELETED_WITH_DOCUMENT, NEVER_ATTACHED, REPLACED } from '../leftovers.js'
import { bytes } from '../screen.js'

export const replace: Step = {
  title: ({ replacement }) =>
    `Replace its file by ${replacement.name} (${bytes(replacement.size)}), and keep its sharing`,
  async run({ client, screen, signal, document, replacement, leftovers }) {
    try {
      const onProgress = screen.progress('sent')
      const result = await client.files.replaceDocument(document, replacement.source, { onProgress, signal })
      if (result.leftBehind !== undefined) leftovers.fileStays(result.leftBehind, REPLACED)
      leftovers.fileStays(result.fileResource.id, DELETED_WITH_DOCUMENT)
      const sharing = await client.files.getDocumentSharing(document, { signal })
      screen.result(
        `file resource ${result.fileResource.id} instead of ${result.leftBehind}; public access ${sharing.public}`,
      )
    } catch (error) {
      if (isDhis2Error(error) && error.fileResource !== undefined) {
        leftovers.fileStays(error.fileResource, NEVER_ATTACHED)
      }
      throw error
    }
  },
}
