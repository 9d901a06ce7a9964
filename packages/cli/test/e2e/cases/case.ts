import type { World } from '../harness/world.js'

/** A uid that no server has. */
export const NOBODY = 'Nobody12345'

/** One command, as the tests that all commands have run it. */
export interface Case {
  /** Prepares the world, and gives what follows the command's name for a run that does what it should. Without `--yes`. */
  readonly given: (world: World) => Promise<readonly string[]> | readonly string[]
  /** Variables that the run needs. */
  readonly env?: Readonly<Record<string, string>>
  /** Where secrets are what the command prints. */
  readonly reveals?: true
  /** Looks at the result of that run with `--json`, and at the server. */
  readonly json: (value: any, world: World) => Promise<void> | void
  /** What stdout shows in a pipe. */
  readonly text: RegExp
  /** Arguments with a uid, or another name, that the server does not know. Commands that take a uid have it. */
  readonly unknown?: readonly string[]
  /** Command lines that are wrong. Nothing is sent for them. */
  readonly usage: readonly (readonly string[])[]
  /** Whether it prints a table. */
  readonly table?: true
  /** Why it asks no server: then no password can be wrong, and none be out of reach. */
  readonly local?: string
}

/** Cases by the words of the command: `documents list`. */
export type Cases = Readonly<Record<string, Case>>
