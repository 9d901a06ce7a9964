import { setImmediate } from 'node:timers/promises'
import { type Chunks, openChunks } from '../bytes/chunks.js'
import { Dhis2Error } from '../errors.js'
import { abortable, onAbort } from '../signals.js'
import type { RequestBody } from '../http/transport.js'

/** Bodies up to this size go out as one Buffer: half as many system calls, and the request is on its way at once. */
const ONE_BUFFER = 1_048_576

/** A body on its way to the server. */
export interface Outgoing {
  /** What undici sends. The source is opened when it is asked for the first byte. */
  readonly payload: Buffer | AsyncIterable<Uint8Array>
  /** Content-Length; `undefined` is sent chunked. */
  readonly length: number | undefined
  /** Why the source failed, if it did: undici's own error is then an echo. */
  readonly failure: () => { readonly error: unknown } | undefined
  /** Lets go of the source, whatever it is doing. */
  stop(reason: unknown): void
  /** Lets go of a source that is still being read although the answer has ended. */
  answered(): void
}

/**
 * Prepares a body: small ones are read here, others when undici asks for them.
 *
 * @param moved Called when bytes leave.
 */
export async function outgoing(body: RequestBody, signal: AbortSignal, moved: () => void): Promise<Outgoing> {
  const { size } = body
  if (size !== undefined && size <= ONE_BUFFER) return { ...(await inOneBuffer(body, size, signal)), ...FINISHED }
  const { next, failure, stop, answered } = reading(body)
  return { payload: unhurried(exactly(next, size), moved), length: size, failure, stop, answered }
}

/** Of a body that has been read: nothing is left to fail or to be let go of. */
const FINISHED = { failure: () => undefined, stop: ignore, answered: ignore } as const

async function inOneBuffer(
  body: RequestBody,
  size: number,
  signal: AbortSignal,
): Promise<Pick<Outgoing, 'payload' | 'length'>> {
  const chunks = await abortable(openChunks(body, { signal }), signal, (late) => void late.cancel().catch(ignore))
  const cancel = () => void chunks.cancel(signal.reason).catch(ignore)
  const unlink = onAbort(signal, cancel)
  try {
    const parts: Uint8Array[] = []
    for await (const chunk of exactly(() => chunks.next(), size)) parts.push(chunk)
    const payload = Buffer.concat(parts)
    return { payload, length: payload.byteLength }
  } catch (error) {
    cancel()
    throw error
  } finally {
    unlink()
  }
}

/** A source, read chunk by chunk, that can be told to stop at any moment: while it opens, and while it waits for bytes. */
function reading(body: RequestBody) {
  const open = new AbortController()
  let chunks: Chunks | undefined
  let failed: { readonly error: unknown } | undefined
  let stopped = false
  let finished = false

  async function read(): Promise<Uint8Array | undefined> {
    if (finished) return undefined
    if (chunks === undefined) {
      const opened = await openChunks(body, { signal: open.signal })
      if (stopped) {
        opened.cancel(open.signal.reason).catch(ignore)
        throw open.signal.reason
      }
      chunks = opened
    }
    const chunk = await chunks.next()
    if (stopped) throw open.signal.reason
    finished = chunk === undefined
    return chunk
  }

  function stop(reason: unknown): void {
    if (stopped || finished) return
    stopped = true
    open.abort(reason)
    chunks?.cancel(reason).catch(ignore)
  }

  return {
    async next(this: void): Promise<Uint8Array | undefined> {
      try {
        return await read()
      } catch (error) {
        if (!stopped) failed = { error }
        throw error
      }
    },
    failure: () => failed,
    stop,
    answered() {
      // made only where it is needed: an exception costs more than the rest of a small request
      if (!stopped && !finished)
        stop(new DOMException('The server answered before it had the whole body.', 'AbortError'))
    },
  }
}

/**
 * Passes the bytes on and holds the last ones back until the source has ended, so that a request whose body has another
 * length than its Content-Length never looks complete to the server.
 */
async function* exactly(
  next: () => Promise<Uint8Array | undefined>,
  size: number | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  let sent = 0
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
    if (chunk.byteLength === 0) continue
    sent += chunk.byteLength
    if (size !== undefined && sent >= size) {
      for (let more = sent > size ? chunk : await next(); more !== undefined; more = await next()) {
        if (more.byteLength > 0) throw wrongLength(`more than the ${size} bytes`)
      }
    }
    yield chunk
  }
  if (size !== undefined && sent < size) throw wrongLength(`${sent} of the ${size} bytes`)
}

/**
 * Lets the event loop turn before each chunk is written, so that the answer is read that a server may have sent before it
 * closed the connection on us: a write would find it closed first, and the reason would be lost.
 */
async function* unhurried(
  chunks: AsyncIterable<Uint8Array>,
  moved: () => void,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of chunks) {
    await setImmediate()
    moved()
    yield chunk
  }
}

function wrongLength(found: string): Dhis2Error {
  return new Dhis2Error(`The body to send yields ${found} that its size announces.`, {
    code: 'integrity',
    hint: 'Its source changed while it was read, or announces a wrong size.',
  })
}

function ignore(): void {}
