import { Console } from 'node:console'
import type { Readable, Writable } from 'node:stream'
import { serveStdio as serve, StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { createMcpServer, type McpOptions } from './server.js'

/** Options of {@link serveStdio}. */
export interface StdioOptions extends McpOptions {
  /** Where the client is heard. Default: stdin. */
  readonly input?: Readable | undefined
  /** Where it is answered. Default: stdout. */
  readonly output?: Writable | undefined
}

/** A server on stdio. */
export interface RunningStdio {
  /** Resolves when the client is gone, or `close` was called, and everything is ended. */
  readonly closed: Promise<void>
  /** Cancels the calls that are running, and ends everything. */
  close(): Promise<void>
}

/**
 * Serves one client over stdio. Nothing but the protocol is written to `output`; on stdout, `console` of this process writes to
 * stderr from now on.
 * @throws McpUsageError
 */
export async function serveStdio(options: StdioOptions = {}): Promise<RunningStdio> {
  const { input = process.stdin, output = process.stdout, logger } = options
  const files = await createMcpServer(options)
  if (output === process.stdout) globalThis.console = new Console(process.stderr, process.stderr)
  const transport = new StdioServerTransport(input, output)
  const ended = endOf(transport)
  const running = serve(files.connect, {
    transport,
    onerror: (error) => logger?.warn?.(`The protocol failed: ${error.message}`),
  })
  const closed = ended.then(() => files.close())
  return {
    closed,
    async close() {
      await running.close()
      await closed
    },
  }
}

/** Resolves when the transport has been closed, whoever did it. */
function endOf(transport: StdioServerTransport): Promise<void> {
  return new Promise((resolve) => {
    const close = transport.close.bind(transport)
    transport.close = async () => {
      await close()
      resolve()
    }
  })
}
