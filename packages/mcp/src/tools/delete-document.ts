import * as z from 'zod'
import { profile, uid } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const deleteDocument: Tool = defineTool({
  name: 'files_documents_delete',
  title: 'Delete a document',
  description:
    'Deletes a document for good. Its file stays readable for two days to whoever knows the uid of its file resource.',
  access: 'delete',
  destructive: true,
  idempotent: true,
  online: true,
  input: z.strictObject({ uid: uid('the document'), profile }),
  output: z.object({ status: z.literal('deleted'), uid: z.string() }),
  async run(input, call) {
    const { client } = await call.open(input.profile)
    await client.files.deleteDocument(input.uid, { signal: call.signal })
    return { structured: { status: 'deleted' as const, uid: input.uid } }
  },
})
