import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { toResponse } from '../../src/http/answer.js'
import { DEFAULT_TIMEOUTS, timeoutError, withTimeouts } from '../../src/http/timeouts.js'
import type { RequestBody, Transport, TransportRequest } from '../../src/http/transport.js'
import { json } from '../doubles/answers.js'
import { CountingSignal } from '../doubles/counting-signal.js'
import { failure, rejection } from '../doubles/failure.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  expect(caller.listeners).toBe(0)
  vi.useRealTimers()
})

let caller: CountingSignal
beforeEach(() => void (caller = new CountingSignal()))

const LIMITS = { headers: 300_000, idle: 60_000 }

function request(more: Partial<TransportRequest> = {}): TransportRequest {
  const url = new URL('https://dhis2.test/api/documents')
  return { method: 'GET', url, headers: new Headers(), idempotent: true, signal: caller.signal, ...more }
}

const wait = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

/** A transport whose answer is given by hand, and which obeys an abort. */
function byHand() {
  const state: {
    answer: (response: Response) => void
    fail: (error: unknown) => void
    sent: TransportRequest | undefined
  } = {
    answer: () => undefined,
    fail: () => undefined,
    sent: undefined,
  }
  const send: Transport = (sent) => {
    state.sent = sent
    return new Promise((resolve, reject) => {
      state.answer = resolve
      state.fail = reject
      sent.signal.addEventListener('abort', () => reject(sent.signal.reason as Error))
    })
  }
  return Object.assign(state, { send })
}

/** A body or an answer whose chunks are given by hand. */
function stream() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const readable = new ReadableStream<Uint8Array>({ start: (c) => void (controller = c) }, { highWaterMark: 0 })
  return {
    readable,
    chunk: (bytes = 1) => controller?.enqueue(new Uint8Array(bytes)),
    close: () => controller?.close(),
    fail: (error: unknown) => controller?.error(error),
  }
}

function bodyOf(readable: ReadableStream<Uint8Array>): RequestBody {
  return { type: 'text/plain', size: undefined, replayable: true, open: () => Promise.resolve(readable) }
}

describe('the headers clock', () => {
  it('ends a request without a body that is not answered, as a retryable timeout', async () => {
    const transport = byHand()
    const failed = failure(withTimeouts(transport.send, LIMITS)(request()))
    await wait(300_000)
    expect(await failed).toMatchObject({ code: 'timeout', clock: 'headers', retryable: true, doubtful: false })
    expect((await failed).message).toBe('GET /api/documents: no answer within 300 s (timeouts.headers).')
  })

  it('starts at the last byte of the body, however long that took', async () => {
    const transport = byHand()
    const body = stream()
    const failed = failure(
      withTimeouts(transport.send, LIMITS)(request({ method: 'POST', body: bodyOf(body.readable) })),
    )
    const reader = (await transport.sent?.body?.open())?.getReader()
    for (let minute = 0; minute < 10; minute++) {
      const read = reader?.read()
      await wait(50_000)
      body.chunk()
      await read
      await wait(50_000)
    }
    const last = reader?.read()
    body.close()
    expect(await last).toEqual({ done: true, value: undefined })
    let ended = false
    void failed.then(() => (ended = true))
    await wait(299_999)
    expect(ended).toBe(false)
    await wait(1)
    expect(await failed).toMatchObject({ clock: 'headers', doubtful: true })
  })

  it('of the request itself goes before that of the client', async () => {
    const transport = byHand()
    const failed = failure(withTimeouts(transport.send, LIMITS)(request({ timeouts: { headers: 10, idle: 10 } })))
    await wait(10)
    expect(await failed).toMatchObject({ clock: 'headers' })
  })
})

describe('the idle clock', () => {
  it('ends an upload whose bytes are not taken', async () => {
    const transport = byHand()
    const body = stream()
    const failed = failure(
      withTimeouts(transport.send, LIMITS)(request({ method: 'PUT', body: bodyOf(body.readable) })),
    )
    const reader = (await transport.sent?.body?.open())?.getReader()
    const read = reader?.read()
    body.chunk()
    await read
    await wait(60_000)
    expect(await failed).toMatchObject({ code: 'timeout', clock: 'idle', retryable: true, doubtful: true })
    expect((await failed).message).toContain('no byte in either direction within 60 s (timeouts.idle)')
    await reader?.cancel()
  })

  it('ends an upload that the transport never begins', async () => {
    const failed = failure(
      withTimeouts(byHand().send, LIMITS)(request({ method: 'PUT', body: bodyOf(stream().readable) })),
    )
    await wait(60_000)
    expect(await failed).toMatchObject({ clock: 'idle' })
  })

  it('ends an answer that stops in its middle', async () => {
    const transport = byHand()
    const answer = stream()
    const sending = withTimeouts(transport.send, LIMITS)(request())
    transport.answer(new Response(answer.readable))
    const reader = (await sending).body?.getReader()
    const first = reader?.read()
    await wait(59_999)
    answer.chunk()
    await first
    const second = failure(reader?.read() as Promise<unknown>)
    await wait(60_000)
    expect(await second).toMatchObject({ clock: 'idle', retryable: true, doubtful: false })
  })

  it('does not count the time of a slow source, not even while it opens', async () => {
    const transport = byHand()
    const body = stream()
    const slow: RequestBody = {
      ...bodyOf(body.readable),
      open: () => new Promise((resolve) => setTimeout(() => resolve(body.readable), 3_600_000)),
    }
    const sending = withTimeouts(transport.send, LIMITS)(request({ method: 'POST', body: slow }))
    const opening = transport.sent?.body?.open()
    await wait(3_600_000)
    const reader = (await opening)?.getReader()
    const read = reader?.read()
    await wait(3_600_000)
    body.close()
    await read
    transport.answer(json({}))
    expect(await toResponse(await sending).json()).toEqual({})
  })

  it('does not count the time of a slow reader', async () => {
    const transport = byHand()
    const sending = withTimeouts(transport.send, LIMITS)(request())
    transport.answer(new Response('abc'))
    const response = await sending
    await wait(3_600_000)
    const reader = response.body?.getReader()
    await reader?.read()
    await wait(3_600_000)
    expect(await reader?.read()).toEqual({ done: true, value: undefined })
  })

  it('goes by what is on its way where the transport collects the body first', async () => {
    const transport = byHand()
    const body = stream()
    const failed = failure(
      withTimeouts(transport.send, LIMITS)(request({ method: 'POST', body: bodyOf(body.readable) })),
    )
    const reader = (await transport.sent?.body?.open())?.getReader()
    const read = reader?.read()
    body.chunk(100)
    await read
    const end = reader?.read()
    body.close()
    await end
    for (let sent = 10; sent <= 90; sent += 10) {
      await wait(59_000)
      transport.sent?.body?.onSent?.(sent)
    }
    await wait(59_999)
    transport.sent?.body?.onSent?.(100)
    await wait(299_999)
    await wait(1)
    expect(await failed).toMatchObject({ clock: 'headers' })
  })
})

describe('the clocks', () => {
  it('stop with the answer, whatever becomes of the body', async () => {
    const transport = byHand()
    const body = stream()
    const sending = withTimeouts(transport.send, LIMITS)(request({ method: 'POST', body: bodyOf(body.readable) }))
    const reader = (await transport.sent?.body?.open())?.getReader()
    const read = reader?.read()
    body.chunk()
    await read
    transport.answer(new Response('too large', { status: 413 }))
    expect(await toResponse(await sending).text()).toBe('too large')
    await reader?.cancel()
    transport.sent?.body?.onSent?.(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('stop with the failure of the transport, whatever becomes of the body', async () => {
    const transport = byHand()
    const body = stream()
    const sending = rejection(
      withTimeouts(transport.send, LIMITS)(request({ method: 'POST', body: bodyOf(body.readable) })),
    )
    const reader = (await transport.sent?.body?.open())?.getReader()
    transport.fail(new Error('reset'))
    expect(await sending).toEqual(new Error('reset'))
    await reader?.cancel()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('stop with an answer without a body', async () => {
    const transport = byHand()
    const sending = withTimeouts(transport.send, LIMITS)(request())
    transport.answer(new Response(null, { status: 204 }))
    expect((await sending).status).toBe(204)
  })

  it('stop when the answer is cancelled', async () => {
    const transport = byHand()
    const sending = withTimeouts(transport.send, LIMITS)(request())
    transport.answer(new Response('abc'))
    await (await sending).body?.cancel()
  })

  it.each([Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER])('of %d ms never ring', async (limit) => {
    const transport = byHand()
    const sending = withTimeouts(transport.send, { headers: limit, idle: limit })(request())
    expect(vi.getTimerCount()).toBe(0)
    transport.answer(json({}))
    await toResponse(await sending).json()
  })
})

describe('the caller’s abort', () => {
  it('is passed on and surfaces as its reason, however the transport dresses it up', async () => {
    const send: Transport = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new DOMException('x', 'AbortError'))))
    const failed = rejection(withTimeouts(send, LIMITS)(request()))
    caller.controller.abort('enough')
    expect(await failed).toBe('enough')
  })

  it('ends the wait for a transport that takes no notice, and its late answer', async () => {
    let late: (response: Response) => void = () => undefined
    const failed = rejection(withTimeouts(() => new Promise((resolve) => (late = resolve)), LIMITS)(request()))
    caller.controller.abort('enough')
    expect(await failed).toBe('enough')
    const cancel = vi.fn()
    late(new Response(new ReadableStream({ cancel })))
    await wait(0)
    expect(cancel).toHaveBeenCalled()
  })

  it('ends the reading of an answer', async () => {
    const transport = byHand()
    const sending = withTimeouts(transport.send, LIMITS)(request())
    transport.answer(new Response(stream().readable))
    const reading = rejection(toResponse(await sending).text())
    caller.controller.abort('enough')
    expect(await reading).toBe('enough')
  })
})

describe('a source that fails', () => {
  const failing = (error: unknown, when: 'open' | 'read'): RequestBody => ({
    ...bodyOf(stream().readable),
    open: () =>
      when === 'open'
        ? Promise.reject(error)
        : Promise.resolve(new ReadableStream({ pull: (controller) => controller.error(error) })),
  })
  /** Passes on what the body throws, as Node's transport does. */
  const reading: Transport = async ({ body, signal }) =>
    new Response(await new Response(await body?.open({ signal })).text())

  it.each(['open', 'read'] as const)('when it is %s is told from the connection, and leaves no doubt', async (when) => {
    const cause = new Error('disk failed')
    const error = await failure(withTimeouts(reading, LIMITS)(request({ method: 'POST', body: failing(cause, when) })))
    expect(error).toMatchObject({ code: 'network', retryable: true, doubtful: false, cause })
    expect(error.message).toBe('POST /api/documents: the bytes to send cannot be read: disk failed')
  })

  it('by a mistake in the program is not tried again', async () => {
    const body = failing(new TypeError('opened twice'), 'open')
    const error = await failure(withTimeouts(reading, LIMITS)(request({ method: 'POST', body })))
    expect(error).toMatchObject({ code: 'unsupported', retryable: false })
  })

  it('with a Dhis2Error fails with that', async () => {
    const own = timeoutError(request(), 'idle', 1)
    expect(
      await rejection(withTimeouts(reading, LIMITS)(request({ method: 'POST', body: failing(own, 'read') }))),
    ).toBe(own)
  })
})

describe('the error of a clock', () => {
  it('is final for the total alone', () => {
    expect(timeoutError(request(), 'total', 1500)).toMatchObject({ retryable: false, clock: 'total' })
    expect(timeoutError(request(), 'total', 1500).message).toBe(
      'GET /api/documents: not done within 1.5 s (timeouts.total).',
    )
  })

  it('has defaults: five minutes for the answer, one without a byte, none in all', () => {
    expect(DEFAULT_TIMEOUTS).toEqual({ headers: 300_000, idle: 60_000, total: Number.POSITIVE_INFINITY })
  })
})
