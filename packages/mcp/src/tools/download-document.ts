import * as z from 'zod'
import { deliver } from '../content/download.js'
import { downloaded, profile, saving, uid } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const downloadDocument: Tool = defineTool({
  name: 'files_documents_download',
  title: 'Download a document',
  description:
    'Fetches the file of a document, whole and compared with its MD5: into a folder of this machine with path, else into this answer (images as images, text as text). Of a document that is a link it tells the link and fetches nothing.',
  access: 'read',
  savesFiles: true,
  destructive: true,
  idempotent: true,
  online: true,
  input: z.strictObject({ uid: uid('the document'), ...saving, profile }),
  output: z.object({
    uid: z.string(),
    kind: z.enum(['file', 'link']),
    url: z.string().nullable().describe('Where a link leads.'),
    ...downloaded,
  }),
  async run(input, call) {
    const { uid } = input
    const { client } = await call.open(input.profile)
    const found = await client.files.downloadDocument(uid, { signal: call.signal })
    if (found.kind === 'external') {
      const none = { content_type: null, size: null, md5: null, file_resource: null, path: null }
      return { structured: { uid, kind: 'link' as const, url: found.url, name: found.name, ...none } }
    }
    const { file, content } = await deliver(found, input, call, `dhis2://documents/${uid}`)
    return { structured: { uid, kind: 'file' as const, url: null, ...file }, content }
  },
})
