import { describe, expect, it } from 'vitest'
import { isSafe, pathOf, requestLine } from '../../src/http/request-line.js'

describe('a request in a message', () => {
  it('is its method, path and query, without origin and credentials', () => {
    const url = new URL('https://user:pass@dhis2.test/hmis/api/documents?fields=*#x')
    expect(requestLine({ method: 'GET', url })).toBe('GET /hmis/api/documents?fields=*')
  })

  it('is cut to a readable length', () => {
    expect(pathOf(new URL(`https://dhis2.test/${'a'.repeat(1000)}`))).toBe(`/${'a'.repeat(399)}…`)
  })

  it('is safe when it can change nothing', () => {
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
    expect(methods.filter((method) => isSafe({ method }))).toEqual(['GET', 'HEAD'])
  })
})
