import { describe, expect, it } from 'vitest'
import { peekHead } from '../../src/bytes/peek.js'
import { toSource } from '../../src/bytes/source.js'
import { bytes, collect, settle, textOf, watchedSource } from './streams.js'

describe('peekHead', () => {
  it('opens a replayable source, reads what it needs, cancels, and gives the source back', async () => {
    const source = watchedSource([bytes('abc'), bytes('def'), bytes('ghi')])
    const peeked = await peekHead(source, 4)
    expect(new TextDecoder().decode(peeked.head)).toBe('abcd')
    expect(peeked.source).toBe(source)
    expect(source.opened[0]).toMatchObject({ pulls: 2, cancelled: [undefined] })
  })

  it('opens a one-shot source once and plays head and rest back, chunk by chunk', async () => {
    const chunks = [bytes('abc'), bytes('def'), bytes('ghi')]
    const source = watchedSource(chunks, { replayable: false, size: 9, name: 'n', type: 't/t' })
    const peeked = await peekHead(source, 4)
    expect(new TextDecoder().decode(peeked.head)).toBe('abcd')
    expect(source.opened[0]).toMatchObject({ pulls: 2, cancelled: [] })
    expect(peeked.source).toMatchObject({ name: 'n', type: 't/t', size: 9, replayable: false })
    const out = await collect(await peeked.source.open())
    expect(out).toHaveLength(3)
    out.forEach((chunk, i) => expect(chunk).toBe(chunks[i]))
    await expect(peeked.source.open()).rejects.toThrow(TypeError)
  })

  it.each([true, false])('gives a short file whole (replayable: %s)', async (replayable) => {
    const peeked = await peekHead(watchedSource([bytes('a'), bytes(''), bytes('b')], { replayable }), 64)
    expect(new TextDecoder().decode(peeked.head)).toBe('ab')
    expect(await textOf(await peeked.source.open())).toBe('ab')
  })

  it.each([true, false])('gives no bytes of an empty file (replayable: %s)', async (replayable) => {
    const peeked = await peekHead(watchedSource([], { replayable }), 64)
    expect(peeked.head.byteLength).toBe(0)
    expect(await textOf(await peeked.source.open())).toBe('')
  })

  it('can be done twice to a one-shot source', async () => {
    const once = await peekHead(toSource(new Response('hello')), 2)
    const twice = await peekHead(once.source, 4)
    expect(new TextDecoder().decode(twice.head)).toBe('hell')
    expect(await textOf(await twice.source.open())).toBe('hello')
  })

  it('cancels the one-shot stream when the rest is cancelled', async () => {
    const source = watchedSource([bytes('abc'), bytes('def')], { replayable: false })
    const peeked = await peekHead(source, 1)
    await (await peeked.source.open()).cancel('why')
    expect(source.opened[0]?.cancelled).toEqual(['why'])
  })

  it('ends with the reason of the signal when the source stalls', async () => {
    const source = watchedSource([bytes('a')], { hang: true })
    const controller = new AbortController()
    const peeking = peekHead(source, 64, controller.signal)
    await settle()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(peeking).rejects.toBe(reason)
    expect(source.opened[0]?.cancelled).toEqual([reason])
  })

  it('cancels what it opened when the signal was aborted meanwhile', async () => {
    const source = watchedSource([bytes('a')])
    await expect(peekHead(source, 64, AbortSignal.abort('no'))).rejects.toBe('no')
    expect(source.opened[0]?.cancelled).toEqual(['no'])
  })

  it('fails with what the source fails with, also after the head', async () => {
    const error = new Error('disk')
    await expect(peekHead(watchedSource([bytes('a')], { failWith: error }), 64)).rejects.toBe(error)
    const peeked = await peekHead(watchedSource([bytes('abc')], { failWith: error, replayable: false }), 2)
    await expect(collect(await peeked.source.open())).rejects.toBe(error)
  })

  it('refuses chunks that are no bytes', async () => {
    await expect(peekHead(watchedSource(['text']), 64)).rejects.toThrow(/must be Uint8Array/)
  })
})
