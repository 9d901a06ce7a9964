import { describe, expect, it } from 'vitest'
import { Dhis2Error, type Dhis2ErrorOptions } from '../../src/errors.js'
import { type Change, ECHOES, settle } from '../../src/files/echoes.js'
import { rejection } from '../doubles/failure.js'

const errorOf = (options: Partial<Dhis2ErrorOptions>): Dhis2Error =>
  new Dhis2Error('no', { code: 'conflict', ...options })
const asMeant = (): Promise<string> => Promise.resolve('as meant')
const otherwise = (): Promise<undefined> => Promise.resolve(undefined)

/** How DHIS2 answers a change that it has made: WIRE.md 1.5, 2.3, 2.4, 3.3, 4.4, 5.1, 5.2. */
const CASES: readonly (readonly [row: string, change: Change, error: Dhis2Error])[] = [
  ['file-uid-taken', 'upload-file', errorOf({ code: 'already-exists', errorCode: 'E1119' })],
  ['document-uid-taken', 'create-document', errorOf({ code: 'already-exists', errorCode: 'E5000' })],
  ['document-file-taken', 'create-document', errorOf({ errorCode: 'E4016' })],
  ['own-file-attached', 'update-document', errorOf({ errorCode: 'E4016' })],
  ['own-file-in-value', 'set-data-value', errorOf({ errorCode: 'E2026' })],
  ['own-file-in-tracker', 'attach', errorOf({ errorCode: 'E1009' })],
  ['own-attachment-used', 'send-message', errorOf({ errorCode: 'E1004' })],
  ['own-icon', 'create-icon', errorOf({ code: 'already-exists' })],
]

describe('an echo', () => {
  it.each(CASES)('%s: is success when the state is as meant, else it is the error', async (_, change, error) => {
    expect(await settle(change, error, asMeant)).toBe('as meant')
    expect(await rejection(settle(change, error, otherwise))).toBe(error)
  })

  it('has a case here for each row', () => {
    expect(ECHOES.map(({ id }) => id).filter((id) => !CASES.some(([row]) => row === id))).toEqual([])
  })

  it('of one change is none of another', async () => {
    const error = errorOf({ code: 'already-exists', errorCode: 'E1119' })
    expect(await rejection(settle('create-document', error, asMeant))).toBe(error)
  })
})

describe('a doubtful answer', () => {
  it('is success when the state is as meant', async () => {
    const error = errorOf({ code: 'network', doubtful: true })
    expect(await settle('delete-document', error, asMeant)).toBe('as meant')
    expect(await rejection(settle('delete-document', error, otherwise))).toBe(error)
  })

  it('to an earlier try counts too, such as a 404 to the repeat of a DELETE', async () => {
    const error = errorOf({ code: 'not-found' })
    error.afterDoubt = true
    expect(await settle('delete-document', error, asMeant)).toBe('as meant')
  })
})

describe('a clear answer', () => {
  it('is the error, and nothing is read back', async () => {
    const error = errorOf({ code: 'not-found' })
    const read = (): Promise<never> => Promise.reject(new Error('read back'))
    expect(await rejection(settle('delete-document', error, read))).toBe(error)
  })

  it('that is no Dhis2Error is passed on', async () => {
    expect(await rejection(settle('upload-file', 'aborted', asMeant))).toBe('aborted')
  })
})

describe('reading back', () => {
  it('that fails does not hide the failure of the change', async () => {
    const error = errorOf({ doubtful: true })
    const read = (): Promise<never> => Promise.reject(errorOf({ code: 'network' }))
    expect(await rejection(settle('upload-file', error, read))).toBe(error)
  })

  it('that is aborted is aborted', async () => {
    const read = (): Promise<never> => Promise.reject('aborted')
    expect(await rejection(settle('upload-file', errorOf({ doubtful: true }), read))).toBe('aborted')
  })
})
