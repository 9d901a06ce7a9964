import { afterEach, describe, expect, it, vi } from 'vitest'
import { bytesSource } from '../src/bytes/source.js'
import { noFileSource, webPlatform } from '../src/web-platform.js'
import { failure, rejection } from './doubles/failure.js'

afterEach(() => void vi.unstubAllGlobals())

describe('any runtime with fetch', () => {
  it('reads the cookies of the page, also odd ones', () => {
    vi.stubGlobal('document', { cookie: 'a=1; XSRF-TOKEN=x%20y; bad=%E0%A4%A' })
    expect(webPlatform.pageCookie?.('XSRF-TOKEN')).toBe('x y')
    expect(webPlatform.pageCookie?.('bad')).toBe('%E0%A4%A')
    expect(webPlatform.pageCookie?.('none')).toBeUndefined()
    vi.stubGlobal('document', undefined)
    expect(webPlatform.pageCookie?.('a')).toBeUndefined()
  })

  it('computes MD5', async () => {
    const md5 = await webPlatform.createMd5()
    await md5.update(new TextEncoder().encode('abc'))
    expect(await md5.digest()).toBe('900150983cd24fb0d6963f7d28e17f72')
  })

  it('keeps the bytes of a one-shot stream, which can then be opened again', async () => {
    const spooled = await webPlatform.spool(
      bytesSource(new Uint8Array([1, 2]), { name: 'a' }),
      new AbortController().signal,
    )
    expect(spooled).toMatchObject({ name: 'a', size: 2, replayable: true })
    for (let i = 0; i < 2; i++) expect((await new Response(await spooled.open()).arrayBuffer()).byteLength).toBe(2)
    await spooled.dispose()
  })

  it('stops keeping at an abort', async () => {
    const controller = new AbortController()
    const hanging = { ...bytesSource(new Uint8Array()), open: () => Promise.resolve(new ReadableStream<Uint8Array>()) }
    const failed = rejection(webPlatform.spool(hanging, controller.signal))
    await Promise.resolve()
    controller.abort('enough')
    expect(await failed).toBe('enough')
  })

  it.each([{ proxy: 'http://p' }, { proxy: false as const }, { ca: 'x' }, { insecure: true }])(
    'leaves proxies and certificates to the browser: no %j',
    (option) => {
      const make = () => webPlatform.createTransport({ ...option, credentials: 'omit' })
      expect(make).toThrow(expect.objectContaining({ code: 'unsupported', message: expect.stringMatching(/for Node/) }))
      expect(() => webPlatform.createTransport({ insecure: false, credentials: 'omit' })).not.toThrow()
    },
  )

  it('has no files', async () => {
    expect(await failure(noFileSource())).toMatchObject({ code: 'unsupported' })
    expect(await failure(webPlatform.save({} as never))).toMatchObject({ code: 'unsupported' })
  })
})
