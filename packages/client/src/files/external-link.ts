import { type Chunks, fromBytes } from '../bytes/chunks.js'
import { Dhis2Error, type Dhis2ErrorCode, type Dhis2ErrorOptions, isDhis2Error } from '../errors.js'
import { chunksOf } from '../http/answer.js'
import { limitsOf, type RequestOptions } from '../http/call.js'
import { discard, watchBody } from '../http/response-body.js'
import { retryAfterOf } from '../http/retry-after.js'
import { withTimeouts } from '../http/timeouts.js'
import type { FilesContext } from './context.js'
import { downloadOf, type FileDownload, type ReadOptions } from './download.js'

const REDIRECTS = 5

/**
 * A document that is a link. Its target is not on the DHIS2 server: it is asked only when you call `follow`, and never with
 * this client's credentials.
 */
export interface ExternalLink {
  /** Tells a link from a file. */
  readonly kind: 'external'
  /** Where it leads. */
  readonly url: string
  /** The document's name. */
  readonly name: string
  /**
   * The file behind the link. Redirects are followed, five at most and to http and https alone. There is no MD5 to compare with.
   * @throws Dhis2Error when it is read: `not-found`, `network`, `protocol`
   */
  follow(options?: RequestOptions): FileDownload
}

/** Makes the link of one document. Sends nothing. */
export function createExternalLink(context: FilesContext, url: string, name: string): ExternalLink {
  return {
    kind: 'external',
    url,
    name,
    follow: (options = {}) =>
      downloadOf(context, {
        what: `the file behind the link “${name}”`,
        name,
        type: '',
        size: undefined,
        md5: undefined,
        fileResource: undefined,
        missing: undefined,
        options,
        request: (read) => fetchLink(context, url, name, read),
      }),
  }
}

async function fetchLink(context: FilesContext, url: string, name: string, options: ReadOptions): Promise<Chunks> {
  const signal = options.signal ?? new AbortController().signal
  signal.throwIfAborted()
  const send = withTimeouts(context.bareTransport, limitsOf(context.timeouts, options.timeouts))
  let target = URL.canParse(url) ? new URL(url) : undefined
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const at = target
    const fail = (why: string, more: Partial<Dhis2ErrorOptions> = {}): Dhis2Error =>
      new Dhis2Error(`Cannot follow the link “${name}”: ${at?.origin ?? 'it'} ${why}.`, {
        code: 'protocol',
        method: 'GET',
        ...more,
      })
    if (at === undefined) throw fail('leads to an address that is none')
    if (at.protocol !== 'http:' && at.protocol !== 'https:') throw fail('leads to something other than the web')
    // a name and password in a link are nobody's to send
    at.username = ''
    at.password = ''
    const broken = (error: unknown, how: string): unknown => {
      if (signal.aborted) return signal.reason
      if (isDhis2Error(error)) return error
      const why = error instanceof Error ? `: ${error.message}` : ''
      return fail(`${how}${why}`, { code: 'network', retryable: true, cause: error })
    }
    const headers = new Headers({ accept: '*/*' })
    const response = await send({ method: 'GET', url: at, headers, idempotent: true, signal }).catch(
      (error: unknown) => {
        throw broken(error, 'does not answer')
      },
    )
    if (response.ok) {
      const watched = watchBody(response, {
        mapError: (error) => broken(error, 'broke off its answer'),
      })
      return chunksOf(watched) ?? fromBytes(new Uint8Array())
    }
    discard(response)
    if (response.type === 'opaqueredirect') {
      throw fail('redirects, and browsers do not tell where to: open the link itself', { code: 'unsupported' })
    }
    const { status, headers: answered } = response
    const location = answered.get('location')
    if (status < 300 || status >= 400 || location === null) {
      throw fail(`answered ${status}`, {
        code: codeOf(status),
        retryable: status >= 500 || status === 429,
        retryAfter: retryAfterOf(answered, context.clock.now()),
        status,
      })
    }
    target = URL.canParse(location, at) ? new URL(location, at) : undefined
  }
  throw new Dhis2Error(`Cannot follow the link “${name}”: it redirects more than ${REDIRECTS} times.`, {
    code: 'protocol',
  })
}

function codeOf(status: number): Dhis2ErrorCode {
  if (status === 404 || status === 410) return 'not-found'
  if (status === 401 || status === 403) return 'forbidden'
  if (status === 429) return 'rate-limited'
  return status >= 500 ? 'server' : 'protocol'
}
