import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { Agent, type Dispatcher, errors } from 'undici'
import { abortable } from '../signals.js'
import type { Answer } from '../http/answer.js'
import type { TransportRequest } from '../http/transport.js'
import type { ConnectionOptions, PlatformTransport } from '../platform.js'
import { answerOf, type Flight } from './answer.js'
import { createConnector } from './connector.js'
import { type Outgoing, outgoing } from './outgoing.js'
import { type Proxy, proxyChoice } from './proxy.js'
import { trustOf } from './trust.js'
import { asksForSignIn, authorizationOf, refusal } from './tunnel.js'
import { Turns } from './turns.js'

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
 *
 * Through a proxy, `https:` goes in a tunnel, `http:` is passed on by it. What fails at the proxy is a ProxyFailure.
 */
export function createUndiciTransport(
  options: Pick<ConnectionOptions, 'connections' | 'proxy' | 'ca' | 'insecure'>,
  times: TransportTimes = {},
): PlatformTransport {
  const proxyFor = proxyChoice(options.proxy, process.env)
  const connector = createConnector({ timeout: times.connect ?? 30_000, trust: trustOf(options), proxyFor })
  const most = options.connections ?? 32
  const pool = { connections: Math.max(2, most), pipelining: 1, headersTimeout: 0, bodyTimeout: 0 }
  const agent = new Agent({ ...pool, connect: connector.connect })
  const toProxies = new Agent({ ...pool, connect: connector.connectToProxy })
  const flights = new Set<Flight>()
  const turns = new Turns(most)
  let closing: Promise<void> | undefined

  async function send(request: TransportRequest): Promise<Answer> {
    const { signal } = request
    signal.throwIfAborted()
    if (closing !== undefined) throw new errors.ClientClosedError()
    const flight: Flight = { movedAt: Date.now(), unread: false }
    flights.add(flight)
    let body: Outgoing | undefined
    const proxy = request.url.protocol === 'http:' ? proxyFor(request.url) : undefined
    let leave: (() => void) | undefined
    try {
      const { origin } = proxy?.url ?? request.url
      leave = turns.take(origin, request.body !== undefined) ?? (await nextTurn(turns, request, origin))
      signal.throwIfAborted()
      if (request.body !== undefined)
        body = await abortable(
          outgoing(request.body, signal, () => (flight.movedAt = Date.now())),
          signal,
        )
      // undici notices an abort only when the request has a connection: it does not send it then, but says so late
      const sent = proxy ? toProxies.request(passedOn(request, body, proxy)) : agent.request(message(request, body))
      const answer = await abortable(sent, signal, (late) => late.body.destroy())
      answer.body.once('close', () => {
        flights.delete(flight)
        leave?.()
        // An answer may come, and end, before the body was sent: undici then ends the connection, and nobody reads on.
        body?.answered()
      })
      if (proxy && asksForSignIn(answer)) {
        answer.body.on('error', ignore).destroy()
        throw refusal(proxy, answer.statusCode, `a request for ${request.url.host}`)
      }
      return answerOf(answer, request, flight)
    } catch (error) {
      flights.delete(flight)
      leave?.()
      body?.stop(signal.aborted ? signal.reason : error)
      if (signal.aborted) throw signal.reason
      const failure = body?.failure()
      throw failure === undefined ? error : failure.error
    }
  }

  return {
    send,
    secretsFor: (url) => proxyFor(url)?.secrets ?? [],
    close() {
      closing ??= close([agent, toProxies], turns, flights, times).finally(() => connector.hangUp())
      return closing
    },
  }
}

/** Waits here for a connection, not in undici: it does not say when it begins, and clocks must not run before. */
async function nextTurn(turns: Turns, request: TransportRequest, origin: string): Promise<() => void> {
  request.onWaiting?.(true)
  const leave = await abortable(turns.next(origin, request.body !== undefined), request.signal, (late) => late())
  request.onWaiting?.(false)
  return leave
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

/** The same, for a proxy that passes it on: with the whole URL, and the sign-in at the proxy. */
function passedOn(request: TransportRequest, body: Outgoing | undefined, proxy: Proxy): Dispatcher.RequestOptions {
  const own = message(request, body)
  const headers = own.headers as string[]
  if (!request.headers.has('host')) headers.push('host', request.url.host)
  return {
    ...own,
    origin: proxy.url.origin,
    path: `${request.url.origin}${own.path}`,
    headers: [...headers, ...Object.entries(authorizationOf(proxy)).flat()],
  }
}

/** Ends idle connections at once and the others when their answers have ended, or when they go on no more. */
async function close(
  agents: readonly Agent[],
  turns: Turns,
  flights: ReadonlySet<Flight>,
  times: TransportTimes,
): Promise<void> {
  const { unread = 30_000, stalled = 600_000 } = times
  const goesOn = (flight: Flight) => Date.now() - flight.movedAt < (flight.unread ? unread : stalled)
  while (turns.waiting && [...flights].some(goesOn)) await setTimeout(20)
  for (const agent of agents) agent.close().catch(ignore)
  while ([...flights].some(goesOn)) await setTimeout(20)
  // undici forgets its pools when it is told to close: what is left is ended by its connections
  await Promise.all(agents.map((agent) => agent.destroy()))
}

function ignore(): void {}
