#!/usr/bin/env node
import { describeMcpFlags, McpUsageError, parseMcpFlags } from './flags.js'
import { packageVersion } from './package-version.js'

const USAGE = `Usage: dhis2-files-mcp [flags]

Serves the files of DHIS2 to an MCP client, over stdio unless told otherwise.
Reads only, unless told otherwise. See https://www.npmjs.com/package/@dhis2-files/mcp.

${describeMcpFlags()}
  --version  Print the version.
  --help     Print this.
`

const args = process.argv.slice(2)
if (args.includes('--help') || args.includes('-h')) process.stdout.write(USAGE)
else if (args.includes('--version') || args.includes('-V')) process.stdout.write(`${packageVersion()}\n`)
else process.exitCode = await main()

async function main(): Promise<number> {
  const ending = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => ending.abort())
  }
  try {
    const { runMcp } = await import('./run.js')
    await runMcp(parseMcpFlags(args), { signal: ending.signal })
    return 0
  } catch (error) {
    process.stderr.write(
      `dhis2-files-mcp: ${error instanceof McpUsageError ? error.message : String((error as Error)?.stack ?? error)}\n`,
    )
    return error instanceof McpUsageError ? 2 : 1
  }
}
