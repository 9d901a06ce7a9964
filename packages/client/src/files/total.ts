import { Dhis2Error } from '../errors.js'
import { limitsOf, type RequestOptions } from '../http/call.js'
import { startDeadline } from '../http/deadline.js'
import type { FilesContext } from './context.js'

/**
 * Runs a change that takes several requests under one total clock: `timeouts.total` counts for all of them with their waits.
 * What puts a half-made change right again has clocks of its own.
 */
export async function withinTotal<O extends RequestOptions, T>(
  { timeouts, clock }: FilesContext,
  what: string,
  options: O | undefined,
  work: (options: O) => Promise<T>,
): Promise<T> {
  const given = { ...options } as O
  const { total } = limitsOf(timeouts, given.timeouts)
  if (!Number.isFinite(total)) return work(given)
  const message = `Cannot ${what}: not done within ${total / 1000} s (timeouts.total).`
  const expired = (): Dhis2Error => new Dhis2Error(message, { code: 'timeout', clock: 'total', doubtful: true })
  const { signal, end } = startDeadline({ signal: given.signal, total, now: clock.now(), expired })
  try {
    return await work({ ...given, signal, timeouts: { ...given.timeouts, total: Number.POSITIVE_INFINITY } })
  } finally {
    end()
  }
}
