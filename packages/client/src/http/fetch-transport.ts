import type { RequestBody, Transport } from './transport.js'

/** How requests go out by `fetch`. */
export interface FetchTransportOptions {
  readonly fetch: typeof globalThis.fetch
  /** `include` sends the page's own cookies along. */
  readonly credentials: 'omit' | 'include'
}

/**
 * A transport for every runtime with `fetch`. Redirects are not followed: an error with a body, hidden by browsers without.
 * A body is collected into a Blob where the runtime cannot stream it (browsers over HTTP/1.1).
 */
export function createFetchTransport(options: FetchTransportOptions): Transport {
  // called without a receiver, as browsers ask for
  const { fetch, credentials } = options
  return async ({ method, url, headers, body, signal }) => {
    const init: RequestInit = {
      method,
      headers,
      credentials,
      signal,
      redirect: body ? 'error' : 'manual',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    }
    if (!body) return fetch(url.href, init)
    const blob = await collected(body, signal)
    init.body = blob
    const response = await fetch(url.href, init)
    // `fetch` tells nothing before: all of it went out, else there were no answer
    body.onSent?.(blob.size)
    return response
  }
}

/** A body in one piece, for a sender that cannot stream it. Large Blobs stay on disk in browsers. */
export async function collected(body: RequestBody, signal: AbortSignal): Promise<Blob> {
  const stream = await body.open({ signal })
  return new Response(stream).blob()
}
