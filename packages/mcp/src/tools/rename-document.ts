import * as z from 'zod'
import { leftBehind, profile, uid } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const renameDocument: Tool = defineTool({
  name: 'files_documents_rename',
  title: 'Rename a document',
  description:
    'Gives a document another name; file, code and sharing stay. DHIS2 refuses this for uploaded documents, so for most users the file is copied on the server, which takes as long as a download and an upload.',
  access: 'write',
  destructive: true,
  idempotent: false,
  online: true,
  input: z.strictObject({
    uid: uid('the document'),
    name: z.string().min(1).max(230).describe('The new name.'),
    profile,
  }),
  output: z.object({ uid: z.string(), name: z.string(), left_behind: leftBehind }),
  async run(input, call) {
    const { client } = await call.open(input.profile)
    const { uid, name, leftBehind } = await client.files.renameDocument(input.uid, input.name, { signal: call.signal })
    return { structured: { uid, name, left_behind: leftBehind ?? null } }
  },
})
