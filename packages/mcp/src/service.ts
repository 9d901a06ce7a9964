import type { Logger } from '@dhis2-files/client'
import type { Clients } from './clients.js'
import type { Policy } from './policy.js'
import type { Root } from './sandbox/roots.js'

/** What all connections of one server share. */
export interface Service {
  readonly policy: Policy
  readonly clients: Clients
  readonly logger: Logger
  /** Of `--root`. */
  readonly roots: readonly Root[]
  /** Whether the client is asked for its roots. */
  readonly asksForRoots: boolean
  readonly defaultProfile: string | undefined
  readonly maxInline: number
  readonly cwd: string
}
