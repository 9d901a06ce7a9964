import * as z from 'zod'
import { document, profile, uid } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const getDocument: Tool = defineTool({
  name: 'files_documents_get',
  title: 'Show a document',
  description:
    'Tells everything about one document: name, type, sharing, owner, and the uid of its file resource or its link.',
  access: 'read',
  destructive: false,
  idempotent: true,
  online: true,
  input: z.strictObject({ uid: uid('the document'), profile }),
  output: document,
  async run(input, call) {
    const { client } = await call.open(input.profile)
    return { structured: await client.files.getDocument(input.uid, { signal: call.signal }) }
  },
})
