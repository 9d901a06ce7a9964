import { describe, expect, it } from 'vitest'
import { fromStream, toStream } from '../../src/bytes/chunks.js'
import { tap, type Taps } from '../../src/bytes/tap.js'
import { bytes, collect, settle, textOf, watched } from './streams.js'

const tapped = (stream: ReadableStream<Uint8Array>, taps: Taps): ReadableStream<Uint8Array> =>
  toStream(tap(fromStream(stream), taps))

describe('tap', () => {
  it('passes the very same chunks on', async () => {
    const chunks = [bytes('ab'), bytes(''), bytes('c')]
    const out = await collect(tapped(watched(chunks).stream, {}))
    expect(out).toHaveLength(3)
    out.forEach((chunk, i) => expect(chunk).toBe(chunks[i]))
  })

  it('calls its hooks in order and puts bytes before and after', async () => {
    const log: string[] = []
    const out = tapped(watched([bytes('1'), bytes('2')]).stream, {
      start: async () => void log.push('start'),
      before: bytes('<'),
      chunk: (chunk) => void log.push(new TextDecoder().decode(chunk)),
      end: () => void log.push('end'),
      after: bytes('>'),
    })
    expect(await textOf(out)).toBe('<12>')
    expect(log).toEqual(['start', '1', '2', 'end'])
  })

  it('reads nothing until it is read, and then one chunk at a time', async () => {
    const source = watched([bytes('1'), bytes('2'), bytes('3')])
    const reader = tapped(source.stream, { before: bytes('<') }).getReader()
    await settle()
    expect(source.pulls).toBe(0)
    await reader.read()
    await settle()
    expect(source.pulls).toBe(0)
    await reader.read()
    await settle()
    expect(source.pulls).toBe(1)
  })

  it('cancels its source with the same reason', async () => {
    const source = watched([bytes('1'), bytes('2')])
    const reader = tapped(source.stream, {}).getReader()
    await reader.read()
    const reason = new Error('enough')
    await reader.cancel(reason)
    expect(source.cancelled).toEqual([reason])
  })

  it.each(['start', 'chunk', 'end'] as const)('fails with what %s throws and cancels its source', async (hook) => {
    const source = watched([bytes('1')])
    const error = new Error(hook)
    const out = tapped(source.stream, {
      [hook]: () => {
        throw error
      },
    })
    await expect(collect(out)).rejects.toBe(error)
    // there is nothing to cancel at the end
    expect(source.cancelled).toEqual(hook === 'end' ? [] : [error])
  })

  it('fails with what its source fails with', async () => {
    const error = new Error('disk')
    await expect(collect(tapped(watched([bytes('1')], { failWith: error }).stream, {}))).rejects.toBe(error)
  })
})
