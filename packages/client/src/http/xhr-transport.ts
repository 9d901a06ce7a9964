import { collected } from './fetch-transport.js'
import type { Transport } from './transport.js'

/** How uploads go out by `XMLHttpRequest`. */
export interface XhrTransportOptions {
  readonly XMLHttpRequest: typeof globalThis.XMLHttpRequest
  /** `include` sends the page's own cookies along. */
  readonly credentials: 'omit' | 'include'
}

/** Headers that a page may not set. */
const FORBIDDEN = new Set(['user-agent', 'cookie', 'content-length', 'host', 'origin', 'referer'])

/** Statuses whose `Response` must have no body. */
const BODILESS = new Set([204, 205, 304])

/**
 * A transport for uploads from browsers: the only way there to learn how much of a body is on its way. The answer is read
 * whole, as it is short. An XHR follows redirects and leaves the body behind: one that was followed is answered as the redirect that it was.
 * On another origin it never sends cookies with `omit`; on the page's own origin browsers send them always.
 */
export function createXhrTransport(options: XhrTransportOptions): Transport {
  return async ({ method, url, headers, body, signal }) => {
    const blob = body ? await collected(body, signal) : undefined
    signal.throwIfAborted()
    return new Promise<Response>((resolve, reject) => {
      const xhr = new options.XMLHttpRequest()
      const abort = (): void => xhr.abort()
      const end = (): void => signal.removeEventListener('abort', abort)
      xhr.open(method, url.href)
      xhr.responseType = 'arraybuffer'
      xhr.withCredentials = options.credentials === 'include'
      for (const [name, value] of headers) if (!FORBIDDEN.has(name)) xhr.setRequestHeader(name, value)
      xhr.upload.onprogress = ({ loaded }) => body?.onSent?.(loaded)
      xhr.upload.onload = () => blob && body?.onSent?.(blob.size)
      xhr.onload = () => {
        end()
        if (xhr.responseURL !== '' && xhr.responseURL !== url.href) {
          resolve(new Response(null, { status: 302, headers: { location: xhr.responseURL } }))
          return
        }
        const answer = BODILESS.has(xhr.status) ? null : (xhr.response as ArrayBuffer)
        resolve(new Response(answer, { status: xhr.status, statusText: xhr.statusText, headers: headersOf(xhr) }))
      }
      xhr.onerror = () => {
        end()
        reject(new TypeError('The browser could not send the upload: no connection, or CORS does not allow it.'))
      }
      xhr.onabort = () => {
        end()
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', abort)
      xhr.send(blob)
    })
  }
}

function headersOf(xhr: XMLHttpRequest): Headers {
  const headers = new Headers()
  for (const line of xhr.getAllResponseHeaders().split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim())
  }
  return headers
}
