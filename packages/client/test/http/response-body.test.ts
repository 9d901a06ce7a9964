import { afterEach, describe, expect, it, vi } from 'vitest'
import { fromBytes, fromStream } from '../../src/bytes/chunks.js'
import { toResponse } from '../../src/http/answer.js'
import { discard, readText, watchBody, watchChunks } from '../../src/http/response-body.js'
import { dripping } from '../doubles/answers.js'
import { CountingSignal } from '../doubles/counting-signal.js'
import { rejection } from '../doubles/failure.js'

afterEach(() => void vi.useRealTimers())

const { signal } = new AbortController()

describe('a watched body', () => {
  it('keeps status, headers and bytes, and tells what happens', async () => {
    const told: string[] = []
    const watched = watchBody(new Response('abc', { status: 201, statusText: 'Made', headers: { 'x-a': 'b' } }), {
      onPull: () => told.push('pull'),
      onChunk: (chunk) => told.push(`${chunk.byteLength} bytes`),
      onEnd: () => told.push('end'),
    })
    expect([watched.status, watched.statusText, watched.headers.get('x-a')]).toEqual([201, 'Made', 'b'])
    expect(told).toEqual([])
    expect(await toResponse(watched).text()).toBe('abc')
    expect(told).toEqual(['pull', '3 bytes', 'pull', 'end'])
  })

  it('ends at once where there is none', () => {
    const onEnd = vi.fn()
    const response = new Response(null, { status: 204 })
    expect(watchBody(response, { onEnd })).toBe(response)
    expect(onEnd).toHaveBeenCalledOnce()
  })

  it('ends once when it fails, with the error that it is mapped to', async () => {
    const onEnd = vi.fn()
    const mapError = (error: unknown): Promise<unknown> =>
      Promise.resolve(new Error(`mapped ${(error as Error).message}`))
    const watched = watchBody(dripping(['a'], new Error('reset')), { onEnd, mapError })
    expect(await rejection(toResponse(watched).text())).toEqual(new Error('mapped reset'))
    expect(onEnd).toHaveBeenCalledOnce()
  })

  it('ends once when it is cancelled, and cancels its source', async () => {
    const onEnd = vi.fn()
    const source = dripping(['a', 'b'])
    const reader = watchBody(source, { onEnd }).body?.getReader()
    await reader?.read()
    await reader?.cancel('enough')
    expect(source.cancelled()).toBe(true)
    expect(onEnd).toHaveBeenCalledOnce()
  })

  it('fails at once with the reason of an abort, between two reads and during one', async () => {
    for (const during of [false, true]) {
      const counting = new CountingSignal()
      const source = dripping(['a'], 'hang')
      const reader = watchBody(source, { onEnd: () => undefined, signal: counting.signal }).body?.getReader()
      await reader?.read()
      const next = during ? rejection(reader?.read() ?? Promise.resolve()) : undefined
      counting.controller.abort('enough')
      expect(await (next ?? rejection(reader?.read() ?? Promise.resolve()))).toBe('enough')
      expect(source.cancelled()).toBe(true)
      expect(counting.listeners).toBe(0)
    }
  })

  it('fails when it was aborted before', async () => {
    const watched = watchChunks(fromBytes(new Uint8Array(3)), {
      onEnd: () => undefined,
      signal: AbortSignal.abort('before'),
    })
    expect(await rejection(watched.next())).toBe('before')
  })

  it('reads only when it is read', async () => {
    let pulls = 0
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulls++
          controller.enqueue(new Uint8Array(1))
        },
      },
      { highWaterMark: 0 },
    )
    await watchChunks(fromStream(source), {}).next()
    expect(pulls).toBe(1)
  })
})

describe('readText', () => {
  it('reads a whole text, letters that fall between two chunks included', async () => {
    const [a, b] = [new Uint8Array([0x61, 0xc3]), new Uint8Array([0xa9])]
    expect(await readText(dripping([a, b]), 100, signal)).toBe('aé')
    expect(await readText(new Response(null, { status: 204 }), 100, signal)).toBe('')
  })

  it('reads no more than it may, and cancels the rest', async () => {
    const response = dripping(
      Array.from({ length: 100 }, () => 'x'.repeat(10)),
      'hang',
    )
    expect(await readText(response, 25, signal)).toBe('x'.repeat(25))
    expect(response.cancelled()).toBe(true)
  })

  it('gives what came before a failure', async () => {
    expect(await readText(dripping(['half'], new Error('reset')), 100, signal)).toBe('half')
  })

  it('gives what came before an abort, and leaves no listener', async () => {
    const counting = new CountingSignal()
    const response = dripping(['half'], 'hang')
    const reading = readText(response, 100, counting.signal)
    await new Promise((resolve) => setTimeout(resolve, 5))
    counting.controller.abort()
    expect(await reading).toBe('half')
    expect(response.cancelled()).toBe(true)
    expect(counting.listeners).toBe(0)
  })

  it('gives what came before its patience ended, and leaves no timer', async () => {
    vi.useFakeTimers()
    const response = dripping(['half'], 'hang')
    const reading = readText(response, 100, signal, 1000)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await reading).toBe('half')
    expect(response.cancelled()).toBe(true)
    expect(await readText(dripping(['all']), 100, signal, 1000)).toBe('all')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('discard', () => {
  it('cancels a body, and never fails', async () => {
    const response = dripping(['a'], 'hang')
    discard(response)
    expect(response.cancelled()).toBe(true)
    const locked = new Response('abc')
    locked.body?.getReader()
    discard(locked)
    discard(new Response(null, { status: 204 }))
    await Promise.resolve()
  })
})
