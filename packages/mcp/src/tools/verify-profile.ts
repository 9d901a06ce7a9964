import * as z from 'zod'
import { verifyResult } from '../profile-view.js'
import { defineTool, type Tool } from '../tool.js'
import { verified } from '../params.js'

export const verifyProfile: Tool = defineTool({
  name: 'profile_verify',
  title: 'Try a profile',
  description:
    'Signs in with a profile, and tells who that is, the server’s version, how fast it answers, and whether files can be written. What is wrong is in the result, not an error.',
  access: 'read',
  destructive: false,
  idempotent: true,
  online: true,
  input: z.strictObject({ name: z.string().describe('Name of the profile.') }),
  output: verified,
  run: async ({ name }, call) => ({ structured: verifyResult(await call.clients.verify(name, call.signal)) }),
})
