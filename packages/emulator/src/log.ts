/** One request that the emulator saw, as far as it got. */
export interface RecordedRequest {
  /** Place in the log since the start or the last reset, from 1. */
  readonly number: number
  /** When it came. */
  readonly time: string
  /** HTTP method. */
  readonly method: string
  /** Path and query, without scheme and host. */
  readonly path: string
  /** Headers by lower-case name; credentials are masked. */
  readonly headers: Readonly<Record<string, string>>
  /** Status that was sent; undefined while it is under way, and when the connection was lost before. */
  status?: number
  /** Bytes of the body that were read. */
  bytesReceived: number
  /** Bytes of the answer's body that were sent. */
  bytesSent: number
  /** Who asked; undefined for anonymous requests and wrong credentials. */
  user?: string
  /** How the caller was recognised. */
  scheme?: 'basic' | 'token' | 'bearer' | 'session' | 'anonymous'
  /** `reused`: a cookie named a living session. `new`: this request signed in. */
  session?: 'reused' | 'new' | 'none'
  /** The fault that this request met: its kind, and `up` or `down` where it has a direction. */
  fault?: string
  /** From the request's arrival to the end of the answer (milliseconds). */
  duration?: number
}

/** Query parameters that let their holder in, or carry on what somebody began. */
const SECRET_PARAMETERS =
  /([?&](?:access_token|client_secret|code|code_verifier|password|refresh_token|state|token|twoFactorCode)=)[^&#]*/gi
const SECRET = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-xsrf-token'])
const LIMIT = 50_000

/** Hides what must not be written down, and leaves to see what kind of credentials there were. */
export function maskHeaders(headers: Headers): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const [name, value] of headers)
    shown[name] = SECRET.has(name) ? mask(name, value) : name === 'referer' ? maskQuery(value) : value
  return shown
}

/** Hides the secrets of an address's query. */
export function maskQuery(address: string): string {
  return address.replace(SECRET_PARAMETERS, '$1***')
}

function mask(name: string, value: string): string {
  if (name === 'cookie') return value.replace(/=[^;]*/g, '=***')
  const scheme = /^(\S+)\s/.exec(value)?.[1]
  return scheme === undefined ? '***' : `${scheme} ***`
}

/** Appends to a log; the oldest thousands go when it gets very long. */
export function append(log: RecordedRequest[], entry: RecordedRequest): void {
  log.push(entry)
  if (log.length > LIMIT) log.splice(0, LIMIT / 10)
}
