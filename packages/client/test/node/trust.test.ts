import { rootCertificates } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { trustOf } from '../../src/node/trust.js'

const [one = '', two = ''] = rootCertificates

describe('ca', () => {
  it.each([
    ['text', one],
    ['several in one text', `# a\n${one}\n# b\n${two}\n`],
    ['bytes', Buffer.from(one)],
    ['a list', [one, Buffer.from(two)]],
  ])('takes %s', (_, ca) => {
    expect(trustOf({ ca }).secureContext).toBeDefined()
  })

  it.each([
    ['a path', '/etc/ssl/my-ca.pem', /A path is not opened/],
    ['nothing', [], /holds no certificate/],
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', /PEM form/],
    ['a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', /cannot be read/],
    ['one broken in a list', [one, one.replace('MII', 'AAA')], /cannot be read/],
  ])('refuses %s', (_, ca, message) => {
    expect(() => trustOf({ ca })).toThrow(message)
    expect(() => trustOf({ ca })).toThrow(TypeError)
  })
})

it('leaves Node as it is where nothing is said, and checks nothing only for insecure: true', () => {
  expect(trustOf({})).toEqual({})
  expect(trustOf({ insecure: false })).toEqual({})
  expect(trustOf({ insecure: true })).toEqual({ rejectUnauthorized: false })
})
