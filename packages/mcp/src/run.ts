import type { Environment } from '@dhis2-files/profiles'
import { type McpFlagValues, McpUsageError } from './flags.js'
import { serveHttp } from './http/serve.js'
import { streamLogger } from './log.js'
import type { McpOptions } from './server.js'
import { serveStdio } from './stdio.js'

/** What {@link runMcp} needs of the process. */
export interface RunOptions {
  /** Ends the server. */
  readonly signal: AbortSignal
  /** Default `process.env`. */
  readonly env?: Environment | undefined
  /** Where the search for profiles begins. Default: the working directory. */
  readonly cwd?: string | undefined
  /** Where it says what somebody should know. Default: stderr. */
  readonly stderr?: NodeJS.WritableStream | undefined
}

/**
 * Serves as the flags say, until the client is gone or `signal` aborts.
 * @throws McpUsageError
 */
export async function runMcp(flags: McpFlagValues, options: RunOptions): Promise<void> {
  const { signal, env = process.env, cwd, stderr = process.stderr } = options
  const logger = streamLogger(stderr, { verbose: flags.verbose ?? false })
  const { profile, root: roots, write, allowDelete, maxInline } = flags
  const common: McpOptions = { profile, roots, write, allowDelete, maxInline, env, cwd, logger }
  if (flags.http) {
    const { host, port, allowHost: allowedHosts, tokenEnv } = flags
    const running = await serveHttp({ ...common, host, port, allowedHosts, token: tokenOf(tokenEnv, env) })
    stderr.write(`dhis2-files-mcp: listening at ${running.url}\n`)
    await aborted(signal)
    return running.close()
  }
  const running = await serveStdio(common)
  await Promise.race([running.closed, aborted(signal)])
  return running.close()
}

/** The bearer token of the environment. @throws McpUsageError */
function tokenOf(name: string | undefined, env: Environment): string | undefined {
  if (name === undefined) return undefined
  const token = env[name] ?? ''
  if (token !== '') return token
  throw new McpUsageError(
    `--token-env names ${name}, and the environment has no such variable. Set it to a long random word.`,
  )
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
