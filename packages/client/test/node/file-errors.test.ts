import { describe, expect, it } from 'vitest'
import { Dhis2Error } from '../../src/errors.js'
import { fileError } from '../../src/node/file-errors.js'

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: failed, open '/x'`), { code, syscall: 'open', errno: -1 })
}

describe('fileError', () => {
  it.each([
    ['ENOENT', 'not-found', 'there is no such file or directory'],
    ['EACCES', 'forbidden', 'permission denied'],
    ['EROFS', 'forbidden', 'read-only'],
    ['ENOSPC', 'too-large', 'no space is left'],
    ['EDQUOT', 'too-large', 'quota'],
    ['EISDIR', 'unsupported', 'directory'],
    ['ENAMETOOLONG', 'unsupported', 'too long'],
    ['EMFILE', 'unsupported', 'too many files'],
    ['EEXIST', 'already-exists', 'there is a file'],
    ['EBUSY', 'conflict', 'another program'],
    ['EIO', 'unsupported', 'the file system failed'],
  ])('says of %s that it is %s, and why', (errno, code, reason) => {
    const cause = systemError(errno)
    const error = fileError(cause, 'Cannot read /x') as Dhis2Error
    expect(error).toBeInstanceOf(Dhis2Error)
    expect(error).toMatchObject({ code, retryable: false, doubtful: false, cause })
    expect(error.message).toContain('Cannot read /x: ')
    expect(error.message).toContain(reason)
    expect(error.message).toContain(`(${errno}). ${error.hint}`)
  })

  it('leaves other errors as they are', () => {
    for (const error of [new Error('x'), new Dhis2Error('x', { code: 'integrity' }), 'x', undefined]) {
      expect(fileError(error, 'Cannot read /x')).toBe(error)
    }
  })
})
