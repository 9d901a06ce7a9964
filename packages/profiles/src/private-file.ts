import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { lstat, mkdir, open, readdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ProfileError } from './errors.js'

/** What the operating system says, in our words: the reason, and what to do. */
const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  EACCES: ['permission denied', 'Give this user access to it.'],
  EPERM: ['the operation is not permitted', 'Give this user access to it.'],
  EROFS: ['the file system is read-only', 'Choose a place that can be written to.'],
  ENOSPC: ['no space is left on the disk', 'Free some space.'],
  EDQUOT: ['the disk quota is used up', 'Free some space.'],
  EISDIR: ['it is a directory', 'Move it away.'],
  ENOTDIR: ['a part of the path is no directory', 'Move that part away.'],
  ELOOP: ['its symbolic links lead in a circle', 'Mend the links.'],
  ENOENT: ['there is no such file', 'Check the path.'],
}

/** A failure of the file system. Never shows what is in the file. */
export function fileError(error: unknown, failed: string, path: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  const { code = '' } = error as NodeJS.ErrnoException
  const [reason, hint] = REASONS[code] ?? ['the file system failed', 'Check the disk.']
  return new ProfileError(`${failed} ${path}: ${reason} (${code}).`, { code: 'file-failed', path, hint, cause: error })
}

const PART = '.part'

/**
 * A text file whole; `undefined` when there is none. A byte order mark stays.
 * @throws ProfileError `file-failed`; `invalid-file` for what is no UTF-8
 */
export async function readText(path: string): Promise<string | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw fileError(error, 'Cannot read', path)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new ProfileError(`Cannot understand ${path}: it is no UTF-8.`, {
      code: 'invalid-file',
      path,
      hint: 'Save it as UTF-8.',
    })
  }
}

/**
 * Replaces a file that holds secrets, whole or not at all: a file beside it, flushed, then renamed. It is readable by its owner
 * alone (0600), who stays the same where this user may do that; its folder is made with 0700. Where the path is a symbolic
 * link, what it points to is replaced. The caller has the lock of the folder: what an ended program left half is removed.
 * @param before What is expected to be there; `undefined` for no file.
 * @returns Whether it was written: not, when something else was there, which then still is.
 * @throws ProfileError `file-failed`
 */
export async function replaceText(path: string, text: string, before: string | undefined): Promise<boolean> {
  try {
    const target = await behindLinks(path)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    const prefix = `.${basename(target)}.`
    for (const name of await readdir(dirname(target))) {
      if (name.startsWith(prefix) && name.endsWith(PART)) await rm(join(dirname(target), name), { force: true })
    }
    const part = join(dirname(target), `${prefix}${process.pid}-${randomBytes(6).toString('hex')}${PART}`)
    try {
      await write(part, text, await stat(target).catch(nothing))
      // the last look; who takes our lock too has waited for us
      if ((await readText(target)) !== before) return false
      await rename(part, target)
    } finally {
      await rm(part, { force: true }).catch(nothing)
    }
    await flushDirectory(dirname(target))
    return true
  } catch (error) {
    throw fileError(error, 'Cannot write', path)
  }
}

async function write(path: string, text: string, replaced: Stats | undefined): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    if (replaced && (replaced.uid !== process.getuid?.() || replaced.gid !== process.getgid?.())) {
      await handle.chown(replaced.uid, replaced.gid).catch(nothing)
    }
    // where a file system cannot flush, it says so at once
    await handle.sync().catch(nothing)
  } finally {
    await handle.close()
  }
}

/** Where a path leads, also when nothing is there yet. */
export async function behindLinks(path: string): Promise<string> {
  let target = resolve(path)
  for (let links = 0; links < 40; links++) {
    const found = await lstat(target).catch(nothing)
    if (!found?.isSymbolicLink()) return target
    target = resolve(dirname(target), await readlink(target))
  }
  // the system tells of the circle
  await stat(path)
  return target
}

/** Makes the new name survive a power cut, where directories can be flushed. The file itself is safe already. */
async function flushDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, 'r')
    await handle.sync().finally(() => handle.close())
  } catch {
    // Windows and some network file systems cannot
  }
}

function nothing(): undefined {}
