import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MultipartBody, multipartBody } from '../../src/bytes/multipart.js'
import { bytesSource, toSource } from '../../src/bytes/source.js'
import { isDhis2Error } from '../../src/errors.js'
import { VERSIONS, type VersionTraits } from '../../src/versions.js'
import { readPart } from './part-parsers.js'
import { bytes, collect, settle, textOf, watchedSource } from './streams.js'

const traits = VERSIONS.find(({ line }) => line === '2.43') as VersionTraits
const options = { filename: 'a.txt', type: 'text/plain', traits }

/** Takes a body apart as a server does: by the boundary of its Content-Type. */
function parts(type: string, body: Uint8Array): Uint8Array[] {
  const boundary = /^multipart\/form-data; boundary=([0-9A-Za-z'()+_,./:=?-]{1,70})$/.exec(type)?.[1]
  if (boundary === undefined) throw new Error(`no boundary in ${type}`)
  const latin1 = new TextDecoder('latin1').decode(body)
  const [preamble, ...rest] = `\r\n${latin1}`.split(`\r\n--${boundary}`)
  expect(preamble).toBe('')
  expect(rest.pop()).toBe('--\r\n')
  return rest.map((part) => {
    expect(part.startsWith('\r\n')).toBe(true)
    return Uint8Array.from(part.slice(2), (c) => bytesOfLatin1.indexOf(c))
  })
}
const bytesOfLatin1 = new TextDecoder('latin1').decode(Uint8Array.from({ length: 256 }, (_, i) => i))

describe('multipartBody', () => {
  it('has the one part file, with name, type and bytes, and says how long it is', async () => {
    const body = multipartBody(bytesSource(bytes('hello')), options)
    const text = await textOf(await body.open())
    const boundary = body.type.split('boundary=')[1]
    expect(text).toBe(
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--${boundary}--\r\n`,
    )
    expect(body.size).toBe(text.length)
    expect(body.replayable).toBe(true)
  })

  it('arrives as it was meant, whatever name, type and bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.oneof(fc.constant('text/csv'), fc.string({ unit: 'binary' })),
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
        fc.constantFrom(...VERSIONS),
        async (filename, type, chunks, version) => {
          const size = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
          let body: MultipartBody
          try {
            body = multipartBody(watchedSource(chunks, { size }), { filename, type, traits: version })
          } catch (error) {
            return isDhis2Error(error, 'rejected-file')
          }
          const whole = new Uint8Array(await new Response(await body.open()).arrayBuffer())
          expect(whole.byteLength).toBe(body.size)
          const [part, ...more] = parts(body.type, whole)
          if (part === undefined) throw new Error('no part')
          expect(more).toEqual([])
          expect(readPart(part, version.line).name).toBe(filename)
          expect(readPart(part, version.line).type).toMatch(type === 'text/csv' ? /^text\/csv$/ : /^[!-~]+\/[ -~]+$/)
          expect([...part.subarray(part.byteLength - size)]).toEqual(chunks.flatMap((chunk) => [...chunk]))
          return true
        },
      ),
      { numRuns: 300 },
    )
  })

  it('cannot be given a header through the type', async () => {
    const body = multipartBody(bytesSource(bytes('')), { ...options, type: 'text/plain\r\nX-Evil: 1' })
    expect(await textOf(await body.open())).toMatch(/\r\nContent-Type: application\/octet-stream\r\n\r\n/)
  })

  it('has no size when the source has none', async () => {
    const body = multipartBody(toSource(new Response('hello').body as ReadableStream<Uint8Array>), options)
    expect(body).toMatchObject({ size: undefined, replayable: false })
    expect(await textOf(await body.open())).toMatch(/\r\n\r\nhello\r\n--/)
  })

  it('opens the source each time it is opened, with the signal, and keeps its boundary', async () => {
    const source = watchedSource([bytes('x')])
    const body = multipartBody(source, options)
    expect(source.opened).toHaveLength(0)
    const { signal } = new AbortController()
    const first = await textOf(await body.open({ signal }))
    expect(await textOf(await body.open())).toBe(first)
    expect(source.signals).toEqual([signal, undefined])
    expect(multipartBody(source, options).type).not.toBe(body.type)
  })

  it('passes the chunks on as they are, one for each that is asked for', async () => {
    const chunks = [bytes('ab'), bytes('cd')]
    const source = watchedSource(chunks)
    const reader = (await multipartBody(source, options).open()).getReader()
    await reader.read()
    await settle()
    expect(source.opened[0]?.pulls).toBe(0)
    expect((await reader.read()).value).toBe(chunks[0])
    await settle()
    expect(source.opened[0]?.pulls).toBe(1)
  })

  it('cancels the source when it is cancelled, also before the first byte', async () => {
    const source = watchedSource([bytes('ab')])
    const body = multipartBody(source, options)
    await (await body.open()).cancel('why')
    expect(source.opened[0]?.cancelled).toEqual(['why'])
  })

  it.each([
    [['abc'], 5, /5 bytes were announced, 3 came/],
    [['abc', 'def', 'never'], 5, /5 bytes were announced, more than that came/],
  ])('fails before its end when the source gives %j although it announced %i bytes', async (chunks, size, message) => {
    const source = watchedSource(chunks.map(bytes), { size })
    const body = multipartBody(source, options)
    await expect(collect(await body.open())).rejects.toMatchObject({ code: 'integrity', retryable: false, message })
    expect(source.opened[0]?.pulls).toBe(2)
  })

  it('refuses a name that cannot arrive, unless any name will do', async () => {
    const source = bytesSource(bytes('x'))
    expect(() => multipartBody(source, { ...options, filename: 'a/b.txt' })).toThrow(/without a path/)
    const body = multipartBody(source, { ...options, filename: 'a/b.txt', anyName: true })
    expect(await textOf(await body.open())).toMatch('filename="a/b.txt"')
  })
})
