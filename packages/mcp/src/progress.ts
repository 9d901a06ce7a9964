import type { Progress } from '@dhis2-files/client'
import type { ServerContext } from '@modelcontextprotocol/server'

/** Told of the bytes of a transfer. */
export type OnProgress = (progress: Progress) => void

/** Milliseconds between two notifications, so that a fast transfer does not drown its client. */
const INTERVAL = 200

/**
 * Turns the bytes of a transfer into progress notifications; `undefined` when the client did not ask for them. They only ever
 * grow, as the protocol demands, also when a file is sent or read again.
 */
export function progressOf({ mcpReq }: ServerContext, message: string): OnProgress | undefined {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return undefined
  let told = -1
  let at = 0
  return ({ loaded, total }) => {
    const now = Date.now()
    if (loaded <= told || (loaded !== total && now - at < INTERVAL)) return
    told = loaded
    at = now
    const params = { progressToken, progress: loaded, ...(total !== undefined && { total }), message }
    // who is gone hears nothing, and the transfer ends by the signal
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined)
  }
}
