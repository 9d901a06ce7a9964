import * as z from 'zod'
import { profile, resource, uid } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const waitForResource: Tool = defineTool({
  name: 'files_resources_wait',
  title: 'Wait until a file is stored',
  description:
    'Waits until the bytes of a file resource are in the store of DHIS2, and tells a file that is still on its way from one that is lost. The upload tools have waited already.',
  access: 'read',
  destructive: false,
  idempotent: true,
  online: true,
  input: z.strictObject({
    uid: uid('the file resource'),
    timeout_seconds: z.int().min(1).max(600).optional().describe('How long to wait. Default 60.'),
    profile,
  }),
  output: resource,
  async run(input, call) {
    const { client } = await call.open(input.profile)
    const deadline = (input.timeout_seconds ?? 60) * 1000
    return { structured: await client.files.waitUntilStored(input.uid, { deadline, signal: call.signal }) }
  },
})
