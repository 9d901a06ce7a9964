import * as z from 'zod'
import { document, profile, uid } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const updateExternalDocument: Tool = defineTool({
  name: 'files_documents_update_external',
  title: 'Change a link',
  description:
    'Changes name, address or code of a document that is a link. What is left out stays, and so does the sharing.',
  access: 'write',
  destructive: true,
  idempotent: true,
  online: true,
  input: z.strictObject({
    uid: uid('the document'),
    name: z.string().min(1).max(230).optional().describe('The new name.'),
    url: z.string().optional().describe('The new address.'),
    code: z.string().max(50).optional().describe('The new code.'),
    profile,
  }),
  output: document,
  async run({ uid: id, profile: named, ...changes }, call) {
    const { client } = await call.open(named)
    return { structured: await client.files.updateExternalDocument(id, { ...changes, signal: call.signal }) }
  },
})
