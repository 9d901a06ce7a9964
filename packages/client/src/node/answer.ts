import type { Dispatcher } from 'undici'
import type { Chunks } from '../bytes/chunks.js'
import { Dhis2Error } from '../errors.js'
import { type Answer, type AnswerHeaders, LightAnswer } from '../http/answer.js'
import type { TransportRequest } from '../http/transport.js'

/** Statuses that a Response may not have a body with. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/** Bytes of an answer that are held for its reader before the server has to wait. */
const HELD = 262_144

/** What the transport knows about a request whose answer has not ended. */
export interface Flight {
  /** When the last byte went in either direction, in milliseconds since 1970. */
  movedAt: number
  /** Whether bytes of the answer wait for somebody to read them. */
  unread: boolean
}

/**
 * Makes an answer of undici's. Its body is read from the socket only as fast as it is asked for, and cancelling it ends the
 * connection.
 * @throws Dhis2Error `protocol` for what a Response cannot hold.
 */
export function answerOf(answer: Dispatcher.ResponseData, request: TransportRequest, flight: Flight): Answer {
  const { body, statusCode: status } = answer
  body.on('error', ignore)
  const bodiless = request.method === 'HEAD' || BODILESS.has(status)
  // asked for as they came: name, value, name, value …, with values decoded as Latin-1
  const headers = new RawHeaders(answer.headers as unknown as readonly string[])
  const wrong = status > 599 ? `${status} is not a status` : headers.flaw()
  if (wrong !== undefined) {
    body.destroy()
    const path = request.url.pathname + request.url.search
    throw new Dhis2Error(`${request.method} ${path} has an answer that is not HTTP: ${wrong}.`, {
      code: 'protocol',
      method: request.method,
      path,
      status,
      doubtful: true,
      hint: 'What answers there is not DHIS2, or something between changes its answers.',
    })
  }
  const statusText = /^[\t\x20-\x7e\x80-\xff]*$/.test(answer.statusText) ? answer.statusText : ''
  if (bodiless) void body.dump().catch(ignore)
  return new LightAnswer({ status, statusText, headers }, bodiless ? undefined : chunksOf(body, request.signal, flight))
}

/** Headers as they came: name, value, name, value … */
class RawHeaders implements AnswerHeaders {
  readonly #raw: readonly string[]

  constructor(raw: readonly string[]) {
    this.#raw = raw
  }

  get(name: string): string | null {
    const values = [...this].filter(([key]) => key.toLowerCase() === name).map(([, value]) => value.trim())
    return values.length === 0 ? null : values.join(', ')
  }

  getSetCookie(): string[] {
    return [...this].filter(([key]) => key.toLowerCase() === 'set-cookie').map(([, value]) => value.trim())
  }

  *[Symbol.iterator](): Generator<[string, string], undefined> {
    for (let at = 0; at + 1 < this.#raw.length; at += 2) yield [this.#raw[at] ?? '', this.#raw[at + 1] ?? '']
  }

  /** What `Headers` would not take. */
  flaw(): string | undefined {
    for (const [name, value] of this) {
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return `“${name.slice(0, 60)}” is not the name of a header`
      if (/[\0\r\n]|[^\0-\xff]/.test(value)) return `the header ${name} has a value that is none`
    }
    return undefined
  }
}

function chunksOf(body: Dispatcher.ResponseData['body'], signal: AbortSignal, flight: Flight): Chunks {
  const held: Uint8Array[] = []
  let bytes = 0
  let end: { readonly error: unknown } | 'ended' | undefined
  let wake: (() => void) | undefined
  const settle = (how: NonNullable<typeof end>): void => {
    end ??= how
    wake?.()
  }
  body.on('data', (chunk: Uint8Array) => {
    // undici's stream yields what it holds already although it was destroyed
    if (body.destroyed) return
    held.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    bytes += chunk.byteLength
    flight.movedAt = Date.now()
    flight.unread = bytes >= HELD
    if (flight.unread) body.pause()
    wake?.()
  })
  body.on('end', () => settle('ended'))
  body.on('error', (error) => settle({ error: signal.aborted ? signal.reason : error }))
  return {
    async next() {
      while (held.length === 0 && end === undefined) {
        await new Promise<void>((resolve) => (wake = resolve))
        wake = undefined
      }
      const chunk = held.shift()
      if (chunk === undefined) {
        if (end !== 'ended') throw end?.error
        return undefined
      }
      bytes -= chunk.byteLength
      if (flight.unread && bytes < HELD) {
        flight.unread = false
        body.resume()
      }
      return chunk
    },
    cancel() {
      settle('ended')
      body.destroy()
      return Promise.resolve()
    },
  }
}

function ignore(): void {}
