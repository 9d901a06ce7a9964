import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  inputRequired,
  type InputRequiredResult,
  inputResponse,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Profile } from '@dhis2-files/profiles'
import { failureOf, ToolError } from './errors.js'
import { MAX_RESULT } from './limits.js'
import { progressOf } from './progress.js'
import { clientRootPaths, findRoots, type Root } from './sandbox/roots.js'
import type { Service } from './service.js'
import type { Opened, Tool, ToolCall, ToolResult } from './tool.js'

/** Where a call came from. */
export interface Calling {
  readonly service: Service
  readonly ctx: ServerContext
  readonly server: McpServer
}

/** Key under which the client is asked for its roots. */
const ROOTS = 'roots'

/** Runs a tool. What goes wrong is an answer too; only a call that was cancelled has none. */
export async function runTool(
  tool: Tool,
  input: Readonly<Record<string, unknown>>,
  calling: Calling,
): Promise<CallToolResult | InputRequiredResult> {
  const { service, ctx } = calling
  const { signal } = ctx.mcpReq
  const started = Date.now()
  const tell = (how: string): void => service.logger.debug?.(`${tool.name}: ${how} after ${Date.now() - started} ms`)
  const opened = new Set<Profile>()
  try {
    service.policy.checkTool(tool.name, tool.access)
    const roots = await rootsFor(input, calling)
    if (roots === undefined) return inputRequired({ inputRequests: { [ROOTS]: inputRequired.listRoots() } })
    const result = resultOf(await tool.run(input as never, callOf(tool, roots, calling, opened)))
    tell('done')
    return result
  } catch (error) {
    if (signal.aborted) {
      tell('cancelled')
      throw error
    }
    const failure = failureOf(error)
    tell(failure.code)
    // the next call signs in with what is known by then: in the keyring a secret changes without a trace
    if (failure.code === 'unauthenticated') for (const profile of opened) service.clients.forget(profile)
    if (failure.code === 'internal')
      service.logger.warn?.(`${tool.name} failed: ${(error as Error)?.stack ?? String(error)}`)
    return {
      isError: true,
      content: [{ type: 'text', text: `${failure.message} (${failure.code})` }],
      _meta: { 'dhis2-files/error': failure },
    }
  }
}

function resultOf({ structured, content = [] }: ToolResult): CallToolResult {
  const text = JSON.stringify(structured)
  if (text.length > MAX_RESULT) {
    throw new ToolError(
      'too-large',
      `The answer has ${text.length} characters, and ${MAX_RESULT} are the most. Ask for fewer rows (page_size, limit), or for fewer members of each (fields).`,
    )
  }
  return { content: [{ type: 'text', text }, ...content], structuredContent: { ...structured } }
}

function callOf(tool: Tool, roots: readonly Root[], { service, ctx }: Calling, used: Set<Profile>): ToolCall {
  const { policy, clients, defaultProfile, maxInline } = service
  return {
    signal: ctx.mcpReq.signal,
    onProgress: progressOf(ctx, tool.title),
    roots,
    maxInline,
    policy,
    clients,
    defaultProfile,
    async open(profile): Promise<Opened> {
      const opened = await clients.open(profile || defaultProfile)
      used.add(opened.profile)
      policy.checkProfile(tool.name, tool.access, opened.profile)
      return opened
    },
  }
}

/** The folders that a call may use; `undefined` when the client has to be asked for them first. */
async function rootsFor(
  input: Readonly<Record<string, unknown>>,
  { service, ctx, server }: Calling,
): Promise<readonly Root[] | undefined> {
  if (!service.asksForRoots) return service.roots
  if (input['path'] === undefined) return []
  const { inputResponses, droppedInputResponseKeys, envelope } = ctx.mcpReq
  const answer = inputResponse(inputResponses, ROOTS)
  if (answer.kind === 'roots') {
    const { roots, refused } = await findRoots(clientRootPaths(answer.roots), service.cwd)
    for (const { path, why } of refused) service.logger.debug?.(`The client's root ${path} cannot be used: ${why}`)
    return roots
  }
  const declared = ({ ...envelope } as Readonly<Record<string, unknown>>)[CLIENT_CAPABILITIES_META_KEY] as
    | ClientCapabilities
    | undefined
  const canTell =
    (declared ?? server.server.getClientCapabilities())?.roots !== undefined &&
    !droppedInputResponseKeys?.includes(ROOTS)
  return canTell ? undefined : []
}
