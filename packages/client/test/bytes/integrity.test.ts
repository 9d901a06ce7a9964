import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fromStream, toStream } from '../../src/bytes/chunks.js'
import { digesting, digestOf, limited, verifying } from '../../src/bytes/integrity.js'
import type { Md5 } from '../../src/platform.js'
import { bytes, collect, settle, textOf, watched, watchedSource } from './streams.js'

const createMd5 = async (): Promise<Md5> => {
  const hash = createHash('md5')
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest('hex') }
}
const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

describe('digesting', () => {
  it('knows size and MD5 after the last complete read, and nothing before', async () => {
    const source = digesting(watchedSource([bytes('he'), bytes('llo')]), createMd5)
    expect(source.result()).toBeUndefined()
    expect(await textOf(await source.open())).toBe('hello')
    expect(source.result()).toEqual({ md5: md5('hello'), size: 5 })
  })

  it('does not mix two reads, nor count one that was cancelled', async () => {
    const source = digesting(watchedSource([bytes('he'), bytes('llo')]), createMd5)
    const first = (await source.open()).getReader()
    await first.read()
    await first.cancel()
    expect(source.result()).toBeUndefined()
    const [a, b] = [(await source.open()).getReader(), await source.open()]
    await a.read()
    await collect(b)
    expect(source.result()).toEqual({ md5: md5('hello'), size: 5 })
    await a.read()
    await a.read()
    expect(source.result()).toEqual({ md5: md5('hello'), size: 5 })
  })

  it('opens nothing when there is no MD5 to be had', async () => {
    const inner = watchedSource([])
    const source = digesting(inner, () => Promise.reject(new Error('no wasm')))
    await expect(source.open()).rejects.toThrow('no wasm')
    expect(inner.opened).toHaveLength(0)
  })
})

describe('digestOf', () => {
  it('reads a source to its end', async () => {
    const source = digesting(watchedSource([bytes('he'), bytes('llo')]), createMd5)
    expect(await digestOf(source)).toEqual({ md5: md5('hello'), size: 5 })
  })

  it('ends with the reason of the signal when the source stalls, and cancels it', async () => {
    const inner = watchedSource([bytes('a')], { hang: true })
    const controller = new AbortController()
    const reading = digestOf(digesting(inner, createMd5), controller.signal)
    await settle()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
    expect(inner.opened[0]?.cancelled).toEqual([reason])
  })
})

describe('verifying', () => {
  const verify = (text: string[], expected: { size?: number; md5?: string }) =>
    toStream(
      verifying(fromStream(watched(text.map(bytes)).stream), { ...expected, createMd5, describe: 'The download of x' }),
    )

  it('ends well when length and MD5 are right, in either case of the hex', async () => {
    expect(await textOf(verify(['he', 'llo'], { size: 5, md5: md5('hello').toUpperCase() }))).toBe('hello')
    expect(await textOf(verify([], { size: 0, md5: md5('') }))).toBe('')
  })

  it('compares only what is expected', async () => {
    expect(await textOf(verify(['hello'], {}))).toBe('hello')
    expect(await textOf(verify(['hello'], { size: 5 }))).toBe('hello')
    expect(await textOf(verify(['hello'], { md5: md5('hello') }))).toBe('hello')
  })

  it('makes no MD5 when none is expected', async () => {
    const createNone = () => Promise.reject(new Error('not needed'))
    const stream = toStream(
      verifying(fromStream(watched([bytes('a')]).stream), { size: 1, createMd5: createNone, describe: 'x' }),
    )
    expect(await textOf(stream)).toBe('a')
  })

  it('fails at the end when bytes are missing, and says how many', async () => {
    const reader = verify(['hel'], { size: 5, md5: md5('hello') }).getReader()
    expect((await reader.read()).value).toEqual(bytes('hel'))
    await expect(reader.read()).rejects.toMatchObject({
      code: 'integrity',
      retryable: true,
      message: 'The download of x was cut off: 5 bytes expected, 3 came.',
    })
  })

  it('fails at the end when the MD5 differs, and says both', async () => {
    await expect(collect(verify(['jello'], { size: 5, md5: md5('hello') }))).rejects.toMatchObject({
      code: 'integrity',
      message: expect.stringMatching(`${md5('hello')} expected, ${md5('jello')} came`),
    })
  })

  it('fails with the first byte too many, and reads no further', async () => {
    const source = watched([bytes('hello'), bytes('!'), bytes('never')])
    const stream = toStream(verifying(fromStream(source.stream), { size: 5, createMd5, describe: 'x' }))
    await expect(collect(stream)).rejects.toMatchObject({ code: 'integrity', message: /5 bytes expected, 6 came/ })
    expect(source.pulls).toBe(2)
    expect(source.cancelled).toHaveLength(1)
  })
})

describe('limited', () => {
  const tooMany = (loaded: number) => new RangeError(`${loaded}`)

  it('lets exactly the limit pass', async () => {
    expect(await textOf(await limited(watchedSource([bytes('ab'), bytes('c')]), 3, tooMany).open())).toBe('abc')
  })

  it('fails as soon as more flows, with what came so far, each time it is opened', async () => {
    const inner = watchedSource([bytes('ab'), bytes('cd'), bytes('ef')])
    const source = limited(inner, 3, tooMany)
    for (const turn of [0, 1]) {
      await expect(collect(await source.open())).rejects.toThrow(new RangeError('4'))
      expect(inner.opened[turn]).toMatchObject({ pulls: 2, cancelled: [expect.any(RangeError)] })
    }
  })
})
