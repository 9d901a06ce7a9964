import { setMaxListeners } from 'node:events'
import type { Socket } from 'node:net'
import { buildConnector, errors } from 'undici'

export interface Connector {
  readonly connect: buildConnector.connector
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
export function createConnector(connectTimeout: number): Connector {
  const end = new AbortController()
  setMaxListeners(0, end.signal)
  const connect = buildConnector({
    timeout: connectTimeout,
    autoSelectFamily: true,
    // Node gives each address of a host 250 ms, too little for a satellite link: then no address is ever tried long enough.
    autoSelectFamilyAttemptTimeout: 2_500,
    // Handed to net.connect and tls.connect: undici itself does not end a connection that is still being made.
    signal: end.signal,
  })
  return {
    connect: (options, callback) =>
      connect(options, (...result) => {
        const [error, socket] = result
        if (error !== null) return callback(error, null)
        socket.prependListener('end', () => resumeParser(socket))
        socket.prependListener('error', hideReset)
        callback(null, socket)
        socket.on('error', showReset)
      }),
    hangUp: () => end.abort(new errors.ClientDestroyedError()),
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
