import type { Fault, Faults } from './faults.js'
import type { Reply } from './http/reply.js'
import { empty, json, reply } from './http/reply.js'
import type { RecordedRequest } from './log.js'

/** What the control routes steer. */
export interface Controls {
  readonly faults: Faults
  readonly log: readonly RecordedRequest[]
  reset(): Promise<void>
}

/**
 * The routes for tests in other languages, outside DHIS2's own paths and without credentials:
 * `POST /__emulator__/reset`, `POST` and `DELETE /__emulator__/faults`, `GET /__emulator__/log`.
 * Undefined for every other path.
 */
export async function control(request: Request, controls: Controls): Promise<Reply | undefined> {
  const path = new URL(request.url).pathname
  const at = path.indexOf('/__emulator__/')
  if (at < 0) return undefined
  const made = await act(`${request.method} ${path.slice(at + '/__emulator__/'.length)}`, request, controls)
  made.policy = 'none'
  return made
}

async function act(action: string, request: Request, controls: Controls): Promise<Reply> {
  switch (action) {
    case 'POST reset':
      await controls.reset()
      return empty(204)
    case 'POST faults':
      try {
        const body: unknown = await request.json()
        const faults = (Array.isArray(body) ? body : [body]) as Fault[]
        for (const fault of faults) controls.faults.inject(fault)
        return json({ injected: faults.length }, { status: 201 })
      } catch (error) {
        return json({ error: (error as Error).message }, { status: 400 })
      }
    case 'DELETE faults':
      controls.faults.clear()
      return empty(204)
    case 'GET log':
      return json(controls.log)
    default:
      return reply(404, { 'content-type': 'text/plain' }, `There is no ${action} here\n`)
  }
}
