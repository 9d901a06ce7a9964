import * as z from 'zod'
import { profile, resource, uid } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const getResource: Tool = defineTool({
  name: 'files_resources_get',
  title: 'Show a file resource',
  description:
    'Tells everything about one file resource: name, type, size, MD5, domain, and whether its bytes are stored by now.',
  access: 'read',
  destructive: false,
  idempotent: true,
  online: true,
  input: z.strictObject({ uid: uid('the file resource'), profile }),
  output: resource,
  async run(input, call) {
    const { client } = await call.open(input.profile)
    return { structured: await client.files.getFileResource(input.uid, { signal: call.signal }) }
  },
})
