import { MCP_FLAGS, runMcp } from '@dhis2-files/mcp'
import { defineCommand } from '../command.js'

// every command has these two
const { profile: _, verbose: __, ...OPTIONS } = MCP_FLAGS

export const mcp = defineCommand({
  name: 'mcp',
  summary: 'Serves the files of DHIS2 to assistants, by the Model Context Protocol.',
  details:
    'Over stdio, as hosts start it, unless --http is given; stdout is the protocol’s alone. It reads only, unless --write and --allow-delete say otherwise. Set-up of hosts: docs/mcp.md.',
  examples: ['mcp --root reports', 'mcp --write --http --port 8424'],
  arguments: [],
  options: OPTIONS,
  async run(context, flags) {
    const { io, signal, globals } = context
    const { profile, verbose, debug } = globals
    const options = { signal, env: io.env, cwd: io.cwd, stderr: io.stderr }
    await runMcp({ ...flags, profile, verbose: verbose || debug }, options)
  },
})
