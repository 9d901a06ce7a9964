import { Dhis2Error } from '@dhis2-files/client'
import { expect, test } from 'vitest'
import { failureOf } from '../src/errors.js'

test('a file that is on the server is named, with how to go on', () => {
  const error = new Dhis2Error('It failed.', { code: 'conflict', fileResource: 'a2345678901', status: 409 })
  expect(failureOf(error)).toEqual({
    code: 'conflict',
    message:
      'It failed. The file is on the server as file resource a2345678901: the same call with file_resource "a2345678901" finishes without sending it again.',
    details: { status: 409, file_resource: 'a2345678901' },
  })
})

test('a document that stays open to everyone is told with the sharing that it should have, as files_documents_share takes it', () => {
  const sharing = { owner: 'a2345678901', public: '--------' }
  const error = new Dhis2Error('Open. Put it back with shareDocument(uid, error.sharing).', { code: 'server', sharing })
  const { message, details } = failureOf(error)
  expect(message).toBe(
    'Open. Put it back with files_documents_share. The sharing that it should have: {"owner":"a2345678901","public":"--------"}.',
  )
  expect(details).toEqual({ sharing })
})

test('what only a program could do is told in the words of tools and profiles', () => {
  const said = (message: string): string => failureOf(new Dhis2Error(message, { code: 'unsupported' })).message
  expect(said('Use updateExternalDocument.')).toBe('Use files_documents_update_external.')
  expect(said('An attribute of a program goes by { program }.')).toBe('An attribute of a program goes by program.')
  expect(said("say so with the client's option maxFileUploadSize.")).toContain('max_file_size of the profile')
})

test('misuse is told, and a fault of our own tells no more than its name', () => {
  expect(failureOf(new TypeError('uid must be 11 characters.'))).toMatchObject({ code: 'invalid-input' })
  const fault = failureOf(new TypeError("Cannot read properties of undefined (reading 'secret')"))
  expect(fault).toMatchObject({ code: 'internal', message: expect.not.stringContaining('secret') })
  expect(failureOf('thrown')).toMatchObject({ code: 'internal' })
})
