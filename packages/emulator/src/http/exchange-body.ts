import type { Fault } from '../faults.js'
import type { RecordedRequest } from '../log.js'
import type { Reply } from './reply.js'

/** The connection is gone, or has to go. `reset`: at once; else after what was written has been sent. */
export class ConnectionLost extends Error {
  readonly reset: boolean
  constructor(message: string, options: { reset: boolean }) {
    super(message)
    this.reset = options.reset
    Object.assign(this, { code: 'ECONNRESET' })
  }
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Waits until the other side goes away. */
async function stallUntil(signal: AbortSignal): Promise<never> {
  await aborted(signal)
  throw new ConnectionLost('The connection stalled until the client gave up', { reset: true })
}

/** The request's body: counted, and cut or held where a fault says so. */
export function receiveBody(
  body: ReadableStream<Uint8Array> | null,
  fault: Fault | undefined,
  entry: RecordedRequest,
  signal: AbortSignal,
): ReadableStream<Uint8Array> | null {
  if (body === null) return null
  const meets = fault !== undefined && 'direction' in fault && fault.direction === 'up' ? fault : undefined
  const limit = meets?.afterBytes ?? 0
  const reader = body.getReader()
  return new ReadableStream(
    {
      async pull(controller) {
        if (meets !== undefined && entry.bytesReceived >= limit) await fail(meets, signal)
        const { done, value } = await reader.read()
        if (done && meets !== undefined) await fail(meets, signal)
        if (done) return controller.close()
        entry.bytesReceived += value.byteLength
        controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/** What the faults of direction `up` do, for a request with a body or without. */
export async function fail(fault: Fault, signal: AbortSignal): Promise<never> {
  if (fault.kind === 'stall') return stallUntil(signal)
  throw new ConnectionLost('The connection was reset', { reset: true })
}

/** The answer's body in chunks: counted, and cut, held or changed where a fault says so. */
export async function* sendBody(
  reply: Reply,
  fault: Fault | undefined,
  entry: RecordedRequest,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const cut = cutOf(reply, fault)
  let left = cut?.afterBytes ?? Number.POSITIVE_INFINITY
  const corruptAt = fault?.kind === 'corrupt' ? (fault.atByte ?? 0) : undefined
  for await (let chunk of chunksOf(reply.body)) {
    if (left <= 0) break
    if (chunk.byteLength > left) chunk = chunk.subarray(0, left)
    if (corruptAt !== undefined && corruptAt >= entry.bytesSent && corruptAt < entry.bytesSent + chunk.byteLength) {
      // a copy: slice of a Buffer shares the bytes that are stored
      chunk = new Uint8Array(chunk)
      const at = corruptAt - entry.bytesSent
      chunk[at] = (chunk[at] ?? 0) ^ 0xff
    }
    left -= chunk.byteLength
    entry.bytesSent += chunk.byteLength
    yield chunk
  }
  if (cut === undefined) return
  if (cut.how === 'stall') await stallUntil(signal)
  throw new ConnectionLost('The answer broke off', { reset: cut.how === 'drop' })
}

interface Cut {
  readonly how: 'stall' | 'drop' | 'truncate'
  readonly afterBytes: number
}

function cutOf(reply: Reply, fault: Fault | undefined): Cut | undefined {
  if (fault !== undefined && 'direction' in fault && fault.direction === 'down')
    return { how: fault.kind, afterBytes: fault.afterBytes ?? 0 }
  if (fault?.kind === 'truncate') return { how: 'truncate', afterBytes: fault.afterBytes ?? 0 }
  return reply.breakAfter === undefined ? undefined : { how: 'truncate', afterBytes: reply.breakAfter }
}

async function* chunksOf(body: Reply['body']): AsyncGenerator<Uint8Array> {
  if (body === undefined) return
  if (body instanceof Uint8Array) {
    if (body.byteLength > 0) yield body
    return
  }
  const reader = body.open().getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
