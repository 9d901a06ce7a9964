import { setMaxListeners } from 'node:events'
import type { Socket } from 'node:net'
import { buildConnector, errors } from 'undici'
import type { Proxy, ProxyChoice } from './proxy.js'
import type { Trust } from './trust.js'
import { openTunnel, unreachable } from './tunnel.js'

export interface ConnectorOptions {
  /** How long a connection may take, in milliseconds. With a proxy: to it, through it, and TLS, each. */
  readonly timeout: number
  readonly trust: Trust
  readonly proxyFor: ProxyChoice
}

export interface Connector {
  /** To the server: over `https:` through its proxy, if it has one. */
  readonly connect: buildConnector.connector
  /** To a proxy that is the origin of the connection, for requests that are passed on by it. */
  readonly connectToProxy: buildConnector.connector
  /** Ends every connection, those that are still being made included. */
  hangUp(): void
}

/**
 * Makes connections for undici, and keeps what it does with them from killing the process.
 *
 * undici 7's HTTP/1 parser asserts, in a socket's event handler where nobody can catch it, that it is not paused when
 * the connection ends; it is paused whenever the reader of a body is slower than the server
 * (https://github.com/nodejs/undici/issues/5360, fixed only in undici 8, which needs Node 22). The listeners here
 * run before undici's own and see to it that the assertion holds. A test fails when they are missing, and another when
 * undici is no longer the version that they were written for.
 */
export function createConnector({ timeout, trust, proxyFor }: ConnectorOptions): Connector {
  const end = new AbortController()
  setMaxListeners(0, end.signal)
  const connect = buildConnector({
    ...trust,
    timeout,
    autoSelectFamily: true,
    // Node gives each address of a host 250 ms, too little for a satellite link: then no address is ever tried long enough.
    autoSelectFamilyAttemptTimeout: 2_500,
    // Handed to net.connect and tls.connect: undici itself does not end a connection that is still being made.
    signal: end.signal,
  })

  function reach(proxy: Proxy, callback: buildConnector.Callback): void {
    const { hostname, host, protocol, port } = proxy.url
    connect({ hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port }, (...result) =>
      result[0] === null ? callback(...result) : callback(unreachable(proxy, result[0]), null),
    )
  }

  function tunnel(proxy: Proxy, options: buildConnector.Options, callback: buildConnector.Callback): void {
    const authority = options.port ? (options.host ?? '') : `${options.host}:443`
    reach(proxy, (...result) => {
      if (result[0] !== null) return callback(...result)
      const [, socket] = result
      openTunnel(socket, { proxy, authority, timeout }, (failure) => {
        if (failure !== null) return callback(failure, null)
        connect({ ...options, httpSocket: socket }, (...secured) => {
          if (secured[0] === null) secured[1].once('close', () => socket.destroy())
          else socket.destroy()
          callback(...secured)
        })
      })
    })
  }

  return {
    connect(options, callback) {
      // undici reconnects after an abort even when it has been closed, and nobody would end that connection
      if (end.signal.aborted) return callback(closed(), null)
      const proxy = options.protocol === 'https:' ? proxyFor(new URL(`https://${options.host}`)) : undefined
      if (proxy === undefined) connect(options, guarded(callback))
      else tunnel(proxy, options, guarded(callback))
    },
    connectToProxy(options, callback) {
      if (end.signal.aborted) return callback(closed(), null)
      const url = new URL(`${options.protocol}//${options.host}`)
      reach({ url, authorization: undefined, secrets: [] }, guarded(callback))
    },
    hangUp: () => end.abort(closed()),
  }
}

function closed(): Error {
  return new errors.ClientDestroyedError()
}

function guarded(callback: buildConnector.Callback): buildConnector.Callback {
  return (...result) => {
    const [error, socket] = result
    if (error !== null) return callback(error, null)
    socket.prependListener('end', () => resumeParser(socket))
    socket.prependListener('error', hideReset)
    callback(null, socket)
    socket.on('error', showReset)
  }
}

/** The parts of undici's parser that are needed here. */
interface Parser {
  paused: boolean
  readonly ptr: number
  readonly llhttp: { llhttp_resume(ptr: number): void }
  resume(): void
}

/**
 * The socket has ended and its last bytes are with the parser, which waits for a slow reader: lets it see that the answer
 * is complete, or ready to be told that it is not. undici 8 does the same in its `finish()`.
 */
function resumeParser(socket: Socket): void {
  const symbol = Object.getOwnPropertySymbols(socket).find((candidate) => candidate.description === 'parser')
  const parser = symbol === undefined ? undefined : (Reflect.get(socket, symbol) as Parser | null)
  if (!parser?.paused) return
  // ends an answer whose length is known, and pauses again in any other
  parser.resume()
  if (!parser.paused || socket.destroyed) return
  parser.llhttp.llhttp_resume(parser.ptr)
  parser.paused = false
}

const HIDDEN = 'ECONNRESET (while undici looks)'

/** undici takes a reset for the regular end of an answer that has no length. It is not: hide the code from it. */
function hideReset(error: NodeJS.ErrnoException): void {
  if (error.code === 'ECONNRESET') error.code = HIDDEN
}

function showReset(error: NodeJS.ErrnoException): void {
  if (error.code === HIDDEN) error.code = 'ECONNRESET'
}
