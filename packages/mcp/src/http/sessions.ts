import { randomUUID } from 'node:crypto'
import { type McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'

/** What sessions are made with. */
export interface SessionOptions {
  /** Makes the server of one session. */
  readonly connect: () => McpServer
  /** Milliseconds without a request or an open stream after which a session ends. */
  readonly idle: number
  /** Sessions at once. */
  readonly most: number
  /** Bytes of a request's body at most. */
  readonly maxRequestBodySize: number
}

/** The sessions of clients that speak the protocol of 2025: they have one, those of 2026 have none. */
export interface Sessions {
  /** Answers one request of a session, or begins one. */
  handle(request: Request): Promise<Response>
  /** How many there are. */
  readonly size: number
  /** Ends all of them. */
  close(): Promise<void>
}

interface Session {
  readonly server: McpServer
  readonly transport: WebStandardStreamableHTTPServerTransport
  /** Answers that are still being read. */
  open: number
  seen: number
}

/** Keeps sessions until their client ends them, or is not heard of for too long. */
export function createSessions(options: SessionOptions): Sessions {
  const { connect, idle, most, maxRequestBodySize } = options
  const sessions = new Map<string, Session>()
  const end = async (id: string): Promise<void> => {
    const session = sessions.get(id)
    sessions.delete(id)
    await session?.server.close()
  }
  const isIdle = (session: Session): boolean => session.open === 0 && Date.now() - session.seen >= idle
  const sweep = (): void => {
    for (const [id, session] of sessions) if (isIdle(session)) end(id).catch(() => undefined)
  }
  const timer = setInterval(sweep, Math.min(idle, 60_000))
  timer.unref()

  const begin = async (request: Request): Promise<Response> => {
    sweep()
    if (sessions.size >= most && oldestUnheard(sessions) === undefined) {
      return refuse(503, 'There are too many sessions. Close one, or try again later.')
    }
    const server = connect()
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      maxRequestBodySize,
      async onsessioninitialized(id) {
        // only who begins a session takes the place of one that nobody listens to: a stray request ends none
        const oldest = sessions.size >= most ? oldestUnheard(sessions) : undefined
        sessions.set(id, session)
        if (oldest !== undefined) await end(oldest)
      },
      onsessionclosed: end,
    })
    const session: Session = { server, transport, open: 0, seen: Date.now() }
    await server.connect(transport)
    const response = await answer(session, request)
    // no session came of it: the request was none that begins one
    if (transport.sessionId === undefined) await server.close()
    return response
  }

  return {
    get size() {
      return sessions.size
    },
    async handle(request) {
      const id = request.headers.get('mcp-session-id')
      if (id === null) return begin(request)
      const session = sessions.get(id)
      if (session === undefined) return refuse(404, 'There is no such session: it has ended. Begin a new one.')
      return answer(session, request)
    },
    async close() {
      clearInterval(timer)
      await Promise.allSettled([...sessions.keys()].map(end))
    },
  }
}

/** The session that nobody has listened to for the longest time. */
function oldestUnheard(sessions: ReadonlyMap<string, Session>): string | undefined {
  const [oldest] = [...sessions].filter(([, { open }]) => open === 0).sort(([, a], [, b]) => a.seen - b.seen)
  return oldest?.[0]
}

/** A session is in use as long as somebody reads an answer of it. */
async function answer(session: Session, request: Request): Promise<Response> {
  session.open++
  session.seen = Date.now()
  let done = false
  const finish = (): void => {
    if (done) return
    done = true
    session.open--
    session.seen = Date.now()
  }
  try {
    const response = await session.transport.handleRequest(request)
    if (response.body === null) {
      finish()
      return response
    }
    const { status, statusText, headers } = response
    return new Response(watched(response.body, finish), { status, statusText, headers })
  } catch (error) {
    finish()
    throw error
  }
}

function watched(body: ReadableStream<Uint8Array>, onEnd: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (!done) return controller.enqueue(value)
          onEnd()
          controller.close()
        } catch (error) {
          onEnd()
          throw error
        }
      },
      cancel(reason) {
        onEnd()
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

function refuse(status: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', error: { code: -32_001, message }, id: null }, { status })
}
