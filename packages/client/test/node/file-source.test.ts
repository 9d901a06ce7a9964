import { execFileSync } from 'node:child_process'
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  rm,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileSource } from '../../src/node/file-source.js'
import { rejection } from './servers.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'file-source-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function make(bytes: Uint8Array | string, name = 'report.pdf'): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, bytes)
  return path
}

/** Descriptors of this process that are open on something in the test's directory. */
async function descriptors(): Promise<number> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''))
  return (await Promise.all(links)).filter((target) => target.startsWith(directory)).length
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  return Buffer.from(await new Response(stream).arrayBuffer())
}

describe('fileSource', () => {
  it('names, sizes and yields a file, as often as it is opened', async () => {
    const bytes = Buffer.from('hello')
    const source = await fileSource(await make(bytes))
    expect(source).toMatchObject({ name: 'report.pdf', type: '', size: 5, replayable: true })
    expect(await bytesOf(await source.open())).toEqual(bytes)
    expect(await bytesOf(await source.open())).toEqual(bytes)
    expect(await descriptors()).toBe(0)
  })

  it('takes a URL, another name and a type', async () => {
    const path = await make('x', 'ö #1.txt')
    const source = await fileSource(pathToFileURL(path), { name: 'other.txt', type: 'text/plain' })
    expect(source).toMatchObject({ name: 'other.txt', type: 'text/plain', size: 1 })
    expect((await fileSource(pathToFileURL(path))).name).toBe('ö #1.txt')
  })

  it.each([0, 1, 262_143, 262_144, 262_145, 5_000_000])(
    'yields %d bytes in chunks of at most 256 KiB',
    async (length) => {
      const bytes = Buffer.alloc(length, 'abcdefg')
      const source = await fileSource(await make(bytes))
      const reader = (await source.open()).getReader()
      const chunks: Uint8Array[] = []
      for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value)
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
      expect(Math.max(0, ...chunks.map((chunk) => chunk.byteLength))).toBeLessThanOrEqual(262_144)
      expect(await descriptors()).toBe(0)
    },
  )

  it('says early that a file is missing', async () => {
    const path = join(directory, 'missing.pdf')
    const error = await rejection(fileSource(path))
    expect(error).toMatchObject({ name: 'Dhis2Error', code: 'not-found', retryable: false })
    expect((error as Error).message).toBe(`Cannot read ${path}: there is no such file (ENOENT). Check the path.`)
  })

  it('says that a directory, a device and a pipe are no files, without waiting for the pipe', async () => {
    await mkdir(join(directory, 'sub'))
    execFileSync('mkfifo', [join(directory, 'pipe')])
    for (const [path, what] of [
      [join(directory, 'sub'), 'a directory'],
      ['/dev/zero', 'a device'],
      [join(directory, 'pipe'), 'a pipe'],
    ] as const) {
      const error = await rejection(fileSource(path))
      expect(error).toMatchObject({ code: 'unsupported' })
      expect((error as Error).message).toContain(`${path}: it is ${what}`)
    }
  })

  it('refuses to open a file that has changed since', async () => {
    const path = await make('12345')
    const source = await fileSource(path)
    await appendFile(path, '6')
    const error = await rejection(source.open())
    expect(error).toMatchObject({ code: 'integrity' })
    expect((error as Error).message).toContain('it has 6 bytes now and had 5')
    expect(await descriptors()).toBe(0)
  })

  it('refuses to open a file of the same size that was written again', async () => {
    const path = await make('12345')
    const source = await fileSource(path)
    await utimes(path, new Date(), new Date(Date.now() + 5000))
    expect(await rejection(source.open())).toMatchObject({ code: 'integrity' })
  })

  it('says that a file is gone', async () => {
    const path = await make('12345')
    const source = await fileSource(path)
    await unlink(path)
    expect(await rejection(source.open())).toMatchObject({ code: 'not-found' })
  })

  it.each([
    ['grows', (path: string) => appendFile(path, 'more')],
    ['shrinks', (path: string) => truncate(path, 1_500_000)],
    ['becomes empty', (path: string) => truncate(path, 0)],
    ['is written again', (path: string) => utimes(path, new Date(), new Date(Date.now() + 5000))],
  ])('fails before the last bytes when the file %s while it is read', async (_, change) => {
    const path = await make(Buffer.alloc(2_000_000, 'x'))
    const source = await fileSource(path)
    const reader = (await source.open()).getReader()
    let length = (await reader.read()).value?.byteLength ?? 0
    await change(path)
    const error = await rejection(
      (async () => {
        for (let next = await reader.read(); !next.done; next = await reader.read()) length += next.value.byteLength
      })(),
    )
    expect(error).toMatchObject({ code: 'integrity' })
    expect(length).toBeLessThan(2_000_000)
    expect(await descriptors()).toBe(0)
  })

  it('closes the file when its stream is cancelled', async () => {
    const source = await fileSource(await make(Buffer.alloc(2_000_000)))
    const stream = await source.open()
    expect(await descriptors()).toBe(1)
    await stream.cancel()
    expect(await descriptors()).toBe(0)
  })

  it('closes the file and fails the stream with the reason when the signal aborts', async () => {
    const source = await fileSource(await make(Buffer.alloc(2_000_000)))
    const reason = new Error('enough')
    const abort = new AbortController()
    const reader = (await source.open({ signal: abort.signal })).getReader()
    await reader.read()
    abort.abort(reason)
    expect(await rejection(reader.read())).toBe(reason)
    expect(await rejection(source.open({ signal: abort.signal }))).toBe(reason)
    for (let i = 0; i < 100 && (await descriptors()) > 0; i += 1) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await descriptors()).toBe(0)
  })

  it('reads no further than the reader wants', async () => {
    const source = await fileSource(await make(Buffer.alloc(50_000_000)))
    const before = process.memoryUsage().arrayBuffers
    const streams = await Promise.all(Array.from({ length: 10 }, () => source.open()))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
    await Promise.all(streams.map((stream) => stream.cancel()))
  })
})
