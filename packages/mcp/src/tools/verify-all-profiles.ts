import * as z from 'zod'
import { verified, wrapped } from '../params.js'
import { verifyResult } from '../profile-view.js'
import { defineTool, type Tool } from '../tool.js'

export const verifyAllProfiles: Tool = defineTool({
  name: 'profile_verify_all',
  title: 'Try all profiles',
  description: 'Signs in with each profile at once, as profile_verify does for one.',
  access: 'read',
  destructive: false,
  idempotent: true,
  online: true,
  input: z.strictObject({}),
  output: wrapped(verified, {}),
  async run(_input, call) {
    const rows = (await call.clients.list()).filter(({ hidden }) => !hidden)
    const result = await Promise.all(
      rows.map(async ({ name, profile, problem }) => {
        if (problem === undefined) return verifyResult(await call.clients.verify(name, call.signal))
        const unknown = { version: null, username: null, latency_ms: null, can_write: null }
        const facts = { base_url: profile?.baseUrl ?? '', auth: profile?.auth ?? '', ...unknown }
        return { name, ok: false, ...facts, error: problem.message, problems: [problem.message] }
      }),
    )
    return { structured: { result } }
  },
})
