import type { Stats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Chunks, openOf } from '../bytes/chunks.js'
import type { ByteSource } from '../bytes/source.js'
import { Dhis2Error } from '../errors.js'
import { onAbort } from '../signals.js'
import { fileError } from './file-errors.js'

/** Bytes that are read at once. */
const CHUNK = 262_144

export interface FileSourceOptions {
  /** Name that the file gets in DHIS2. Default: its own, without the path. */
  readonly name?: string | undefined
  /** MIME type. Default: none, which lets the upload choose one by the name's extension. */
  readonly type?: string | undefined
}

/**
 * A file on disk as something to upload. Nothing is held in memory but the chunk at hand; every `open` reads the file anew
 * and fails with `integrity` when it is no longer the file that was there at first, or changes while it is read.
 *
 * @throws Dhis2Error `not-found`, `forbidden`, or `unsupported` for what is not a regular file.
 */
export async function fileSource(path: string | URL, options: FileSourceOptions = {}): Promise<ByteSource> {
  const absolute = resolve(path instanceof URL ? fileURLToPath(path) : path)
  const first = await look(absolute)
  return {
    name: options.name ?? basename(absolute),
    type: options.type ?? '',
    size: first.size,
    replayable: true,
    open: openOf(({ signal } = {}) => openFile(absolute, first, signal)),
  }
}

async function look(path: string): Promise<Stats> {
  try {
    const before = await stat(path)
    // Asked before it is opened: opening a pipe waits for whoever writes to it.
    if (!before.isFile()) throw notAFile(path, before)
    const handle = await open(path, 'r')
    try {
      return await handle.stat()
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw cannotRead(error, path)
  }
}

async function openFile(path: string, first: Stats, signal?: AbortSignal): Promise<Chunks> {
  signal?.throwIfAborted()
  let handle: FileHandle
  try {
    handle = await open(path, 'r')
  } catch (error) {
    throw cannotRead(error, path)
  }
  try {
    signal?.throwIfAborted()
    ensureSame(path, first, await handle.stat())
  } catch (error) {
    await handle.close()
    throw error
  }
  return chunksOf(handle, path, first, signal)
}

function chunksOf(handle: FileHandle, path: string, first: Stats, signal?: AbortSignal): Chunks {
  let position = 0
  let closed: Promise<void> | undefined
  // read while the chunk before it is on its way
  let ahead: Promise<Uint8Array | undefined> | undefined

  function close(): Promise<void> {
    unlink()
    // waits for a read that is under way
    closed ??= handle.close()
    return closed
  }

  const unlink = onAbort(signal, () => void close().catch(ignore))

  /** The next bytes; the last ones only when nothing comes after them and the file is still the same. */
  async function read(): Promise<Uint8Array | undefined> {
    try {
      const left = first.size - position
      const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK, left))
      const { bytesRead } = await handle.read(chunk, 0, chunk.byteLength, position)
      position += bytesRead
      if (bytesRead === 0 || position === first.size) {
        const now = await handle.stat()
        if (left > 0 && bytesRead === 0) throw changed(path, first, now)
        ensureSame(path, first, now)
        await close()
      }
      return bytesRead === 0 ? undefined : new Uint8Array(chunk.buffer, 0, bytesRead)
    } catch (error) {
      await close().catch(ignore)
      throw signal?.aborted ? signal.reason : cannotRead(error, path)
    }
  }

  return {
    async next() {
      signal?.throwIfAborted()
      const chunk = await (ahead ?? read())
      ahead = closed === undefined ? read() : Promise.resolve(undefined)
      ahead.catch(ignore)
      return chunk
    },
    cancel: close,
  }
}

function ensureSame(path: string, first: Stats, now: Stats): void {
  if (now.size !== first.size || now.mtimeMs !== first.mtimeMs) throw changed(path, first, now)
}

function changed(path: string, first: Stats, now: Stats): Dhis2Error {
  const how =
    now.size === first.size
      ? `it was modified at ${now.mtime.toISOString()}`
      : `it has ${now.size} bytes now and had ${first.size}`
  return new Dhis2Error(`${path} changed while it was in use: ${how}. Make a new source of it when it is complete.`, {
    code: 'integrity',
    hint: 'Make a new source of it when it is complete.',
  })
}

function notAFile(path: string, found: Stats): Dhis2Error {
  const what = found.isDirectory()
    ? 'a directory'
    : found.isFIFO()
      ? 'a pipe'
      : found.isSocket()
        ? 'a socket'
        : 'a device'
  return new Dhis2Error(`Cannot read ${path}: it is ${what}, not a file. Name a regular file.`, {
    code: 'unsupported',
    hint: 'Name a regular file.',
  })
}

function cannotRead(error: unknown, path: string): unknown {
  return fileError(error, `Cannot read ${path}`, {
    ENOENT: ['not-found', 'there is no such file', 'Check the path.'],
  })
}

function ignore(): void {}
