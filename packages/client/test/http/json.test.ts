import { describe, expect, it } from 'vitest'
import { readJson, readNothing } from '../../src/http/json.js'
import type { Method, TransportRequest } from '../../src/http/transport.js'
import { dripping, json, page } from '../doubles/answers.js'
import { failure, rejection } from '../doubles/failure.js'

const request = (method: Method = 'GET'): TransportRequest => ({
  method,
  url: new URL('https://dhis2.test/api/documents'),
  headers: new Headers(),
  idempotent: true,
  signal: new AbortController().signal,
})
const read = (response: Response, method?: Method): Promise<unknown> =>
  readJson(response, request(method), 'list documents')

describe('an answer that says nothing', () => {
  it.each([
    [204, new Response(null, { status: 204 })],
    [200, json({ httpStatus: 'OK' })],
    [200, new Response('')],
  ])('is success with status %d, and let go', async (_, response) => {
    await readNothing(response, request('DELETE'), 'delete it')
    expect(response.body === null || response.bodyUsed).toBe(true)
  })

  it('is not one of DHIS2 when it is a web page', async () => {
    const response = page(200, 'Sign in to this network')
    const error = await failure(readNothing(response, request('DELETE'), 'delete it'))
    expect(error).toMatchObject({ code: 'protocol', retryable: true, doubtful: true, method: 'DELETE', status: 200 })
    expect(error.message).toMatch(/^Cannot delete it: DELETE \/api\/documents answered 200 with a web page/)
    expect(response.bodyUsed).toBe(true)
  })
})

describe('an answer as JSON', () => {
  it('is read whole, letters that fall between two chunks included', async () => {
    const bytes = new TextEncoder().encode('\ufeff{"name":"Paludisme – é"}')
    const chunks = Array.from(bytes, (byte) => new Uint8Array([byte]))
    expect(await read(dripping(chunks))).toEqual({ name: 'Paludisme – é' })
  })

  it.each<[string, Response, RegExp]>([
    ['cut off', dripping(['{"a":']), /answered 200 with JSON that is cut off or malformed\./],
    ['empty', new Response(''), /answered 200 with an empty body where JSON was expected\./],
    ['without a body', new Response(null, { status: 204 }), /answered 204 with an empty body/],
    ['blank', new Response(' \n'), /an empty body/],
    ['a web page', page(200, 'Sign in'), /a web page where JSON was expected\. Is the base URL right/],
  ])('that is %s is a protocol error worth another try', async (_, response, message) => {
    const error = await failure(read(response))
    expect(error).toMatchObject({
      code: 'protocol',
      retryable: true,
      doubtful: false,
      method: 'GET',
      path: '/api/documents',
    })
    expect(error.message).toMatch(/^Cannot list documents: GET \/api\/documents /)
    expect(error.message).toMatch(message)
  })

  it('that is broken leaves a doubt about a change', async () => {
    expect(await failure(read(dripping(['{']), 'POST'))).toMatchObject({ doubtful: true })
  })

  it('that has not changed has no JSON, and another try gives none either', async () => {
    expect(await failure(read(new Response(null, { status: 304 })))).toMatchObject({
      code: 'protocol',
      retryable: false,
    })
  })

  it('without end is cut off after 128 MiB, and not asked for again', async () => {
    const chunk = new Uint8Array(8 * 1_048_576).fill(0x20)
    const response = dripping(
      Array.from({ length: 20 }, () => chunk),
      'hang',
    )
    expect(await failure(read(response))).toMatchObject({ code: 'protocol', retryable: false })
    expect(response.cancelled()).toBe(true)
  })

  it('fails as its body fails', async () => {
    const broken = new Error('reset')
    expect(await rejection(read(dripping(['{'], broken)))).toBe(broken)
  })

  it('may be of any type', async () => {
    for (const value of [null, 1, 'a', [1], { a: 1 }]) expect(await read(json(value))).toEqual(value)
  })
})
