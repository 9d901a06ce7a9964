import { Dhis2Error, type Middleware } from '@dhis2-files/client'
import type { CommandContext } from './context.js'

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** A request that `--dry-run` has kept back: all that comes before it went well. */
class KeptBack extends Dhis2Error {}

/** `--dry-run`: the last guard, below every command. */
export const refuseWrites: Middleware = (next) => async (request) => {
  if (SAFE.has(request.method)) return next(request)
  throw new KeptBack(`--dry-run: ${request.method} ${request.url.pathname} was not sent.`, { code: 'unsupported' })
}

/**
 * Does `work`. With `--dry-run` it is done up to the first request that would change something, so that what the client looks at
 * before, such as the file itself, is looked at too.
 * @returns What `work` gives; `undefined` with `--dry-run`.
 */
export async function orPlanned<T>(context: CommandContext, work: () => Promise<T>): Promise<T | undefined> {
  try {
    const result = await work()
    return context.dryRun ? undefined : result
  } catch (error) {
    if (context.dryRun && isKeptBack(error)) return undefined
    throw error
  }
}

function isKeptBack(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) if (one instanceof KeptBack) return true
  return false
}
