import * as z from 'zod'
import { withUpload } from '../content/upload.js'
import { fileResource, profile, resource, sharing, uid, uploading } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const uploadDocument: Tool = defineTool({
  name: 'files_documents_upload',
  title: 'Upload a document',
  description:
    'Uploads a file of this machine, or content that is passed here, as a new document. It is checked before it is sent, waited for until it is stored, and compared by MD5. DHIS2 shows a new document to everyone, unless sharing says otherwise.',
  access: 'write',
  destructive: false,
  idempotent: false,
  online: true,
  input: z.strictObject({
    name: z.string().min(1).max(230).optional().describe('Name of the document. Default: that of the file.'),
    ...uploading,
    uid: uid('the document to be')
      .optional()
      .describe('Uid of the document to be: the same call again then makes no second one.'),
    code: z.string().max(50).optional().describe('Unique among documents.'),
    sharing: sharing.optional(),
    file_resource: fileResource,
    profile,
  }),
  output: z.object({ uid: z.string(), name: z.string(), file_resource: resource }),
  async run(input, call) {
    const { client } = await call.open(input.profile)
    return withUpload(input, call, async (source) => {
      const { uid, name, fileResource } = await client.files.uploadDocument(source, {
        name: input.name ?? input.filename ?? source.name,
        filename: input.filename,
        contentType: input.content_type,
        uid: input.uid,
        code: input.code,
        sharing: input.sharing as never,
        fileResource: input.file_resource,
        signal: call.signal,
        onProgress: call.onProgress,
      })
      return { structured: { uid, name, file_resource: { ...fileResource } } }
    })
  },
})
