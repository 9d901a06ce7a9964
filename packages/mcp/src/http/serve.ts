import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server'
import { MCP_FLAGS, McpUsageError } from '../flags.js'
import { DEFAULT_MAX_INLINE } from '../limits.js'
import { createMcpServer, type McpOptions } from '../server.js'
import { createGuard, urlHost } from './guard.js'
import { createSessions } from './sessions.js'

/** Options of {@link serveHttp}. The roots of clients do not count here: their paths are of other machines, or other users. */
export interface HttpOptions extends Omit<McpOptions, 'clientRoots'> {
  /** Where to listen. Default `127.0.0.1`; anything but loopback needs a `token`. */
  readonly host?: string | undefined
  /** Default 8424; 0 for a free one. */
  readonly port?: number | undefined
  /** Further names by which clients may reach the server, through a proxy for one. They need a `token`. */
  readonly allowedHosts?: readonly string[] | undefined
  /** The bearer token that every request must carry. Default: none is asked for. */
  readonly token?: string | undefined
  /** Milliseconds after which a session that nobody uses ends. Default 30 minutes. */
  readonly sessionIdle?: number | undefined
}

/** A server that listens. */
export interface RunningHttp {
  /** `http://127.0.0.1:8424/mcp` */
  readonly url: string
  /** The port that it listens on. */
  readonly port: number
  /** Sessions of clients that have one. */
  readonly sessions: number
  /** Stops listening, cancels the calls that are running, and ends everything. */
  close(): Promise<void>
}

const PATH = '/mcp'
const SESSIONS = 64
const SESSION_IDLE = 30 * 60_000

/** Milliseconds in which the head of a request has to come, and all of it. Answers may take as long as they like. */
const HEAD_TIMEOUT = 30_000
const REQUEST_TIMEOUT = 300_000

/**
 * Serves clients over streamable HTTP: those of the protocol of 2026 request by request, those of 2025 in sessions.
 * @throws McpUsageError
 */
export async function serveHttp(options: HttpOptions = {}): Promise<RunningHttp> {
  const { host = '127.0.0.1', port = MCP_FLAGS.port.default, allowedHosts = [], token, logger } = options
  const guard = createGuard({ host, allowedHosts, token })
  const files = await createMcpServer({ ...options, clientRoots: false })
  const maxRequestBodySize = bodySize(options.maxInline ?? DEFAULT_MAX_INLINE)
  const onerror = (error: Error): void => logger?.warn?.(`The protocol failed: ${error.message}`)
  const modern = createMcpHandler(files.connect, { legacy: 'reject', maxRequestBodySize, onerror })
  const sessions = createSessions({
    connect: () => files.connect(),
    idle: options.sessionIdle ?? SESSION_IDLE,
    most: SESSIONS,
    maxRequestBodySize,
  })
  const handle = toNodeHandler(
    {
      fetch: async (request) =>
        (await isLegacyRequest(request, undefined, { maxRequestBodySize }))
          ? sessions.handle(request)
          : modern.fetch(request),
    },
    { maxRequestBodySize, onerror },
  )
  const server = createServer(
    { headersTimeout: HEAD_TIMEOUT, requestTimeout: REQUEST_TIMEOUT },
    (request, response) => {
      const refusal = guard(request)
      if (refusal !== undefined) return refuse(response, refusal.status, refusal.message, refusal.headers)
      if (pathOf(request) !== PATH) return refuse(response, 404, `There is nothing here. The server is at ${PATH}.`)
      handle(request as Parameters<typeof handle>[0], flushing(response)).catch(onerror)
    },
  )
  try {
    await listen(server, port, host)
  } catch (error) {
    await Promise.all([sessions.close(), files.close()])
    throw new McpUsageError(`Cannot listen on ${urlHost(host)}:${port}: ${reasonOf(error)}.`)
  }
  const { port: found } = server.address() as AddressInfo
  return {
    url: `http://${urlHost(host)}:${found}${PATH}`,
    port: found,
    get sessions() {
      return sessions.size
    },
    async close() {
      const closed = server.listening ? once(server, 'close') : undefined
      server.close()
      await Promise.all([sessions.close(), modern.close()])
      server.closeAllConnections()
      await closed
      await files.close()
    },
  }
}

/** A message with the largest file that is taken inside one: text may double in JSON, base64 adds a third. */
function bodySize(maxInline: number): number {
  return 1_000_000 + 2 * maxInline
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.replace(/[?#].*$/s, '')
}

/** A stream of events begins before there is one: its client waits for the head. */
function flushing(response: ServerResponse): ServerResponse {
  const writeHead = response.writeHead.bind(response)
  response.writeHead = ((...args: Parameters<typeof writeHead>) => {
    writeHead(...args)
    response.flushHeaders()
    return response
  }) as typeof writeHead
  return response
}

function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  // what is refused is not read: the connection cannot be used again
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers })
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }))
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host.replace(/^\[|\]$/g, ''))
  // rejects with what went wrong
  await once(server, 'listening')
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there. Choose another --port',
  EACCES: 'this user may not. Choose a --port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address. Choose another --host',
  ENOTFOUND: 'there is no such host. Choose another --host',
}

function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return REASONS[code] ?? message
}
