import { isDhis2Error } from '@dhis2-files/client'
import { isProfileError } from '@dhis2-files/profiles'
import * as z from 'zod'
import { profile } from '../params.js'
import { packageVersion } from '../package-version.js'
import { defineTool, type Tool, type ToolCall } from '../tool.js'

const text = z.string().nullable()

export const getServerInfo: Tool = defineTool({
  name: 'system_server_info',
  title: 'Show this server',
  description:
    'Tells what this MCP server is and may do: its version, whether it may write and delete, its roots and limits, and the profile that is taken by default. With profile it asks that DHIS2 for its version too.',
  access: 'read',
  destructive: false,
  idempotent: true,
  online: true,
  input: z.strictObject({ profile: profile.describe('The profile whose DHIS2 is asked. Default: none is asked.') }),
  output: z.object({
    server: z.string(),
    version: z.string(),
    active_plugin_tree: z
      .string()
      .describe('Versions of DHIS2 that are understood; with profile, that of its DHIS2, such as v43.'),
    active_plugin_tree_source: z.string(),
    dhis2w_core_version: z.string(),
    dhis2w_mcp_version: text,
    dhis2w_cli_version: text,
    write: z.boolean(),
    allow_delete: z.boolean(),
    read_only_reason: text.describe('Why nothing may be written, whatever the flags say.'),
    roots: z
      .array(z.string())
      .describe('Folders for files. Those of the MCP client are asked for when a call needs them.'),
    max_inline_bytes: z.int(),
    default_profile: z.object({ name: text, base_url: text, chosen_by: text, problem: text }),
    dhis2: z.looseObject({ version: z.string() }).nullable().describe('What the DHIS2 of profile says about itself.'),
  }),
  async run(input, call) {
    const { policy } = call
    const dhis2 = input.profile === undefined ? undefined : await askServer(input.profile, call)
    return {
      structured: {
        server: '@dhis2-files/mcp',
        version: packageVersion(),
        active_plugin_tree:
          dhis2 === undefined ? 'v41-v44' : (/^2\.(\d+)/.exec(dhis2.version)?.[1]?.replace(/^/, 'v') ?? 'unknown'),
        active_plugin_tree_source: dhis2 === undefined ? 'every version is served' : 'the server was asked',
        dhis2w_core_version: 'unknown',
        dhis2w_mcp_version: null,
        dhis2w_cli_version: null,
        write: policy.allows('write'),
        allow_delete: policy.allows('delete'),
        read_only_reason: policy.readOnlyReason ?? null,
        roots: call.roots.map(({ path }) => path),
        max_inline_bytes: call.maxInline,
        default_profile: await defaultProfile(call),
        dhis2: dhis2 ?? null,
      },
    }
  },
})

/** What the server says about itself, without its paths and hardware. */
async function askServer(name: string, call: ToolCall): Promise<{ version: string } & Record<string, unknown>> {
  const { client } = await call.open(name)
  const { version, revision, systemName, serverDate, serverTimeZoneId } = await client.system.info({
    signal: call.signal,
  })
  const { username } = await client.system.me({ signal: call.signal })
  return { version, revision, systemName, serverDate, serverTimeZoneId, username }
}

async function defaultProfile({ clients, defaultProfile: name }: ToolCall): Promise<{
  name: string | null
  base_url: string | null
  chosen_by: string | null
  problem: string | null
}> {
  try {
    const { name: found, baseUrl, source } = await clients.resolve(name)
    return { name: found ?? null, base_url: baseUrl, chosen_by: source.chosenBy, problem: null }
  } catch (error) {
    if (!isProfileError(error) && !isDhis2Error(error)) throw error
    return { name: name ?? null, base_url: null, chosen_by: null, problem: error.message }
  }
}
