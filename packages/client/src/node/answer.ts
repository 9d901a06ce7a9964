import type { Dispatcher } from 'undici'
import { Dhis2Error } from '../errors.js'
import type { TransportRequest } from '../http/transport.js'

/** Statuses that a Response may not have a body with. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/** What the transport knows about a request whose answer has not ended. */
export interface Flight {
  /** When the last byte went in either direction, in milliseconds since 1970. */
  movedAt: number
  /** Whether bytes of the answer wait for somebody to read them. */
  unread: boolean
}

/**
 * Makes a web Response of undici's answer. Its body is read from the socket only as fast as it is read from the stream,
 * and cancelling the stream ends the connection.
 * @throws Dhis2Error `protocol` for what a Response cannot hold.
 */
export function toResponse(answer: Dispatcher.ResponseData, request: TransportRequest, flight: Flight): Response {
  const { body, statusCode: status } = answer
  body.on('error', ignore)
  const bodiless = request.method === 'HEAD' || BODILESS.has(status)
  try {
    if (status > 599) throw new RangeError(`${status} is not a status`)
    const headers = new Headers()
    // asked for as they came: name, value, name, value …, with values decoded as Latin-1
    const raw = answer.headers as unknown as readonly string[]
    for (let at = 0; at + 1 < raw.length; at += 2) headers.append(raw[at] as string, raw[at + 1] as string)
    const statusText = /^[\t\x20-\x7e\x80-\xff]*$/.test(answer.statusText) ? answer.statusText : ''
    const response = new Response(bodiless ? null : streamOf(body, request.signal, flight), {
      status,
      statusText,
      headers,
    })
    if (bodiless) void body.dump().catch(ignore)
    return response
  } catch (cause) {
    body.destroy()
    const path = request.url.pathname + request.url.search
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Dhis2Error(`${request.method} ${path} has an answer that is not HTTP: ${reason}.`, {
      code: 'protocol',
      method: request.method,
      path,
      status,
      doubtful: true,
      hint: 'What answers there is not DHIS2, or something between changes its answers.',
      cause,
    })
  }
}

function streamOf(
  body: Dispatcher.ResponseData['body'],
  signal: AbortSignal,
  flight: Flight,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        body.pause()
        body.on('data', (chunk: Uint8Array) => {
          // undici's stream yields what it holds already although it was destroyed
          if (body.destroyed) return
          controller.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
          flight.movedAt = Date.now()
          flight.unread = (controller.desiredSize ?? 0) <= 0
          if (flight.unread) body.pause()
        })
        body.on('end', () => controller.close())
        body.on('error', (error) => controller.error(signal.aborted ? signal.reason : error))
      },
      pull() {
        flight.unread = false
        body.resume()
      },
      cancel() {
        body.destroy()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 65_536 }),
  )
}

function ignore(): void {}
