import * as z from 'zod'
import { withUpload } from '../content/upload.js'
import { fileResource, leftBehind, profile, resource, uid, uploading } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const replaceDocument: Tool = defineTool({
  name: 'files_documents_replace',
  title: 'Replace the file of a document',
  description:
    'Gives an uploaded document another file; its uid, name, code and sharing stay. DHIS2 keeps the old file as a file resource that nothing refers to.',
  access: 'write',
  destructive: true,
  idempotent: false,
  online: true,
  input: z.strictObject({ uid: uid('the document'), ...uploading, file_resource: fileResource, profile }),
  output: z.object({ uid: z.string(), name: z.string(), file_resource: resource, left_behind: leftBehind }),
  async run(input, call) {
    const { client } = await call.open(input.profile)
    return withUpload(input, call, async (source) => {
      const { uid, name, fileResource, leftBehind } = await client.files.replaceDocument(input.uid, source, {
        filename: input.filename,
        contentType: input.content_type,
        fileResource: input.file_resource,
        signal: call.signal,
        onProgress: call.onProgress,
      })
      return { structured: { uid, name, file_resource: { ...fileResource }, left_behind: leftBehind ?? null } }
    })
  },
})
