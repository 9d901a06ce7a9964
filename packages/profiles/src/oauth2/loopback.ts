import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ProfileError } from '../errors.js'
import { isLoopbackHost } from '../loopback-host.js'
import { pageOf } from './page.js'

/** The browser's visit with the answer of the authorization server. */
export interface Redirected {
  /** What it brought. */
  readonly parameters: URLSearchParams
  /** Shows a page in that browser, once it is known how it went. */
  show(title: string, text: string): Promise<void>
}

/** Waits on a port of this machine for the browser to come back. */
export interface Loopback {
  readonly redirected: Promise<Redirected>
  close(): Promise<void>
}

/** Whether a browser on this machine can come back to this address by itself. */
export function isLoopback(uri: URL): boolean {
  return uri.protocol === 'http:' && isLoopbackHost(uri.hostname)
}

/**
 * Listens where the browser is sent back to. A visit without our `state` is somebody else's: it gets an error, and is no answer.
 * @throws ProfileError `sign-in-failed` when the port is taken
 */
export async function listenForRedirect(uri: URL, state: string): Promise<Loopback> {
  let found: (redirected: Redirected) => void = () => undefined
  const redirected = new Promise<Redirected>((resolve) => (found = resolve))
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', uri)
    if (request.headers.host !== uri.host) return refuse(response, 400, 'This is another address.')
    if (url.pathname !== uri.pathname) return refuse(response, 404, 'There is nothing here.')
    if (request.method !== 'GET') return refuse(response, 405, 'A sign-in comes back with GET.')
    if (url.searchParams.get('state') !== state)
      return refuse(response, 400, 'This is not the sign-in that is waited for.')
    found({ parameters: url.searchParams, show: (title, text) => page(response, 200, title, text) })
  }
  const port = uri.port === '' ? 80 : Number(uri.port)
  const servers: Server[] = []
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve).closeAllConnections())))
  }
  try {
    for (const host of hostsOf(uri)) {
      const server = await listen(createServer(answer), host, port)
      if (server !== undefined) servers.push(server)
    }
  } catch (error) {
    await close()
    throw cannotListen(error, uri)
  }
  return { redirected, close }
}

/** What a name may lead to: a browser takes either. */
function hostsOf({ hostname }: URL): readonly string[] {
  return hostname === 'localhost' ? ['127.0.0.1', '::1'] : [hostname.replace(/[[\]]/g, '')]
}

/** `undefined` where this machine has no such address: one without IPv6. */
function listen(server: Server, host: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isAbsent = error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT'
      if (isAbsent && host === '::1') resolve(undefined)
      else reject(error)
    })
    server.listen({ host, port, exclusive: true }, () => resolve(server))
  })
}

function refuse(response: ServerResponse, status: number, text: string): void {
  void page(response, status, 'No sign-in', text)
}

function page(response: ServerResponse, status: number, title: string, text: string): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve)
    response.writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      connection: 'close',
    })
    response.end(pageOf(title, text))
  })
}

function cannotListen(error: unknown, uri: URL): ProfileError {
  const { code } = error as NodeJS.ErrnoException
  const why = code === 'EADDRINUSE' ? 'another program has that port' : `the system does not allow it (${code})`
  return new ProfileError(`Cannot wait for the browser at ${uri.origin}: ${why}.`, {
    code: 'sign-in-failed',
    hint: 'End that program, perhaps another sign-in, or use a redirect_uri with another port, which the OAuth2 client in DHIS2 must have too.',
  })
}
