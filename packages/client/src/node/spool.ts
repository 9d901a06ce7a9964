import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { abortable, onAbort } from '../signals.js'
import { type Chunks, fromBytes, openChunks, openOf } from '../bytes/chunks.js'
import type { ByteSource } from '../bytes/source.js'
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
  const chunks = await abortable(openChunks(source, { signal }), signal, (late) => void late.cancel().catch(ignore))
  const cancel = () => void chunks.cancel(signal.reason).catch(ignore)
  const unlink = onAbort(signal, cancel)
  if (signal.aborted) cancel()
  try {
    const head: Uint8Array[] = []
    let size = 0
    while (size <= IN_MEMORY) {
      const chunk = await nextOf(chunks, signal)
      if (chunk === undefined) {
        ensureSize(source, size)
        return inMemory(source, Buffer.concat(head))
      }
      head.push(chunk)
      size += chunk.byteLength
    }
    return await inFile(source, head, chunks, signal)
  } catch (error) {
    chunks.cancel(error).catch(ignore)
    throw signal.aborted ? signal.reason : error
  } finally {
    unlink()
  }
}

async function nextOf(chunks: Chunks, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const chunk = await chunks.next()
  // an abort cancels the chunks, which then look as if they had come to their end
  signal.throwIfAborted()
  return chunk
}

function inMemory(source: ByteSource, bytes: Uint8Array): SpooledSource {
  let kept: Uint8Array | undefined = bytes
  return {
    name: source.name,
    type: source.type,
    size: bytes.byteLength,
    replayable: true,
    open: openOf(() => (kept === undefined ? Promise.reject(disposed()) : Promise.resolve(fromBytes(kept)))),
    dispose() {
      kept = undefined
      return Promise.resolve()
    },
  }
}

async function inFile(
  source: ByteSource,
  head: Uint8Array[],
  chunks: Chunks,
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
      for (let chunk = head.shift(); chunk !== undefined; chunk = head.shift() ?? (await nextOf(chunks, signal))) {
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
      open: openOf((options) => (gone ? Promise.reject(disposed()) : openChunks(kept, options))),
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
