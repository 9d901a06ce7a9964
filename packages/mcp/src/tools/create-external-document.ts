import * as z from 'zod'
import { document, profile, uid } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const createExternalDocument: Tool = defineTool({
  name: 'files_documents_create_external',
  title: 'Create a link',
  description: 'Makes a document that is a link to a web address. Nothing is uploaded, and the address is not visited.',
  access: 'write',
  destructive: false,
  idempotent: false,
  online: true,
  input: z.strictObject({
    name: z.string().min(1).max(230).describe('Name of the document.'),
    url: z.string().describe('An http or https address.'),
    uid: uid('the document to be').optional(),
    code: z.string().max(50).optional().describe('Unique among documents.'),
    profile,
  }),
  output: document,
  async run({ profile: named, ...options }, call) {
    const { client } = await call.open(named)
    return { structured: await client.files.createExternalDocument({ ...options, signal: call.signal }) }
  },
})
