import { CliError } from './failure.js'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of the path is no folder',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long for the file system',
}

/**
 * A failure of the file system, in words that name what was tried: `Cannot write the journal /a/b: permission denied (EACCES).`
 * Other errors stay as they are.
 */
export function explained(error: unknown, failed: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error
  const code = String(error.code)
  return new CliError(`${failed}: ${REASONS[code] ?? 'the file system failed'} (${code}).`, {
    exit: 'local-file',
    cause: error,
  })
}
