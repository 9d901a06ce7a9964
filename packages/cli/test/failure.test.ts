import { Dhis2Error } from '@dhis2-files/client'
import { ProfileError } from '@dhis2-files/profiles'
import { expect, test } from 'vitest'
import { CliError, exitOf, failureOf } from '../src/failure.js'
import { Interrupted } from '../src/interrupts.js'

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
  expect(said("pass { fileResource: 'a2345678901' } to finish.").message).toBe(
    'pass --file-resource a2345678901 to finish.',
  )
  expect(said('x', 'Leave fileResource out to upload.').hint).toBe('Leave out --file-resource to upload.')
  expect(said('x', 'Choose another name or allow it to be overwritten.').hint).toBe(
    'Choose another name or pass --overwrite.',
  )
})

test('several failures have the code of their class, or that of some', () => {
  const one = failureOf(new CliError('no', { exit: 'not-found' }))
  const other = failureOf(new CliError('no', { exit: 'forbidden' }))
  expect([exitOf([], 3), exitOf([one, one], 0), exitOf([one, other], 0), exitOf([one], 1)]).toEqual([0, 6, 20, 20])
})
