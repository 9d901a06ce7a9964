import { Dhis2Error } from '@dhis2-files/client'
import { ProfileError } from '@dhis2-files/profiles'
import { expect, test } from 'vitest'
import { CliError, exitOf, failureOf } from '../src/failure.js'
import { Interrupted } from '../src/interrupts.js'
import { wordsToGoOn } from '../src/going-on.js'
import { rename } from '../src/commands/documents/rename.js'

const errno = (code: string): Error => Object.assign(new Error(code), { code, syscall: 'open' })

test.each<[string, unknown, string, string]>([
  ['an answer of the server', new Dhis2Error('no', { code: 'not-found', method: 'GET' }), 'not-found', 'not-found'],
  [
    'a file that is not there',
    new Dhis2Error('no', { code: 'not-found', cause: errno('ENOENT') }),
    'local-file',
    'not-found',
  ],
  [
    'a connection that failed',
    new Dhis2Error('no', { code: 'network', cause: errno('ECONNRESET') }),
    'network',
    'network',
  ],
  ['a full disk', errno('ENOSPC'), 'local-file', 'ENOSPC'],
  ['a profile', new ProfileError('no', { code: 'unknown-profile' }), 'profile', 'unknown-profile'],
  ['a sign-in', new ProfileError('no', { code: 'sign-in-failed' }), 'unauthenticated', 'sign-in-failed'],
  ['a name that is no name', new ProfileError('no', { code: 'invalid-name' }), 'usage', 'invalid-name'],
  ['a command line', new CliError('no'), 'usage', 'usage'],
  ['Ctrl-C', new Interrupted(), 'interrupted', 'interrupted'],
  ['an option that cannot be', new TypeError('key must be given.'), 'usage', 'usage'],
  ['a bug', new TypeError("Cannot read properties of undefined (reading 'x')"), 'internal', 'internal'],
  ['a bug of another engine', new TypeError('x is not an object'), 'internal', 'internal'],
  ['a failed fetch', new TypeError('fetch failed'), 'internal', 'internal'],
  [
    'a misuse of the runtime',
    Object.assign(new TypeError('The argument must be a string.'), { code: 'ERR_X' }),
    'internal',
    'internal',
  ],
  [
    'a misuse of an interface',
    new TypeError('Headers.append: "x" is an invalid header value.'),
    'internal',
    'internal',
  ],
  ['a stream that is read twice', new TypeError('A one-shot stream was opened twice.'), 'internal', 'internal'],
  ['something else', 'text', 'internal', 'internal'],
])('%s is told as what it is', (_, error, exit, code) => {
  expect(failureOf(error)).toMatchObject({ exit, code })
})

test('what a sign-in was answered is told as it is', () => {
  const error = new ProfileError('no', { code: 'sign-in-failed', loginStatus: 'PASSWORD_EXPIRED', profile: 'play' })
  expect(failureOf(error).details).toEqual({ loginStatus: 'PASSWORD_EXPIRED', profile: 'play' })
})

test('what the client says to programs is said in options', () => {
  const said = (message: string, hint?: string) => failureOf(new Dhis2Error(message, { code: 'conflict', hint }))
  expect(
    said("Its file is there: pass { fileResource: 'a2345678901' } to finish without sending it again.").message,
  ).toBe('Its file is there, and need not be sent again.')
  expect(said('x', 'Leave fileResource out to upload.').hint).toBe('Leave out --file-resource or --resume to upload.')
  expect(said('It is a link. Use updateExternalDocument.').message).toBe('It is a link. Use "documents update".')
  expect(said('It is no link: use replaceDocument or renameDocument.').message).toBe(
    'It is no link: use "documents replace" or "documents rename".',
  )
  expect(said('Put it into a .zip, or pass another contentType.').message).toBe(
    'Put it into a .zip, or pass another --content-type.',
  )
  expect(said('x', 'Choose another name or allow it to be overwritten.').hint).toBe(
    'Choose another name or pass --overwrite.',
  )
})

test('a sharing that was not put back is told as the command that does', () => {
  const id = 'u2345678901'
  const sharing = {
    public: '--------',
    owner: 'o2345678901',
    users: { [id]: { id, access: 'rw------' } },
    userGroups: { g2345678901: { id: 'g2345678901', access: 'r-------' } },
  }
  const message = 'Put it back with shareDocument(uid, error.sharing). The change itself was made.'
  const error = new Dhis2Error(message, { code: 'server', document: 'a2345678901', sharing })
  const line =
    'documents share a2345678901 --public -------- --owner o2345678901 --user u2345678901=rw------ --group g2345678901=r------- --only'
  expect(failureOf(error).message).toBe(`Put it back with “dhis2-files ${line}”. The change itself was made.`)
  const argv = ['documents', 'rename', 'a2345678901', 'New', '-p', 'play']
  expect(wordsToGoOn(error, rename, argv)).toEqual([...line.split(' '), '-p', 'play'])
})

test('several failures have the code of their class, or that of some', () => {
  const one = failureOf(new CliError('no', { exit: 'not-found' }))
  const other = failureOf(new CliError('no', { exit: 'forbidden' }))
  expect([exitOf([], 3), exitOf([one, one], 0), exitOf([one, other], 0), exitOf([one], 1)]).toEqual([0, 6, 20, 20])
})
