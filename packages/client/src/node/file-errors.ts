import { Dhis2Error, type Dhis2ErrorCode } from '../errors.js'

type Row = readonly [code: Dhis2ErrorCode, reason: string, hint: string]

/**
 * What the operating system says, in our words. There is no code of ours for a full disk: `too-large` is the nearest, the
 * bytes do not fit where they should go. `unsupported` is what this place cannot do with any bytes.
 */
const ROWS: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['ENOENT', ['not-found', 'there is no such file or directory', 'Check the path.']],
  ['EACCES', ['forbidden', 'permission denied', 'Give this user access to it or choose another path.']],
  ['EPERM', ['forbidden', 'the operation is not permitted', 'Give this user access to it or choose another path.']],
  ['EROFS', ['forbidden', 'the file system is read-only', 'Choose a path that can be written to.']],
  ['ENOSPC', ['too-large', 'no space is left on the disk', 'Free some space or choose another disk.']],
  ['EDQUOT', ['too-large', 'the disk quota is used up', 'Free some space or choose another disk.']],
  ['EFBIG', ['too-large', 'the file system takes no file of that size', 'Choose another disk.']],
  ['EISDIR', ['unsupported', 'it is a directory', 'Name a file.']],
  ['ENOTDIR', ['unsupported', 'a part of the path is not a directory', 'Check the path.']],
  ['ENAMETOOLONG', ['unsupported', 'the name is too long for the file system', 'Choose a shorter name.']],
  ['ELOOP', ['unsupported', 'its symbolic links lead in a circle', 'Check the path.']],
  ['EEXIST', ['already-exists', 'there is a file of that name', 'Choose another name or allow it to be overwritten.']],
  ['EBUSY', ['conflict', 'another program is using it', 'Close that program and try again.']],
  ['ETXTBSY', ['conflict', 'another program is using it', 'Close that program and try again.']],
  ['EMFILE', ['unsupported', 'too many files are open', 'Do less at a time or raise the limit (ulimit -n).']],
  ['ENFILE', ['unsupported', 'too many files are open', 'Do less at a time or raise the limit of the system.']],
])

const OTHER: Row = ['unsupported', 'the file system failed', 'Check the disk.']

/**
 * A failure of the file system as a {@link Dhis2Error} that names the path and what to do. Other errors stay as they are.
 *
 * @param failed What could not be done, with the path: `Cannot read /tmp/a.pdf`.
 * @param own Rows that say it better at this place.
 */
export function fileError(error: unknown, failed: string, own: Readonly<Record<string, Row>> = {}): unknown {
  const errno = errnoOf(error)
  if (errno === undefined) return error
  const [code, reason, hint] = own[errno] ?? ROWS.get(errno) ?? OTHER
  return new Dhis2Error(`${failed}: ${reason} (${errno}). ${hint}`, { code, hint, cause: error })
}

/** The operating system's own code, such as `ENOENT`, of an error that comes from there. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
