import { NO_CACHE_PRIVATE, type Reply, reply } from './reply.js'
import { reason } from './web-message.js'

/** The servlet container's own error page: what DHIS2 never got to see, or could not write as JSON. */
export function containerPage(status: number, options: { uncached?: boolean; message?: string } = {}): Reply {
  const title = `HTTP Status ${status} – ${reason(status)}`
  const message = options.message === undefined ? '' : `<p><b>Message</b> ${options.message}</p>`
  const page = `<!doctype html><html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1>${message}</body></html>`
  return reply(
    status,
    {
      'content-type': 'text/html;charset=utf-8',
      'content-language': 'en',
      'cache-control': options.uncached ? NO_CACHE_PRIVATE : undefined,
    },
    page,
  )
}

/** A page as a reverse proxy in front of DHIS2 writes it. */
export function proxyPage(status: number): Reply {
  const title = `${status} ${status === 413 ? 'Request Entity Too Large' : reason(status)}`
  const made = reply(
    status,
    { 'content-type': 'text/html', server: 'nginx' },
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  )
  made.policy = 'none'
  return made
}
