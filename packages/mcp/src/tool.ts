import type { Dhis2Client } from '@dhis2-files/client'
import type { ContentBlock } from '@modelcontextprotocol/server'
import type { Profile } from '@dhis2-files/profiles'
import type * as z from 'zod'
import type { Clients } from './clients.js'
import type { Access, Policy } from './policy.js'
import type { OnProgress } from './progress.js'
import type { Root } from './sandbox/roots.js'

/** What can be known of a tool without running it. Lists, refusals, annotations and docs/mcp.md are made of it. */
export interface ToolFacts {
  /** As dhis2w-utils calls it, where that has it. */
  readonly name: string
  readonly title: string
  /** What it does, for the assistant that chooses. */
  readonly description: string
  /** What it does to DHIS2. Writes need `--write`, deletes `--allow-delete` too. */
  readonly access: Access
  /** Whether it may write files of this machine. */
  readonly savesFiles?: boolean
  /** Whether something that was there before may be gone, or be another thing, afterwards. A file of this machine only with `--write`. */
  readonly destructive: boolean
  /** Whether the same call a second time changes nothing more. */
  readonly idempotent: boolean
  /** Whether it speaks with a DHIS2. */
  readonly online: boolean
}

/** A tool: its facts, what it takes, what it gives, and what it does. */
export interface Tool extends ToolFacts {
  readonly input: z.ZodObject
  readonly output: z.ZodObject
  readonly run: (input: never, call: ToolCall) => Promise<ToolResult>
}

/** What a tool answers. */
export interface ToolResult {
  /** As the tool's output schema says. The assistant gets it as JSON text too. */
  readonly structured: Readonly<Record<string, unknown>>
  /** The bytes of a file. */
  readonly content?: readonly ContentBlock[] | undefined
}

/** A DHIS2 to work with. */
export interface Opened {
  readonly client: Dhis2Client
  readonly profile: Profile
}

/** What a tool works with during one call. */
export interface ToolCall {
  /** Aborts when the client cancels the call, or is gone. */
  readonly signal: AbortSignal
  /** Told of bytes, where the client wants to know. */
  readonly onProgress: OnProgress | undefined
  /** Folders for files. Asked of the client only by calls with a `path`. */
  readonly roots: readonly Root[]
  /** Bytes of a file inside a message at most. */
  readonly maxInline: number
  readonly policy: Policy
  readonly clients: Clients
  /** The profile that is taken when none is named; `undefined` leaves it to the environment and the files. */
  readonly defaultProfile: string | undefined
  /**
   * The DHIS2 of a profile. Refuses where the tool may not write there.
   * @throws ToolError · ProfileError
   */
  open(profile: string | undefined): Promise<Opened>
}

/** Ties what a tool takes and gives to its `run`. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(
  tool: ToolFacts & {
    readonly input: I
    readonly output: O
    readonly run: (
      input: z.output<I>,
      call: ToolCall,
    ) => Promise<{ readonly structured: z.input<O>; readonly content?: readonly ContentBlock[] | undefined }>
  },
): Tool {
  return tool
}

/** A tool's facts in the words of the protocol, on a server that may do this much. */
export function annotationsOf(
  tool: ToolFacts,
  policy: Policy,
): {
  readonly title: string
  readonly readOnlyHint: boolean
  readonly destructiveHint: boolean
  readonly idempotentHint: boolean
  readonly openWorldHint: boolean
} {
  return {
    title: tool.title,
    readOnlyHint: tool.access === 'read' && !tool.savesFiles,
    destructiveHint: tool.destructive && policy.allows('write'),
    idempotentHint: tool.idempotent,
    openWorldHint: tool.online,
  }
}
