import { type Reply, reply } from './reply.js'

const METHODS = 'GET, POST, PUT, DELETE, OPTIONS, PATCH'
/** Only these response headers can be read by a page of another origin (WIRE.md 8.1). */
const EXPOSED = 'ETag, Location'

/** Whether an origin is on the allow-list; entries may hold `*` as a wildcard. */
function originAllowed(origin: string, allowList: readonly string[]): boolean {
  return allowList.some((entry) => {
    const pattern = entry
      .replace(/\/$/, '')
      .split('*')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return new RegExp(`^${pattern.join('.*')}$`).test(origin)
  })
}

/** Answers a preflight from an allowed origin; undefined when the request is something else. */
export function preflight(request: Request, allowList: readonly string[]): Reply | undefined {
  const origin = request.headers.get('origin')
  const wanted = request.headers.get('access-control-request-method')
  if (request.method !== 'OPTIONS' || origin === null || wanted === null) return undefined
  if (!originAllowed(origin, allowList)) return undefined
  const made = reply(204, {
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? undefined,
    'access-control-max-age': '3600',
  })
  made.policy = 'none'
  addCorsHeaders(made, request, allowList)
  made.headers.delete('access-control-expose-headers')
  return made
}

/** Lets a page of an allowed origin read the answer. */
export function addCorsHeaders(reply: Reply, request: Request, allowList: readonly string[]): void {
  const origin = request.headers.get('origin')
  if (origin === null || !originAllowed(origin, allowList)) return
  reply.headers.set('access-control-allow-origin', origin)
  reply.headers.set('access-control-allow-credentials', 'true')
  reply.headers.set('access-control-expose-headers', EXPOSED)
  reply.headers.set('vary', 'Origin')
}
