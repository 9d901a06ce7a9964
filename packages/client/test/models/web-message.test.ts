import { describe, expect, it } from 'vitest'
import { errorReportsOf, parseWebMessage, type WebMessage } from '../../src/models/web-message.js'

describe('a WebMessage', () => {
  it('is read with its members', () => {
    const message = { httpStatus: 'Conflict', httpStatusCode: 409, status: 'ERROR', errorCode: 'E1', message: 'no' }
    expect(parseWebMessage(JSON.stringify(message))).toEqual(message)
  })

  it('loses members of a wrong type', () => {
    const text = JSON.stringify({
      httpStatus: 'x',
      status: 1,
      message: {},
      errorCode: [],
      devMessage: 2,
      response: 'x',
    })
    expect(parseWebMessage(text)).toEqual({ httpStatus: 'x' })
  })

  it.each([
    '',
    'text',
    '<html>',
    '{"httpStatus":"x"',
    '[]',
    'null',
    '1',
    '{}',
    '{"message":"x"}',
    '{"status":500,"error":"x"}',
  ])('is not %s', (text) => {
    expect(parseWebMessage(text)).toBeUndefined()
  })
})

describe('error reports', () => {
  const report = (errorCode: string) => ({ errorCode, message: `about ${errorCode}` })

  it.each<[string, WebMessage]>([
    ['an object report', { response: { errorReports: [report('E1')] } }],
    ['an import report', { response: { typeReports: [{ objectReports: [{ errorReports: [report('E1')] }] }] } }],
    ['a tracker report', { validationReport: { errorReports: [report('E1')] } }],
  ])('are found in %s', (_, message) => {
    expect(errorReportsOf(message)).toEqual([report('E1')])
  })

  it('are only what can be one', () => {
    expect(errorReportsOf({ response: { errorReports: [null, 'x', {}, { message: 'x' }, report('E1')] } })).toEqual([
      report('E1'),
    ])
    expect(errorReportsOf(undefined)).toEqual([])
  })

  it('are not looked for without end', () => {
    let deep: WebMessage = { errorReports: [report('E1')] }
    for (let depth = 0; depth < 50; depth++) deep = { deep }
    expect(errorReportsOf(deep)).toEqual([])
  })
})
