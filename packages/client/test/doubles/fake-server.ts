import type { Transport, TransportRequest } from '../../src/http/transport.js'

/** A request as the server got it. */
export interface Received {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly url: URL
  readonly headers: Headers
  /** The whole body as text; empty without one. */
  readonly body: string
  readonly signal: AbortSignal
}

/** An answer, what the connection does instead of one, or what makes them. */
export type Answer = Response | Error | ((request: Received) => Response | Error | Promise<Response | Error>)

/** A server as a transport: routes of `METHOD /path`, each with answers that are given in turn; the last one stays. */
export class FakeServer {
  readonly received: Received[] = []
  readonly #routes = new Map<string, Answer[]>()

  /** Answers of one route. A `Response` is given once: its body can be read once. */
  on(route: string, ...answers: readonly Answer[]): this {
    this.#routes.set(route, [...answers])
    return this
  }

  /** `METHOD /path?query` of all requests so far, decoded. */
  lines(): string[] {
    return this.received.map(({ method, path }) => `${method} ${decodeURIComponent(path.replaceAll('+', ' '))}`)
  }

  /** The requests of one route. */
  of(route: string): Received[] {
    return this.received.filter(({ method, url }) => `${method} ${url.pathname}` === route)
  }

  readonly send: Transport = async (request) => {
    request.signal.throwIfAborted()
    const received = await receive(request)
    this.received.push(received)
    const route = `${request.method} ${request.url.pathname}`
    const answers = this.#routes.get(route) ?? this.#routes.get('*')
    if (answers === undefined) throw new Error(`The fake server has no route ${route}.`)
    const next = answers.length > 1 ? answers.shift() : answers[0]
    const answer = typeof next === 'function' ? await next(received) : next
    if (answer instanceof Error) throw answer
    if (answer === undefined) throw new Error(`The fake server has no answer left for ${route}.`)
    request.signal.throwIfAborted()
    return answer
  }
}

async function receive({ method, url, headers, body, signal }: TransportRequest): Promise<Received> {
  const text = body ? await new Response(await body.open({ signal })).text() : ''
  return { method, path: url.pathname + url.search, url, headers, body: text, signal }
}

/** The failure of a connection as Node reports it. */
export function connectionError(code: string, message = code, more: object = {}): Error {
  return Object.assign(new Error(message), { code }, more)
}
