import { type Reply, reply } from '../../http/reply.js'

/** Headers of Spring's own security chain, which serves these routes instead of DHIS2's. */
const HEADERS = {
  'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
  pragma: 'no-cache',
  expires: '0',
  'x-content-type-options': 'nosniff',
  'x-xss-protection': '0',
  'x-frame-options': 'DENY',
} as const

/** An answer of the authorization server. */
export function springReply(status: number, headers: Readonly<Record<string, string>>, body = ''): Reply {
  const made = reply(status, { ...HEADERS, ...headers }, body)
  made.policy = 'none'
  return made
}

/** A JSON answer of the authorization server, whatever Accept says. */
export function springJson(value: unknown, status = 200): Reply {
  return springReply(status, { 'content-type': 'application/json;charset=UTF-8' }, JSON.stringify(value))
}

/** A web page of the authorization server. */
export function springPage(page: string, status = 200): Reply {
  return springReply(status, { 'content-type': 'text/html;charset=UTF-8' }, page)
}
