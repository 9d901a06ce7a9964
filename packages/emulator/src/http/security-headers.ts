import type { Traits } from '../versions.js'
import type { Reply } from './reply.js'

const FRAME = "frame-ancestors 'self';"
const SCRIPT = "script-src 'none';"

/** Puts on what DHIS2's security filters put on (WIRE.md 8.5). */
export function addSecurityHeaders(reply: Reply, traits: Traits): void {
  if (reply.policy === 'none') return
  const { headers } = reply
  headers.set('x-content-type-options', 'nosniff')
  const isFile = reply.policy === 'file' || reply.policy === 'file-and-api'
  headers.set('x-xss-protection', isFile ? '1; mode=block' : traits.xssProtection)
  if (reply.policy === 'file-and-api') {
    headers.append('content-security-policy', FRAME)
    headers.append('content-security-policy', SCRIPT)
  } else if (reply.policy === 'file-error') {
    headers.append('content-security-policy', SCRIPT)
    headers.append('content-security-policy', FRAME)
  } else headers.set('content-security-policy', reply.policy === 'file' ? SCRIPT : FRAME)
}
