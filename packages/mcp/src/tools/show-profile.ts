import * as z from 'zod'
import { profileView } from '../profile-view.js'
import { defineTool, type Tool } from '../tool.js'

const text = z.string().nullable()

export const showProfile: Tool = defineTool({
  name: 'profile_show',
  title: 'Show a profile',
  description: 'Tells everything about one profile but its secrets: where one is set there is ***. Asks no DHIS2.',
  access: 'read',
  destructive: false,
  idempotent: true,
  online: false,
  input: z.strictObject({
    name: z.string().describe('Name of the profile.'),
    redacted: z.boolean().optional().describe('Without effect: secrets are never shown.'),
  }),
  output: z.object({
    base_url: z.string(),
    auth: z.string(),
    token: text,
    username: text,
    password: text,
    client_id: text,
    client_secret: text,
    scope: text,
    redirect_uri: text,
    version: text,
    cookie: text,
    xsrf_token: text,
    read_only: z.boolean(),
    meta: z.object({ name: z.string(), source: z.string(), source_path: text }),
  }),
  run: async ({ name }, call) => ({ structured: profileView(await call.clients.show(name)) }),
})
