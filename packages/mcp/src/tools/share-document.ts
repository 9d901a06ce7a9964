import * as z from 'zod'
import { profile, sharing, uid } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const shareDocument: Tool = defineTool({
  name: 'files_documents_share',
  title: 'Set who may see a document',
  description:
    'Sets the sharing of a document, whole: who is not named in it loses access. The owner stays unless another is named. files_documents_get tells the sharing as it is.',
  access: 'write',
  destructive: true,
  idempotent: true,
  online: true,
  input: z.strictObject({ uid: uid('the document'), sharing, profile }),
  output: z.object({ uid: z.string(), sharing: z.looseObject({}) }),
  async run(input, call) {
    const { client } = await call.open(input.profile)
    const set = await client.files.shareDocument(input.uid, input.sharing as never, { signal: call.signal })
    return { structured: { uid: input.uid, sharing: { ...set } } }
  },
})
