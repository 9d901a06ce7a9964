import { createHash } from 'node:crypto'
import type { Reply } from './reply.js'

/** Substrings of the path that keep a route out of the filter. */
const EXCLUDED = [
  /\/api\/(\d+\/)?dataValueSets/,
  /\/api\/(\d+\/)?dataValues/,
  /\/api\/(\d+\/)?fileResources/,
  /\/api\/(\d+\/)?dataEntry\/metadata/,
  /\/api\/(\d+\/)?tracker\/events\/\w+\/dataValues\/\w+\/(file|image)/,
  /\/api\/(\d+\/)?tracker\/trackedEntities\/\w+\/attributes\/\w+\/(file|image)/,
]

/** Whether the shallow ETag filter covers this request path. */
export function etagCovers(path: string): boolean {
  return !EXCLUDED.some((pattern) => pattern.test(path))
}

/**
 * The servlet filter that hashes whole bodies (WIRE.md 8.7). A file's hash is known from its blob, so nothing is buffered
 * here. Turns a match into a 304.
 */
export function applyShallowEtag(reply: Reply, ifNoneMatch: string | null): void {
  if (reply.status < 200 || reply.status >= 300 || reply.status === 204) return
  if (/no-store/.test(reply.headers.get('cache-control') ?? '')) return
  const known = reply.headers.get('etag')
  const md5 = known === null ? bodyMd5(reply.body) : undefined
  if (known === null && md5 === undefined) return
  const etag = known ?? `"0${md5}"`
  reply.headers.set('etag', etag)
  if (ifNoneMatch === null || !matches(ifNoneMatch, etag)) return
  reply.status = 304
  reply.body = undefined
  reply.headers.delete('content-type')
  reply.headers.delete('content-length')
}

function bodyMd5(body: Reply['body']): string | undefined {
  if (body === undefined || body instanceof Uint8Array)
    return createHash('md5')
      .update(body ?? new Uint8Array())
      .digest('hex')
  return body.md5
}

/** `If-None-Match`: a list, `*`, weak tags. */
export function matches(ifNoneMatch: string, etag: string): boolean {
  const strong = (tag: string) => tag.trim().replace(/^W\//, '')
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || strong(tag) === strong(etag))
}
