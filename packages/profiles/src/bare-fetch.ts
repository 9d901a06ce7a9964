import type { Method, Middleware } from '@dhis2-files/client'
import type { Connection } from './connection.js'

/** One request of a sign-in. */
export interface BareRequest {
  /** Default `GET`. */
  readonly method?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined
  readonly body?: string | URLSearchParams | undefined
  readonly signal?: AbortSignal | undefined
}

/** A `fetch` for signing in: over the connections of a client, and without its credentials. */
export interface BareFetch {
  /** The root of the server; ends with a slash. */
  readonly baseUrl: URL
  /**
   * Sends once; follows no redirect; the answer is there whole, whatever its status.
   * @throws Dhis2Error when there is no answer · TypeError for an address on another origin
   */
  fetch(url: string | URL, request?: BareRequest): Promise<Response>
  close(): Promise<void>
}

/** How much of an answer is read, in bytes: those of a sign-in are small. */
const LIMIT = 1_048_576

/** Opens connections as a client with these options does. Sends nothing yet. */
export async function createBareFetch(connection: Connection): Promise<BareFetch> {
  const { bytesSource, Dhis2Client } = await import('@dhis2-files/client')
  const timeouts = { headers: 60_000, idle: 60_000, total: 120_000 }
  // a session needs no sign-in; this one is sent nowhere
  const auth = { cookie: 'none=none' }
  const client = new Dhis2Client({ timeouts, ...connection, auth, retry: false })
  return {
    baseUrl: client.baseUrl,
    async fetch(url, request = {}) {
      const target = new URL(url)
      if (target.origin !== client.baseUrl.origin) {
        throw new TypeError(`${target.origin} is not ${client.baseUrl.origin}: nothing of a sign-in is sent there.`)
      }
      let answer: Response | undefined
      const swap: Middleware = (next) => async (carrier) => {
        const headers = new Headers(request.headers)
        headers.set('x-requested-with', 'XMLHttpRequest')
        const agent = carrier.headers.get('user-agent')
        if (agent !== null) headers.set('user-agent', agent)
        answer = await whole(await next({ ...carrier, url: target, headers }))
        return new Response(null, { status: 204 })
      }
      const { method = 'GET', body, signal } = request
      const type =
        new Headers(request.headers).get('content-type') ??
        (body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json')
      const bytes = body === undefined ? undefined : new TextEncoder().encode(String(body))
      // the path is for messages; what is sent is decided above
      await client.with({ middleware: [swap] }).request(pathBelow(target, client.baseUrl), {
        method: method as Method,
        body: bytes && bytesSource(bytes, { type }),
        signal,
      })
      if (answer === undefined) throw new Error('A middleware answered instead of the server.')
      return answer
    },
    close: () => client.close(),
  }
}

function pathBelow(target: URL, base: URL): string {
  return target.pathname.startsWith(base.pathname) ? target.pathname.slice(base.pathname.length) : ''
}

async function whole(response: Response): Promise<Response> {
  const { status, statusText, headers } = response
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > LIMIT) break
    parts.push(chunk)
  }
  const isEmpty = status === 204 || status === 205 || status === 304
  return new Response(isEmpty ? null : Buffer.concat(parts), { status, statusText, headers })
}
