import { describe, expect, it } from 'vitest'
import { collect, fromBytes, fromStream, openChunks, openOf, toStream } from '../../src/bytes/chunks.js'
import { bytes, textOf, watched, watchedSource } from './streams.js'

describe('the chunks of a stream', () => {
  it('are the very same, and read only when they are asked for', async () => {
    const given = [bytes('ab'), bytes(''), bytes('c')]
    const source = watched(given)
    const chunks = fromStream(source.stream)
    expect(source.pulls).toBe(0)
    for (const chunk of given) expect(await chunks.next()).toBe(chunk)
    expect([await chunks.next(), await chunks.next()]).toEqual([undefined, undefined])
  })

  it('come in pieces where they are large', async () => {
    const large = new Uint8Array(2_500_000).fill(7)
    const chunks = fromStream(watched([large, bytes('a')]).stream)
    const sizes: (number | undefined)[] = []
    for (let chunk = await chunks.next(); chunk !== undefined; chunk = await chunks.next()) sizes.push(chunk.byteLength)
    expect(sizes).toEqual([1_048_576, 1_048_576, 402_848, 1])
  })

  it.each([['text'], [new ArrayBuffer(2)], [null], [undefined], [7]])('are never %j', async (chunk) => {
    const source = watched([chunk])
    await expect(fromStream(source.stream).next()).rejects.toThrow(/must be Uint8Array/)
    expect(source.cancelled).toHaveLength(1)
  })

  it('end when they are cancelled, also one that is waited for', async () => {
    const source = watched([], { hang: true })
    const chunks = fromStream(source.stream)
    const pending = chunks.next()
    await chunks.cancel('enough')
    expect(await pending).toBeUndefined()
    expect(source.cancelled).toEqual(['enough'])
  })
})

describe('the chunks of bytes', () => {
  it('are small, not copied, and all of them', async () => {
    const whole = new Uint8Array(150_000).map((_, i) => i % 251)
    const chunks = fromBytes(whole)
    const first = await chunks.next()
    expect([first?.byteLength, first?.buffer === whole.buffer]).toEqual([65_536, true])
    expect((await collect(chunks)).byteLength).toBe(150_000 - 65_536)
    // toEqual looks at each byte, which takes seconds
    expect(Buffer.compare(await collect(fromBytes(whole)), whole)).toBe(0)
    expect(await collect(fromBytes(new Uint8Array()))).toEqual(new Uint8Array())
  })
})

describe('a source that is made of chunks', () => {
  it('gives a stream to whoever opens it, and its chunks to us', async () => {
    const own = fromBytes(bytes('abc'))
    const open = openOf(() => Promise.resolve(own))
    expect(await openChunks({ open })).toBe(own)
    expect(await textOf(await open())).toBe('abc')
  })

  it('loses its short cut with another open, wherever it is copied to', async () => {
    const source = { ...watchedSource([]), open: openOf(() => Promise.resolve(fromBytes(bytes('plain')))) }
    const wrapped = { ...source, open: () => Promise.resolve(toStream(fromBytes(bytes('other')))) }
    expect(new TextDecoder().decode(await collect(await openChunks(wrapped)))).toBe('other')
  })
})
