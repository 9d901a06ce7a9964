/**
 * The files of DHIS2 for assistants: tools and resources of the Model Context Protocol.
 * @packageDocumentation
 */
export { describeMcpFlags, flagName, MCP_FLAGS, McpUsageError, parseMcpFlags } from './flags.js'
export type { CountFlag, ListFlag, McpFlag, McpFlagValues, SwitchFlag, TextFlag } from './flags.js'
export { serveHttp } from './http/serve.js'
export type { HttpOptions, RunningHttp } from './http/serve.js'
export { runMcp } from './run.js'
export type { RunOptions } from './run.js'
export { createMcpServer } from './server.js'
export type { FilesMcp, McpOptions } from './server.js'
export { serveStdio } from './stdio.js'
export type { RunningStdio, StdioOptions } from './stdio.js'
