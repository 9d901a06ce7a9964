import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { abortable } from '../http/signals.js'
import { type ByteSource, streamOf } from '../bytes/source.js'
import { Dhis2Error } from '../errors.js'
import type { SpooledSource } from '../platform.js'
import { fileError } from './file-errors.js'
import { fileSource } from './file-source.js'
import { writeAll } from './write-all.js'

/** Up to this many bytes stay in memory. */
const IN_MEMORY = 1_048_576

/**
 * Reads a one-shot source to its end and keeps its bytes: few in memory, many in a temporary file that only this user can
 * read. Nothing is left behind by a failure, by an abort, or after `dispose`.
 *
 * @throws Dhis2Error `integrity` when the source yields another number of bytes than its size announces.
 */
export async function spoolToFile(source: ByteSource, signal: AbortSignal): Promise<SpooledSource> {
  signal.throwIfAborted()
  const stream = await abortable(source.open({ signal }), signal, (late) => void late.cancel().catch(ignore))
  const reader = stream.getReader()
  const onAbort = () => void reader.cancel(signal.reason).catch(ignore)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    const head: Uint8Array[] = []
    let size = 0
    while (size <= IN_MEMORY) {
      const chunk = await nextOf(reader, signal)
      if (chunk === undefined) {
        ensureSize(source, size)
        return inMemory(source, Buffer.concat(head))
      }
      head.push(chunk)
      size += chunk.byteLength
    }
    return await inFile(source, head, reader, signal)
  } catch (error) {
    reader.cancel(error).catch(ignore)
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function nextOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const { done, value } = await reader.read()
  // an abort cancels the reader, which then looks as if it had come to its end
  signal.throwIfAborted()
  return done ? undefined : value
}

function inMemory(source: ByteSource, bytes: Uint8Array): SpooledSource {
  let kept: Uint8Array | undefined = bytes
  return {
    name: source.name,
    type: source.type,
    size: bytes.byteLength,
    replayable: true,
    open: () => (kept === undefined ? Promise.reject(disposed()) : Promise.resolve(streamOf(kept))),
    dispose() {
      kept = undefined
      return Promise.resolve()
    },
  }
}

async function inFile(
  source: ByteSource,
  head: Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal,
): Promise<SpooledSource> {
  let directory: string | undefined
  const remove = async () => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    // mode 0700
    directory = await mkdtemp(join(tmpdir(), 'dhis2-files-'))
    const path = join(directory, 'body')
    const handle = await open(path, 'wx', 0o600)
    let size = 0
    try {
      for (let chunk = head.shift(); chunk !== undefined; chunk = head.shift() ?? (await nextOf(reader, signal))) {
        await writeAll(handle, [chunk], size)
        size += chunk.byteLength
      }
    } finally {
      await handle.close()
    }
    ensureSize(source, size)
    const kept = await fileSource(path, { name: source.name, type: source.type })
    let gone = false
    return {
      ...kept,
      open: (options) => (gone ? Promise.reject(disposed()) : kept.open(options)),
      async dispose() {
        gone = true
        await remove()
      },
    }
  } catch (error) {
    await remove().catch(ignore)
    throw fileError(error, `Cannot keep the bytes to upload in ${directory ?? tmpdir()}`)
  }
}

function ensureSize(source: ByteSource, size: number): void {
  if (source.size === undefined || source.size === size) return
  throw new Dhis2Error(`The source yields ${size} bytes, and its size announces ${source.size}.`, { code: 'integrity' })
}

function disposed(): TypeError {
  return new TypeError('The bytes that were kept for a retry were removed already.')
}

function ignore(): void {}
