import { describe, expect, it } from 'vitest'
import { parseBaseUrl } from '../src/base-url.js'

describe('a base URL', () => {
  it.each([
    ['https://dhis2.test', 'https://dhis2.test/'],
    ['https://dhis2.test/', 'https://dhis2.test/'],
    ['https://dhis2.test/api', 'https://dhis2.test/'],
    ['https://dhis2.test/api/', 'https://dhis2.test/'],
    ['https://dhis2.test/api/43', 'https://dhis2.test/'],
    ['https://dhis2.test/api/43/', 'https://dhis2.test/'],
    ['https://dhis2.test/hmis', 'https://dhis2.test/hmis/'],
    ['https://dhis2.test/hmis//', 'https://dhis2.test/hmis/'],
    ['https://dhis2.test/hmis/api', 'https://dhis2.test/hmis/'],
    ['https://dhis2.test/hmis/api/29', 'https://dhis2.test/hmis/'],
    ['https://dhis2.test/moh/hmis/api/43/', 'https://dhis2.test/moh/hmis/'],
    ['https://dhis2.test/apiary', 'https://dhis2.test/apiary/'],
    ['https://dhis2.test/hmis-api', 'https://dhis2.test/hmis-api/'],
    ['https://dhis2.test/api/documents', 'https://dhis2.test/api/documents/'],
    ['http://localhost:8080', 'http://localhost:8080/'],
    ['HTTPS://DHIS2.test:443/HMIS', 'https://dhis2.test/HMIS/'],
    [' https://dhis2.test ', 'https://dhis2.test/'],
    ['https://dhis2.test/hmis?a=1#/dashboard', 'https://dhis2.test/hmis/'],
    ['http://[::1]:8080/dhis', 'http://[::1]:8080/dhis/'],
  ])('%s is %s', (given, expected) => {
    expect(parseBaseUrl(given).href).toBe(expected)
    expect(parseBaseUrl(expected).href).toBe(expected)
  })

  it('may be a URL, which stays as it is', () => {
    const url = new URL('https://dhis2.test/hmis/api')
    expect(parseBaseUrl(url).href).toBe('https://dhis2.test/hmis/')
    expect(url.href).toBe('https://dhis2.test/hmis/api')
  })

  it.each([
    'https://admin:secret-word@dhis2.test',
    'https://secret-word@dhis2.test',
    'https://:secret-word@dhis2.test/',
    'http//admin:secret-word@dhis2.test',
    'admin:secret-word@dhis2.test',
  ])('that holds a user or a password is refused, and not shown: %s', (given) => {
    expect(() => parseBaseUrl(given)).toThrow(TypeError)
    expect(() => parseBaseUrl(given)).not.toThrow(/secret-word/)
  })

  it.each(['', 'dhis2.test', '/api', 'ftp://dhis2.test', 'file:///etc', undefined, 'x'.repeat(5000)])(
    'that is none is refused: %s',
    (given) => {
      expect(() => parseBaseUrl(given as string)).toThrow(/^baseUrl must /)
    },
  )
})
