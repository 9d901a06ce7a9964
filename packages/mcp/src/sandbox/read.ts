import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises'
import { basename, relative, sep } from 'node:path'
import type { ByteSource } from '@dhis2-files/client'
import { ToolError } from '../errors.js'
import { pathOfHandle } from './handles.js'
import { checkHidden, checkNames, outside, placeOf } from './place.js'
import { isInside, type Root } from './roots.js'

/** A file below a root, open for reading. */
export interface OpenedFile {
  /** Absolute, without symbolic links. */
  readonly path: string
  /** Its bytes, as often as they are asked for, while it is open. */
  readonly source: ByteSource
  close(): Promise<void>
}

/**
 * Opens a file below a root. It is opened once, and what was opened is checked: a name that is made to lead elsewhere meanwhile
 * leads nowhere. Bytes are read from that one handle, also when they are sent again.
 * @throws ToolError `no-roots` · `outside-roots` · `refused-path`
 */
export async function openBelow(given: string, roots: readonly Root[]): Promise<OpenedFile> {
  const place = placeOf(given, roots)
  // elsewhere such names are names; on Windows they are devices and streams
  if (sep === '\\') checkNames(given, place.parts)
  const refuse = (why: string): ToolError => new ToolError('refused-path', `Cannot read “${given}”: ${why}.`)
  const real = await realpath(place.path).catch((error: unknown) => {
    throw refuse(reasonOf(error))
  })
  const check = (path: string): void => {
    if (!isInside(place.root.real, path)) throw outside(given, roots)
    checkHidden(
      given,
      relative(place.root.real, path)
        .split(sep)
        .filter((part) => part !== ''),
    )
  }
  check(real)
  const kind = await lstat(real).catch((error: unknown) => {
    throw refuse(reasonOf(error))
  })
  if (!kind.isFile()) throw refuse(`it is ${kindOf(kind)}, not a file. Name a regular file`)
  // nothing on the way to it is a symbolic link; a pipe that has taken its place is not waited for
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const handle = await open(real, flags).catch((error: unknown) => {
    throw refuse(reasonOf(error))
  })
  try {
    const first = await handle.stat({ bigint: true })
    if (!first.isFile()) throw refuse(`it is ${kindOf(first)}, not a file. Name a regular file`)
    check(await pathOfHandle(handle, real, first, refuse))
    return { path: real, source: sourceOf(handle, real, first), close: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Bytes that are read at once. */
const CHUNK = 262_144

function sourceOf(handle: FileHandle, path: string, first: BigIntStats): ByteSource {
  const size = Number(first.size)
  return {
    name: basename(path),
    type: '',
    size,
    replayable: true,
    async open({ signal } = {}) {
      signal?.throwIfAborted()
      let position = 0
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            signal?.throwIfAborted()
            const buffer = new Uint8Array(Math.min(CHUNK, Math.max(1, size - position)))
            const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, position)
            position += bytesRead
            if (bytesRead > 0 && position <= size) controller.enqueue(buffer.subarray(0, bytesRead))
            if (position < size && bytesRead > 0) return
            const now = await handle.stat({ bigint: true })
            if (position !== size || now.size !== first.size || now.mtimeNs !== first.mtimeNs) {
              throw new ToolError('refused-path', `${path} changed while it was sent. Try again when it is complete.`)
            }
            controller.close()
          },
        },
        { highWaterMark: 0 },
      )
    },
  }
}

/** What is there instead of a file. */
export function kindOf(found: {
  isDirectory(): boolean
  isFIFO(): boolean
  isSocket(): boolean
  isSymbolicLink(): boolean
}): string {
  if (found.isDirectory()) return 'a folder'
  if (found.isFIFO()) return 'a pipe'
  if (found.isSocket()) return 'a socket'
  return found.isSymbolicLink() ? 'a symbolic link' : 'a device'
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file. Check the path',
  ENOTDIR: 'a part of the path is no folder. Check the path',
  EACCES: 'permission denied. Give the user who runs this server access to it',
  EPERM: 'the operation is not permitted. Give the user who runs this server access to it',
  ELOOP: 'it is a symbolic link that leads nowhere, or was made one just now. Check the path',
  ENAMETOOLONG: 'the name is too long for the file system. Choose a shorter one',
  EROFS: 'the file system is read-only. Choose another folder',
  ENOSPC: 'no space is left on the disk. Free some space',
}

/** What the operating system says, as the end of a sentence. */
export function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return REASONS[code] ?? `the file system failed (${code || message})`
}
