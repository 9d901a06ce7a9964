import { afterEach, describe, expect, it, vi } from 'vitest'
import { toResponse } from '../../src/http/answer.js'
import { Dhis2Error } from '../../src/errors.js'
import { withClassification } from '../../src/http/classify.js'
import { type Method, type Transport, type TransportRequest, Unsent } from '../../src/http/transport.js'
import { dripping, json, objectReport, page, refusal } from '../doubles/answers.js'
import { failure, rejection } from '../doubles/failure.js'
import { FakeClock } from '../doubles/fake-clock.js'
import { connectionError } from '../doubles/fake-server.js'

afterEach(() => void vi.useRealTimers())

const SECRET = 'district-password'
const redact = (text: string): string => text.replaceAll(SECRET, '•••')

function request(method: Method = 'GET', path = 'api/documents/AbcDefGhi12', signal = new AbortController().signal) {
  const url = new URL(path, 'https://dhis2.test/hmis/')
  return { method, url, headers: new Headers(), idempotent: true, signal } satisfies TransportRequest
}

function layer(answer: Response | Error | Transport): Transport {
  const next: Transport =
    typeof answer === 'function'
      ? answer
      : () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer))
  const send = withClassification(next, { what: 'read document AbcDefGhi12', clock: new FakeClock(), redact })
  return async (sent) => toResponse(await send(sent))
}

describe('a success', () => {
  it.each([200, 201, 202, 204, 304])('of status %d is passed on', async (status) => {
    const body = status === 204 || status === 304 ? null : 'abc'
    expect((await layer(new Response(body, { status }))(request())).status).toBe(status)
  })

  it('that breaks off is a network error of the one who reads', async () => {
    const response = await layer(dripping(['ab'], connectionError('ECONNRESET', 'read ECONNRESET')))(request())
    expect(await failure(response.text())).toMatchObject({
      code: 'network',
      retryable: true,
      doubtful: false,
      message:
        'Cannot read document AbcDefGhi12: GET /hmis/api/documents/AbcDefGhi12 was cut off while its answer came, from dhis2.test: read ECONNRESET. The server or something between closed the connection.',
    })
  })

  it('that breaks off by an abort is the reason of the abort', async () => {
    const controller = new AbortController()
    const response = await layer(dripping(['ab'], new Error('aborted')))(request('GET', 'x', controller.signal))
    controller.abort('enough')
    expect(await rejection(response.text())).toBe('enough')
  })
})

describe('a message', () => {
  it.each<[string, Response, string]>([
    [
      'of DHIS2',
      refusal(404, 'Document with id AbcDefGhi12 could not be found.', 'E1005'),
      'answered 404 E1005: Document with id AbcDefGhi12 could not be found.',
    ],
    [
      'of a report',
      objectReport(409, ['E4015', 'Property `url` refers to an object that does not exist, could not find `x`']),
      'answered 409 E4015: Property `url` refers to an object that does not exist, could not find `x`.',
    ],
    [
      'of a long report',
      objectReport(409, ['E1', 'one'], ['E2', 'two'], ['E1', 'one'], ['E4', 'four'], ['E5', 'five']),
      'answered 409 E1: one; two; and 2 more.',
    ],
    [
      'of a web page',
      page(502, '502 Bad\n Gateway'),
      'answered 502: a web page titled “502 Bad Gateway”. A proxy answers for DHIS2, which is down, restarting or too slow.',
    ],
    [
      'of a web page without a title',
      new Response('<html>', { status: 403 }),
      'answered 403: a web page. The answer is a web page, not DHIS2’s: a proxy or firewall on the way refuses the request.',
    ],
    ['of half a JSON', new Response('{"httpStatus":"Confl', { status: 409 }), 'answered 409: {"httpStatus":"Confl.'],
    ['of nothing', new Response(null, { status: 410 }), 'answered 410.'],
    [
      'of wrong types',
      json({ httpStatus: 7, status: 'ERROR', message: { a: 1 }, errorCode: [], response: 'x' }, 409),
      'answered 409: {"httpStatus":7,"status":"ERROR","message":{"a":1},"errorCode":[],"response":"x"}.',
    ],
    ['of an array', json([{ a: 1 }], 409), 'answered 409: [{"a":1}].'],
    ['of several lines', new Response('one\r\n\ttwo\u0007', { status: 410 }), 'answered 410: one two.'],
    ['without end', new Response('x'.repeat(5000), { status: 410 }), `answered 410: ${'x'.repeat(300)}…`],
  ])('%s is enough for a log line', async (_, response, message) => {
    const error = await failure(layer(response)(request()))
    expect(error.message).toBe(`Cannot read document AbcDefGhi12: GET /hmis/api/documents/AbcDefGhi12 ${message}`)
  })

  it('has its parts as members too, and as JSON', async () => {
    const error = await failure(layer(refusal(404, 'No such thing.', 'E1005'))(request('DELETE')))
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'Dhis2Error',
      code: 'not-found',
      message:
        'Cannot read document AbcDefGhi12: DELETE /hmis/api/documents/AbcDefGhi12 answered 404 E1005: No such thing.',
      retryable: false,
      doubtful: false,
      attempts: 1,
      method: 'DELETE',
      path: '/hmis/api/documents/AbcDefGhi12',
      status: 404,
      errorCode: 'E1005',
    })
  })

  it.each<[string, () => Response]>([
    ['in a text', () => refusal(409, `Wrong password ${SECRET} for admin`)],
    ['at the place where the text is cut', () => refusal(409, `${'x'.repeat(290)}${SECRET}`)],
    ['in a page’s title', () => page(409, `Hello ${SECRET}`)],
    ['as an error code', () => refusal(409, 'x', SECRET)],
    ['in half a JSON', () => new Response(`{"message":"${SECRET}`, { status: 409 })],
    ['in a redirect', () => new Response(null, { status: 302, headers: { location: `/x/${SECRET}` } })],
    [
      'in a redirect’s user',
      () => new Response(null, { status: 302, headers: { location: `https://u:${SECRET}@x/` } }),
    ],
  ])('has no secret that a server writes back %s', async (_, response) => {
    const error = await failure(layer(response())(request()))
    expect(`${error.message} ${JSON.stringify(error)} ${error.stack}`).not.toContain('district')
  })

  it('has no secret of its own path', async () => {
    const error = await failure(layer(refusal(409, 'no'))(request('GET', `api/x?q=${SECRET}`)))
    expect(JSON.stringify(error)).not.toContain(SECRET)
  })

  it('has no error code that is none', async () => {
    expect(await failure(layer(refusal(409, 'x', 'E'.repeat(1000)))(request()))).toMatchObject({ errorCode: undefined })
  })
})

describe('Retry-After', () => {
  it('is carried by what is worth another try, and by nothing else', async () => {
    const headers = { 'retry-after': '7' }
    const at = (status: number): Promise<Dhis2Error> =>
      failure(layer(refusal(status, 'x', undefined, headers))(request()))
    expect((await at(429)).retryAfter).toBe(7000)
    expect((await at(503)).retryAfter).toBe(7000)
    expect((await at(403)).retryAfter).toBeUndefined()
  })
})

describe('doubt', () => {
  it.each(['GET', 'HEAD'] as const)('is never about a %s', async (method) => {
    expect((await failure(layer(page(502, 'x'))(request(method)))).doubtful).toBe(false)
    expect((await failure(layer(connectionError('ECONNRESET'))(request(method)))).doubtful).toBe(false)
  })

  it.each<[string, Error, boolean]>([
    ['a reset', connectionError('ECONNRESET'), true],
    ['an unknown failure', new TypeError('fetch failed'), true],
    ['a refused connection', connectionError('ECONNREFUSED', 'connect ECONNREFUSED', { syscall: 'connect' }), false],
    ['an unknown host', new TypeError('fetch failed', { cause: connectionError('ENOTFOUND') }), false],
  ])('about a POST after %s', async (_, error, doubtful) => {
    expect(await failure(layer(error)(request('POST')))).toMatchObject({ code: 'network', doubtful, retryable: true })
  })
})

describe('a connection that fails', () => {
  it('is told by the deepest cause, with what to do', async () => {
    const cause = connectionError('ENOTFOUND', 'getaddrinfo ENOTFOUND dhis2.test')
    const error = await failure(layer(new TypeError('fetch failed', { cause }))(request()))
    expect(error.message).toBe(
      'Cannot read document AbcDefGhi12: GET /hmis/api/documents/AbcDefGhi12 got no answer, from dhis2.test: getaddrinfo ENOTFOUND dhis2.test. The host name is not known: check its spelling.',
    )
    expect(error.cause).toBeInstanceOf(TypeError)
  })

  it('without a message is told by its code', async () => {
    const error = Object.assign(new AggregateError([connectionError('ECONNREFUSED')], ''), { code: 'ECONNREFUSED' })
    expect((await failure(layer(error)(request()))).message).toContain(
      'from dhis2.test: ECONNREFUSED. Nothing listens there',
    )
  })

  it('with something that is no error is one all the same', async () => {
    expect(await failure(layer(() => Promise.reject('odd'))(request()))).toMatchObject({ code: 'network' })
  })

  it.each([
    ['CERT_HAS_EXPIRED', false],
    ['UND_ERR_CLOSED', false],
    ['ECONNRESET', true],
  ])('by %s is worth another try: %s', async (code, retryable) => {
    expect(await failure(layer(connectionError(code))(request()))).toMatchObject({ code: 'network', retryable })
  })

  it('has no secret', async () => {
    expect((await failure(layer(new Error(`bad ${SECRET}`))(request()))).message).not.toContain(SECRET)
  })

  it('by a Dhis2Error is that', async () => {
    const own = new Dhis2Error('too large', { code: 'too-large' })
    expect(await rejection(layer(own)(request('POST')))).toBe(own)
  })

  it('by an abort is the abort’s reason', async () => {
    const controller = new AbortController()
    const failed = rejection(
      layer(async () => {
        controller.abort('enough')
        throw new Error('aborted')
      })(request('GET', 'x', controller.signal)),
    )
    expect(await failed).toBe('enough')
  })
})

describe('a sign-in that fails first', () => {
  const signIn = request('GET', 'api/system/info')

  it('is judged as itself: nothing of the request was sent', async () => {
    const answered = new Unsent(signIn, { response: page(502, 'nginx') })
    const error = await failure(layer(answered)(request('POST')))
    expect(error).toMatchObject({ code: 'server', doubtful: false, method: 'GET', path: '/hmis/api/system/info' })
    expect(error.message).toMatch(/^Cannot read document AbcDefGhi12: GET \/hmis\/api\/system\/info answered 502/)
  })

  it('by its connection leaves no doubt either', async () => {
    const error = await failure(layer(new Unsent(signIn, { cause: connectionError('ECONNRESET') }))(request('POST')))
    expect(error).toMatchObject({ code: 'network', doubtful: false, retryable: true, path: '/hmis/api/system/info' })
  })

  it('gives each who waited an error of its own', async () => {
    const cause = new Dhis2Error('slow', { code: 'timeout', retryable: true, clock: 'headers' })
    const unsent = new Unsent(signIn, { cause })
    const errors = await Promise.all([failure(layer(unsent)(request())), failure(layer(unsent)(request()))])
    expect(errors[0]).toMatchObject({ code: 'timeout', retryable: true, clock: 'headers', message: 'slow' })
    expect(errors[0]).not.toBe(errors[1])
  })
})

describe('an error page', () => {
  it('of many megabytes is read to 1 MiB, and the rest is cancelled', async () => {
    const chunk = 'x'.repeat(65_536)
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent++
        controller.enqueue(new TextEncoder().encode(chunk))
      },
      cancel: () => void (sent = -sent),
    })
    const error = await failure(layer(new Response(body, { status: 500 }))(request()))
    expect(error).toMatchObject({ code: 'server' })
    expect(-sent).toBeGreaterThan(15)
    expect(-sent).toBeLessThan(20)
  })

  it('that drips without end is read for 15 s', async () => {
    vi.useFakeTimers()
    let drop: ReturnType<typeof setTimeout> | undefined
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) =>
        new Promise((resolve) => {
          drop = setTimeout(() => {
            controller.enqueue(new TextEncoder().encode('x'))
            resolve()
          }, 1000)
        }),
      cancel: () => clearTimeout(drop),
    })
    const failed = failure(layer(new Response(body, { status: 500 }))(request()))
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await failed).toMatchObject({ code: 'server' })
    expect((await failed).message).toMatch(/answered 500: x{14,15}\./)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that breaks off counts as far as it came', async () => {
    const response = dripping(['<html><title>Bad gate'], new Error('reset'), { status: 502 })
    expect((await failure(layer(response)(request()))).message).toContain('a web page titled “Bad gate”')
  })

  it('of titles without end is read in no time', async () => {
    const response = new Response(`<html>${'<title'.repeat(170_000)}`, { status: 502 })
    // in time that grows with its square, this test would take minutes
    expect(await failure(layer(response)(request()))).toMatchObject({ code: 'server' })
  })

  it('of JSON as deep as it gets is read in no time', async () => {
    for (const text of ['['.repeat(500_000), '{"a":'.repeat(200_000), `${'['.repeat(200_000)}${']'.repeat(200_000)}`]) {
      expect(await failure(layer(new Response(text, { status: 409 }))(request()))).toMatchObject({ code: 'conflict' })
    }
  })

  it('is not read on after an abort', async () => {
    const controller = new AbortController()
    const failed = rejection(layer(dripping(['x'], 'hang', { status: 500 }))(request('GET', 'x', controller.signal)))
    await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort('enough')
    expect(await failed).toBe('enough')
  })
})
