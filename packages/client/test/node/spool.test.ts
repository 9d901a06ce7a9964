import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { spoolToFile } from '../../src/node/spool.js'
import { createMd5 } from '../../src/node/md5.js'
import { md5Of, pause, rejection, source, until } from './servers.js'

const live = (): AbortSignal => new AbortController().signal

async function md5(stream: ReadableStream<Uint8Array>): Promise<string> {
  const hash = await createMd5()
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) await hash.update(next.value)
  return hash.digest()
}

describe('spoolToFile', () => {
  let directory: string
  beforeEach(async () => {
    directory = join(tmpdir(), `spool-test-${process.pid}`)
    await mkdir(directory)
    vi.stubEnv('TMPDIR', directory)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(directory, { recursive: true, force: true })
  })
  const left = (): Promise<string[]> => readdir(directory, { recursive: true })

  it.each([
    [0, 0],
    [1_048_576, 0],
    [1_048_577, 2],
    [20_000_000, 2],
  ])('keeps %d bytes, using %d entries of the disk', async (length, entries) => {
    const original = source(length, { type: 'image/png', size: undefined })
    const kept = await spoolToFile({ ...original, name: 'a.png', replayable: false }, live())
    expect(kept).toMatchObject({ name: 'a.png', type: 'image/png', size: length, replayable: true })
    expect(await left()).toHaveLength(entries)
    for (let i = 0; i < 2; i += 1) expect(await md5(await kept.open())).toBe(md5Of(length))
    expect(original.opened()).toBe(1)
    await kept.dispose()
    await kept.dispose()
    expect(await left()).toEqual([])
    expect(await rejection(kept.open())).toBeInstanceOf(TypeError)
  })

  it('keeps them where only this user can read', async () => {
    const kept = await spoolToFile(source(2_000_000), live())
    const [folder, file] = (await left()).sort()
    expect((await stat(join(directory, folder ?? ''))).mode & 0o777).toBe(0o700)
    expect((await stat(join(directory, file ?? ''))).mode & 0o777).toBe(0o600)
    expect((await readFile(join(directory, file ?? ''))).byteLength).toBe(2_000_000)
    await kept.dispose()
  })

  it.each([100, 3_000_000])('leaves nothing behind when the source fails after %d bytes', async (failAt) => {
    const failure = new Error('gone')
    expect(await rejection(spoolToFile(source(9_000_000, { failAt, error: failure, chunk: 100_000 }), live()))).toBe(
      failure,
    )
    expect(await left()).toEqual([])
  })

  it.each([0, 3_000_000])('leaves nothing behind after an abort at %d bytes', async (stallAt) => {
    const body = source(9_000_000, { stallAt })
    const abort = new AbortController()
    const reason = new Error('enough')
    const spooled = rejection(spoolToFile(body, abort.signal))
    await until(() => body.read() >= stallAt)
    await pause(20)
    abort.abort(reason)
    expect(await spooled).toBe(reason)
    expect(body.cancelled()).toEqual([reason])
    expect(await left()).toEqual([])
  })

  it('rejects at once with the reason while the source opens', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const spooled = rejection(spoolToFile({ ...source(1), open: () => new Promise(() => {}) }, abort.signal))
    abort.abort(reason)
    expect(await spooled).toBe(reason)
  })

  it.each([100, 3_000_000])('fails with integrity when %d bytes are not what was announced', async (length) => {
    expect(await rejection(spoolToFile(source(length, { size: length + 1 }), live()))).toMatchObject({
      code: 'integrity',
    })
    expect(await left()).toEqual([])
  })

  it('says where it cannot write', async () => {
    vi.stubEnv('TMPDIR', join(directory, 'missing'))
    const error = await rejection(spoolToFile(source(3_000_000), live()))
    expect(error).toMatchObject({ name: 'Dhis2Error', code: 'not-found' })
    expect((error as Error).message).toContain(join(directory, 'missing'))
  })
})

describe('createMd5', () => {
  it('is the MD5 of the chunks together', async () => {
    const hash = await createMd5()
    await hash.update(new TextEncoder().encode('hello '))
    await hash.update(new Uint8Array())
    await hash.update(new TextEncoder().encode('world'))
    expect(await hash.digest()).toBe('5eb63bbbe01eeed093cb22bb8f5acdc3')
  })
})
