import { describe, expect, it } from 'vitest'
import { Dhis2Error, isDhis2Error, withDetails } from '../src/errors.js'

describe('a Dhis2Error', () => {
  it('is an error with a code, which is final and clear unless it says otherwise', () => {
    const error = new Dhis2Error('no', { code: 'forbidden' })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'Dhis2Error',
      retryable: false,
      doubtful: false,
      attempts: 1,
      afterDoubt: false,
    })
    expect('cause' in error).toBe(false)
  })

  it('as JSON has what it knows, and no cause', () => {
    const error = new Dhis2Error('no', { code: 'timeout', retryable: true, clock: 'idle', cause: new Error('secret') })
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'Dhis2Error',
      code: 'timeout',
      message: 'no',
      retryable: true,
      doubtful: false,
      attempts: 1,
      clock: 'idle',
    })
  })

  it('is known by its name, so that copies of the library know each other', () => {
    const other = Object.assign(new Error('x'), { name: 'Dhis2Error', code: 'not-found' })
    expect(isDhis2Error(other)).toBe(true)
    expect(isDhis2Error(other, 'not-found')).toBe(true)
    expect(isDhis2Error(other, 'forbidden')).toBe(false)
    for (const none of [undefined, null, 'Dhis2Error', { name: 'Dhis2Error' }, new Error('x')]) {
      expect(isDhis2Error(none)).toBe(false)
    }
  })
})

describe('withDetails', () => {
  it('keeps what is known and adds to it', () => {
    const error = new Dhis2Error('no.', {
      code: 'conflict',
      doubtful: true,
      status: 409,
      errorCode: 'E1',
      document: 'a',
    })
    error.attempts = 3
    error.afterDoubt = true
    expect(withDetails(error, 'More.', { fileResource: 'f', document: 'b' })).toMatchObject({
      message: 'no. More.',
      code: 'conflict',
      doubtful: true,
      status: 409,
      errorCode: 'E1',
      document: 'b',
      fileResource: 'f',
      attempts: 3,
      afterDoubt: true,
      cause: error,
    })
  })

  it('takes anything', () => {
    expect(withDetails('odd', '', {})).toMatchObject({ message: 'odd', code: 'protocol', cause: 'odd' })
  })
})
