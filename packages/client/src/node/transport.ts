import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { Agent, type Dispatcher, errors } from 'undici'
import type { TransportRequest } from '../http/transport.js'
import type { ConnectionOptions, PlatformTransport } from '../platform.js'
import { type Flight, toResponse } from './answer.js'
import { createConnector } from './connector.js'
import { type Outgoing, outgoing } from './outgoing.js'
import { untilAborted } from './until-aborted.js'

/** Waiting times of the transport, in milliseconds. */
export interface TransportTimes {
  /** To make a connection. Default 30 000. */
  readonly connect?: number | undefined
  /** After which `close` gives up an answer that nobody reads. Default 30 000. */
  readonly unread?: number | undefined
  /** After which `close` gives up a request that nothing moves in. Default 600 000. */
  readonly stalled?: number | undefined
}

/** Content-Length and Transfer-Encoding belong to whoever sends the body. */
const OURS: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding'])

/**
 * Sends requests over a pool of kept-alive connections. Sends each request once: what fails is passed on as undici or the
 * body's source threw it (`connectionFailure` in `http/connection-errors.ts` says what it means), an abort as
 * `signal.reason`. Of the failures, these mean that nothing was sent: ECONNREFUSED, ENOTFOUND, EAI_*,
 * UND_ERR_CONNECT_TIMEOUT, everything with `syscall: 'connect'`, a certificate that is not accepted, UND_ERR_CLOSED.
 * ECONNRESET and UND_ERR_SOCKET (`other side closed`) leave it open: they are also what a request gets that met a
 * kept-alive connection just closed by the server. Has no clocks but the one for connecting.
 */
export function createUndiciTransport(
  options: Pick<ConnectionOptions, 'connections'>,
  times: TransportTimes = {},
): PlatformTransport {
  const connector = createConnector(times.connect ?? 30_000)
  const agent = new Agent({
    connections: options.connections ?? 32,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connector.connect,
  })
  const flights = new Set<Flight>()
  let closing: Promise<void> | undefined

  async function send(request: TransportRequest): Promise<Response> {
    const { signal } = request
    signal.throwIfAborted()
    if (closing !== undefined) throw new errors.ClientClosedError()
    const flight: Flight = { movedAt: Date.now(), unread: false }
    flights.add(flight)
    let body: Outgoing | undefined
    try {
      if (request.body !== undefined)
        body = await untilAborted(
          outgoing(request.body, signal, () => (flight.movedAt = Date.now())),
          signal,
        )
      // undici notices an abort only when the request has a connection: it does not send it then, but says so late
      const answer = await untilAborted(agent.request(message(request, body)), signal, (late) => late.body.destroy())
      answer.body.once('close', () => {
        flights.delete(flight)
        // An answer may come, and end, before the body was sent: undici then ends the connection, and nobody reads on.
        body?.answered()
      })
      return toResponse(answer, request, flight)
    } catch (error) {
      flights.delete(flight)
      body?.stop(signal.aborted ? signal.reason : error)
      if (signal.aborted) throw signal.reason
      const failure = body?.failure()
      throw failure === undefined ? error : failure.error
    }
  }

  return {
    send,
    close() {
      closing ??= close(agent, flights, times).finally(() => connector.hangUp())
      return closing
    },
  }
}

function message(request: TransportRequest, body: Outgoing | undefined): Dispatcher.RequestOptions {
  const headers: string[] = []
  const type = request.body?.type ?? ''
  for (const [name, value] of request.headers) {
    if (OURS.has(name) || (name === 'content-type' && type !== '')) continue
    headers.push(name, value)
  }
  if (type !== '') headers.push('content-type', type)
  if (body?.length !== undefined) headers.push('content-length', String(body.length))
  return {
    origin: request.url.origin,
    path: request.url.pathname + request.url.search,
    method: request.method,
    headers,
    // undici takes any iterable, its types know only Node's streams
    body: (body?.payload ?? null) as Buffer | Readable | null,
    signal: request.signal,
    responseHeaders: 'raw',
  }
}

/** Ends idle connections at once and the others when their answers have ended, or when they go on no more. */
async function close(agent: Agent, flights: ReadonlySet<Flight>, times: TransportTimes): Promise<void> {
  agent.close().catch(ignore)
  const { unread = 30_000, stalled = 600_000 } = times
  const goesOn = (flight: Flight) => Date.now() - flight.movedAt < (flight.unread ? unread : stalled)
  while ([...flights].some(goesOn)) await setTimeout(20)
  // undici forgets its pools when it is told to close: what is left is ended by its connections
  await agent.destroy()
}

function ignore(): void {}
