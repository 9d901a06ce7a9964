import { streamOf } from '../bytes/source.js'
import { Dhis2Error, isDhis2Error } from '../errors.js'
import type { RequestOptions } from '../http/call.js'
import type { FilesContext } from './context.js'
import { downloadOf, type FileDownload, type ReadOptions } from './download.js'

const REDIRECTS = 5

/**
 * A document that is a link. Its target is not on the DHIS2 server: it is asked only when you call `follow`, and never with
 * this client's credentials.
 */
export interface ExternalLink {
  readonly kind: 'external'
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

async function fetchLink(
  context: FilesContext,
  url: string,
  name: string,
  options: ReadOptions,
): Promise<ReadableStream<Uint8Array>> {
  const signal = options.signal ?? new AbortController().signal
  let target = new URL(url)
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const fail = (why: string, status?: number): Dhis2Error =>
      new Dhis2Error(`Cannot follow the link “${name}”: ${target.origin} ${why}.`, {
        code: status === 404 || status === 410 ? 'not-found' : status === undefined ? 'network' : 'protocol',
        retryable: status === undefined || status >= 500 || status === 429,
        method: 'GET',
        status,
      })
    if (target.protocol !== 'http:' && target.protocol !== 'https:')
      throw fail('leads to something other than the web', 400)
    const request = {
      method: 'GET',
      url: target,
      headers: new Headers({ accept: '*/*' }),
      idempotent: true,
      signal,
    } as const
    const response = await context.bareTransport(request).catch((error: unknown) => {
      if (signal.aborted) throw signal.reason
      throw isDhis2Error(error) ? error : fail('does not answer')
    })
    if (response.ok) return response.body ?? streamOf(new Uint8Array())
    response.body?.cancel().catch(() => undefined)
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null) {
      throw fail(`answered ${response.status}`, response.status)
    }
    if (!URL.canParse(location, target)) throw fail('redirects to an address that is none', response.status)
    target = new URL(location, target)
  }
  throw new Dhis2Error(`Cannot follow the link “${name}”: it redirects more than ${REDIRECTS} times.`, {
    code: 'protocol',
  })
}
