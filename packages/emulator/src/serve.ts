import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Sending } from './emulator.js'
import { ConnectionLost } from './http/exchange-body.js'

/** Where to listen. */
export interface ServeOptions {
  /** @default a free one */
  port?: number
  /** @default '127.0.0.1' */
  host?: string
}

/** A server that listens. */
export interface RunningServer {
  /** `http://127.0.0.1:8080/dhis`: with the context path, without a slash at the end. */
  readonly url: string
  /** The port that it listens on. */
  readonly port: number
  /** Stops listening and ends open connections. */
  close(): Promise<void>
}

/** Answers a request, or throws ConnectionLost. */
export type Handle = (request: Request) => Promise<Sending>

/** Puts the emulator on a socket. @throws Error when the port is taken, or the host is none of this machine's */
export async function startServer(handle: Handle, options: ServeOptions, contextPath: string): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1'
  const server = createAdaptorServer({
    overrideGlobalObjects: false,
    // an upload of several GiB may take longer than any clock allows
    serverOptions: { requestTimeout: 0, keepAliveTimeout: 60_000 },
    async fetch(request: Request, env: object) {
      const { incoming, outgoing } = env as { incoming: IncomingMessage; outgoing: ServerResponse }
      await exchange(handle, request, incoming, outgoing)
      return RESPONSE_ALREADY_SENT
    },
  }) as Server
  await listen(server, options.port ?? 0, host)
  const { port } = server.address() as AddressInfo
  const shownHost = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${shownHost}:${port}${contextPath}`,
    port,
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening')
}

async function exchange(
  handle: Handle,
  request: Request,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  let sending: Sending | undefined
  try {
    sending = await handle(request)
    await send(sending, outgoing)
  } catch (error) {
    if (error instanceof ConnectionLost && !error.reset) {
      // what was written goes out, then the connection ends: shorter than Content-Length said
      outgoing.socket?.end()
    } else if (error instanceof ConnectionLost || incoming.destroyed || outgoing.destroyed || outgoing.headersSent) {
      incoming.socket.resetAndDestroy()
    } else {
      outgoing.writeHead(500, { 'content-type': 'text/plain' })
      outgoing.end(`The emulator failed: ${(error as Error).stack}\n`)
    }
  } finally {
    sending?.done()
  }
}

async function send({ reply, chunks }: Sending, outgoing: ServerResponse): Promise<void> {
  const headers: Record<string, string | string[]> = Object.fromEntries(reply.headers)
  const cookies = reply.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  outgoing.writeHead(reply.status, headers)
  // headers leave as Latin-1 only beside bytes: flushHeaders() would send them as UTF-8
  if (reply.body !== undefined || reply.breakAfter !== undefined) outgoing.write(new Uint8Array(0))
  for await (const chunk of chunks) {
    if (outgoing.destroyed) return
    if (!outgoing.write(chunk)) await drained(outgoing)
  }
  outgoing.end()
}

/** Resolves when more can be written, or the connection is gone. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      outgoing.off('drain', go).off('close', go)
      resolve()
    }
    outgoing.on('drain', go).on('close', go)
  })
}
