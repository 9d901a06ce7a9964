import type { BigIntStats } from 'node:fs'
import { type FileHandle, lstat, readlink, realpath } from 'node:fs/promises'
import type { ToolError } from '../errors.js'

/** Where Linux shows the files that a process has open. What it shows is the file itself, whatever its name leads to by now. */
const OPEN_FILES = '/proc/self/fd'

/** The path by which Linux reaches what is open, past all names; `undefined` elsewhere. */
export async function directPath(handle: FileHandle): Promise<string | undefined> {
  const path = `${OPEN_FILES}/${handle.fd}`
  try {
    await readlink(path)
    return path
  } catch {
    return undefined
  }
}

/**
 * Where what was opened as `path` is, without symbolic links. Linux says so itself. Elsewhere the name is followed again, and what
 * is there must be what was opened.
 * @throws what `refuse` makes, when the name leads to something else by now
 */
export async function pathOfHandle(
  handle: FileHandle,
  path: string,
  opened: BigIntStats,
  refuse: (why: string) => ToolError,
): Promise<string> {
  const direct = await directPath(handle)
  if (direct !== undefined) return readlink(direct)
  const moved = refuse('it was moved or replaced just now. Try again')
  const real = await realpath(path).catch(() => Promise.reject(moved))
  const there = await lstat(real, { bigint: true }).catch(() => Promise.reject(moved))
  if (there.ino !== opened.ino || there.dev !== opened.dev) throw moved
  return real
}
