import * as z from 'zod'
import { wrapped } from '../params.js'
import { sourceName } from '../profile-view.js'
import { defineTool, type Tool } from '../tool.js'

export const listProfiles: Tool = defineTool({
  name: 'profile_list',
  title: 'List profiles',
  description:
    'Lists the profiles that this server can use: name, base URL, how it signs in, and which is the default. Asks no DHIS2, and shows no secret.',
  access: 'read',
  destructive: false,
  idempotent: true,
  online: false,
  input: z.strictObject({}),
  output: wrapped(
    z.object({
      name: z.string(),
      base_url: z.string(),
      auth: z.string(),
      source: z.string().describe('project-toml or global-toml.'),
      source_path: z.string().nullable(),
      is_default: z.boolean().describe('Whether it is taken when no profile is named.'),
      shadowed: z.boolean().describe('Whether the project has one of the same name, which is taken instead.'),
      read_only: z.boolean(),
      problem: z.string().nullable().describe('Why it cannot be used.'),
    }),
    {},
  ),
  async run(_input, call) {
    const rows = await call.clients.list()
    // as a call without a profile would choose: the flag, the environment, then the files
    const chosen = await call.clients.resolve(call.defaultProfile).catch(() => undefined)
    return {
      structured: {
        result: rows
          .filter(({ hidden }) => !hidden)
          .map(({ name, scope, path, profile, problem }) => ({
            name,
            base_url: profile?.baseUrl ?? '',
            auth: profile?.auth ?? '',
            source: sourceName(scope),
            source_path: path,
            is_default: chosen?.name === name && chosen.source.kind === scope,
            shadowed: false,
            read_only: profile?.settings.readOnly ?? false,
            problem: problem?.message ?? null,
          })),
      },
    }
  },
})
