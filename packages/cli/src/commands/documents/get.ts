import { defineCommand } from '../../command.js'
import { factLines } from '../../output/facts.js'
import { checkUids } from '../uids.js'
import { humanDate, humanSize } from '../../output/human.js'

export const get = defineCommand({
  name: 'get',
  summary: 'Shows a document, and its file.',
  examples: ['documents get a2345678901 --json'],
  arguments: [{ name: 'uid', about: 'Uid of the document.' }],
  options: {},
  async run(context, { uid }) {
    checkUids('a document', uid)
    const { files } = await context.client()
    const { signal } = context
    const document = await files.getDocument(uid, { signal })
    const fileResource = document.external ? undefined : await files.getFileResource(document.url, { signal })
    context.out.result({ ...document, ...(fileResource && { fileResource }) }, () =>
      factLines({
        Uid: document.id,
        Name: document.name,
        Code: document.code,
        Link: document.external ? document.url : undefined,
        File:
          fileResource &&
          `${fileResource.name} (${fileResource.contentType}, ${humanSize(fileResource.contentLength)})`,
        'File resource': fileResource?.id,
        MD5: fileResource?.contentMd5,
        Storage: fileResource?.storageStatus,
        Created: `${humanDate(document.created)} by ${document.createdBy?.username ?? 'nobody known'}`,
        Updated: humanDate(document.lastUpdated),
        Public: document.sharing?.public,
      }),
    )
  },
})
