import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, link, lstat, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { safeFileName } from '../bytes/safe-file-name.js'
import type { Chunks } from '../bytes/chunks.js'
import { Dhis2Error } from '../errors.js'
import type { SavedFile, SaveJob } from '../platform.js'
import { errnoOf, fileError } from './file-errors.js'
import { writeAll } from './write-all.js'

/** How a file system says that it has no hard links. */
const NO_HARD_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'])

/** How a file system says that it cannot flush this to the disk. */
const NO_SYNC: ReadonlySet<string> = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'])

/**
 * Writes a download to a file, whole or not at all: into a hidden file beside the target, flushed to the disk, then renamed.
 * A new file gets the mode that any new file of this user gets, one that replaces another keeps the other's mode. A
 * symbolic link as target is replaced itself; what it points to stays untouched.
 *
 * @throws Dhis2Error that names the path and what to do; `already-exists` before a byte is asked for.
 */
export async function saveDownload(job: SaveJob): Promise<SavedFile> {
  const path = await placeOf(job)
  const failed = `Cannot save ${path}`
  try {
    const replaced = await existing(path)
    if (replaced !== undefined) ensureReplaceable(path, replaced, job.overwrite)
    const part = join(dirname(path), `.d2f-${process.pid}-${randomBytes(8).toString('hex')}.part`)
    try {
      const size = await writePart(part, job, failed, replaced)
      await (job.overwrite ? rename(part, path) : publishNew(part, path))
      await flushDirectory(dirname(path))
      return { path, size }
    } finally {
      // it is gone already when all went well
      await rm(part, { force: true }).catch(ignore)
    }
  } catch (error) {
    throw cannotSave(error, failed, dirname(path))
  }
}

/** The path of the file to be: in a directory, the file's own name made safe, which never leads out of it. */
async function placeOf(job: SaveJob): Promise<string> {
  const target = resolve(job.target)
  try {
    if ((await stat(target)).isDirectory()) return join(target, safeFileName(job.name))
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw cannotSave(error, `Cannot save ${target}`, dirname(target))
  }
  if (job.target.endsWith('/') || job.target.endsWith(sep)) {
    throw new Dhis2Error(`Cannot save to ${target}: there is no such directory. Make it first.`, {
      code: 'not-found',
      hint: 'Make the directory first.',
    })
  }
  return target
}

async function existing(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function ensureReplaceable(path: string, found: Stats, overwrite: boolean): void {
  if (!overwrite) throw alreadyThere(path)
  if (found.isFile() || found.isSymbolicLink()) return
  const what = found.isDirectory() ? 'a directory' : 'a device'
  throw new Dhis2Error(`Cannot save ${path}: ${what} of that name is there, and only files are replaced.`, {
    code: 'unsupported',
    hint: 'Choose another name.',
  })
}

async function writePart(part: string, job: SaveJob, failed: string, replaced: Stats | undefined): Promise<number> {
  const mode = replaced?.isFile() ? replaced.mode & 0o777 : undefined
  const handle = await open(part, 'wx', mode === undefined ? 0o666 : 0o600)
  try {
    // where a file system has no modes, the file stays this user's own
    if (mode !== undefined) await handle.chmod(mode).catch(ignore)
    let size = 0
    await job.write(async (bytes) => {
      size = await fill(handle, bytes, failed, dirname(part))
      return size
    })
    await handle.sync().catch(ignoreWhere(NO_SYNC))
    return size
  } finally {
    await handle.close()
  }
}

/** Bytes that are written at once. */
const BATCH = 1_048_576

/** Fills the file from its start with what one attempt yields. */
async function fill(handle: FileHandle, bytes: Chunks, failed: string, directory: string): Promise<number> {
  let size = 0
  // told from a failure of the download, which stays as it is
  const onDisk = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      const clear = cannotSave(error, failed, directory)
      bytes.cancel(clear).catch(ignore)
      throw clear
    }
  }
  await onDisk(handle.truncate(0))
  // one batch is written while the next is read
  let writing: Promise<unknown> = Promise.resolve()
  let batch: Uint8Array[] = []
  let batched = 0
  const flush = async (): Promise<void> => {
    await onDisk(writing)
    writing = writeAll(handle, batch, size)
    // it is awaited later, or the download fails first and the file is thrown away
    writing.catch(ignore)
    size += batched
    batch = []
    batched = 0
  }
  try {
    for (let chunk = await bytes.next(); chunk !== undefined; chunk = await bytes.next()) {
      batch.push(chunk)
      batched += chunk.byteLength
      if (batched >= BATCH) await flush()
    }
    await flush()
    await onDisk(writing)
    return size
  } finally {
    // nothing may still be writing when the file is truncated, closed or removed
    await writing.catch(ignore)
  }
}

/** Gives the file its name, unless somebody took that name meanwhile. */
async function publishNew(part: string, path: string): Promise<void> {
  try {
    // fails where the name is taken; a rename would replace the other file
    await link(part, path)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'EEXIST') throw alreadyThere(path, error)
    if (errno === undefined || !NO_HARD_LINKS.has(errno)) throw error
    await renameToFree(part, path)
  }
}

/** Without hard links: takes the name with an empty file, which only one can do, and replaces that file at once. */
async function renameToFree(part: string, path: string): Promise<void> {
  try {
    await (await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600)).close()
  } catch (error) {
    throw errnoOf(error) === 'EEXIST' ? alreadyThere(path, error) : error
  }
  try {
    await rename(part, path)
  } catch (error) {
    await rm(path, { force: true }).catch(ignore)
    throw error
  }
}

/** Makes the new name survive a power cut where directories can be flushed. The file itself is safe already. */
async function flushDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, 'r')
    await handle.sync().finally(() => handle.close())
  } catch {
    // Windows and some network file systems cannot
  }
}

function cannotSave(error: unknown, failed: string, directory: string): unknown {
  return fileError(error, failed, {
    ENOENT: ['not-found', `the directory ${directory} does not exist`, 'Make the directory first.'],
    EACCES: ['forbidden', `permission denied in ${directory}`, 'Give this user the right to write there.'],
  })
}

function alreadyThere(path: string, cause?: unknown): Dhis2Error {
  const hint = 'Choose another name or allow it to be overwritten.'
  return new Dhis2Error(`Cannot save ${path}: there is a file of that name. ${hint}`, {
    code: 'already-exists',
    hint,
    cause,
  })
}

function ignoreWhere(codes: ReadonlySet<string>): (error: unknown) => void {
  return (error) => {
    if (!codes.has(errnoOf(error) ?? '')) throw error
  }
}

function ignore(): void {}
