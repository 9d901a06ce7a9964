import type { TransportRequest } from './transport.js'

const LONGEST = 400

/** Path and query of a URL, cut to a readable length: what logs and errors show of a request. */
export function pathOf(url: URL): string {
  const path = url.pathname + url.search
  return path.length > LONGEST ? `${path.slice(0, LONGEST)}…` : path
}

/** `GET /api/documents`: what a person calls a request. */
export function requestLine(request: Pick<TransportRequest, 'method' | 'url'>): string {
  return `${request.method} ${pathOf(request.url)}`
}

/** Whether a request cannot change anything on the server. */
export function isSafe(request: Pick<TransportRequest, 'method'>): boolean {
  return request.method === 'GET' || request.method === 'HEAD'
}
