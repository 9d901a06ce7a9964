import { describe, expect, it } from 'vitest'
import { connectionFailure, neverSent, ProxyFailure } from '../../src/http/connection-errors.js'

function coded(code: string, more: object = {}): Error {
  return Object.assign(new Error(code), { code, ...more })
}

describe('connectionFailure', () => {
  it.each([
    ['ECONNREFUSED', 'never', 'refused'],
    ['ConnectionRefused', 'never', 'refused'],
    ['ENOTFOUND', 'never', 'dns'],
    ['EAI_AGAIN', 'never', 'dns'],
    ['EAI_NONAME', 'never', 'dns'],
    ['UND_ERR_CONNECT_TIMEOUT', 'never', 'connect-timeout'],
    ['CERT_HAS_EXPIRED', 'never', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'never', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'never', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'never', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'never', 'tls'],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'maybe', 'tls'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'maybe', 'tls'],
    ['EPROTO', 'maybe', 'tls'],
    ['ECONNRESET', 'maybe', 'reset'],
    ['EPIPE', 'maybe', 'reset'],
    ['ETIMEDOUT', 'maybe', 'reset'],
    ['UND_ERR_SOCKET', 'maybe', 'reset'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'maybe', 'truncated'],
    ['HPE_INVALID_CONSTANT', 'maybe', 'malformed'],
    ['UND_ERR_CLOSED', 'never', 'closed'],
    ['UND_ERR_DESTROYED', 'maybe', 'closed'],
    ['ESOMETHING', 'maybe', 'other'],
  ])('says of %s: sent %s, %s', (code, sent, kind) => {
    expect(connectionFailure(coded(code))).toMatchObject({ sent, kind, code })
    expect(neverSent(coded(code))).toBe(sent === 'never')
  })

  it.each([
    ['ETIMEDOUT', 'connect-timeout'],
    ['ENETUNREACH', 'unreachable'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ECONNRESET', 'reset'],
    ['EWHATEVER', 'other'],
  ])('says of %s while connecting that nothing was sent', (code, kind) => {
    expect(connectionFailure(coded(code, { syscall: 'connect' }))).toMatchObject({ sent: 'never', kind })
  })

  it.each([
    ['PROXY_UNREACHABLE', 'proxy', /whether the proxy runs/],
    ['PROXY_TLS', 'tls', /`ca`/],
    ['PROXY_SIGN_IN', 'proxy-sign-in', /its own user name and password/],
    ['PROXY_FORBIDS', 'proxy-forbids', /NO_PROXY/],
    ['PROXY_NO_WAY', 'proxy', /does not reach the server/],
    ['PROXY_BROKEN', 'proxy', /behave as a proxy/],
  ] as const)(
    'says of %s that nothing was sent, and keeps its message before that of its cause',
    (code, kind, hint) => {
      const error = new ProxyFailure(code, 'the proxy fails', { cause: coded('ECONNRESET') })
      expect(connectionFailure(error)).toEqual({
        sent: 'never',
        kind,
        code,
        hint: expect.stringMatching(hint),
        message: 'the proxy fails',
      })
    },
  )

  it('looks through causes, as fetch wraps them', () => {
    const error = new TypeError('fetch failed', { cause: new Error('outer', { cause: coded('ENOTFOUND') }) })
    expect(connectionFailure(error)).toMatchObject({ sent: 'never', kind: 'dns', code: 'ENOTFOUND' })
  })

  it('looks at every address that was tried: one doubt is a doubt', () => {
    const refused = coded('ECONNREFUSED', { syscall: 'connect' })
    const timeout = coded('ETIMEDOUT', { syscall: 'connect' })
    expect(connectionFailure(new AggregateError([refused, timeout]))).toMatchObject({ sent: 'never', kind: 'refused' })
    expect(connectionFailure(new AggregateError([refused, coded('ECONNRESET')]))).toMatchObject({ sent: 'maybe' })
    expect(connectionFailure(new AggregateError([refused, new Error('x')]))).toMatchObject({ sent: 'maybe' })
  })

  it('knows nothing of what is not known, and ends in a circle of causes', () => {
    const circle = new Error('a')
    circle.cause = new Error('b', { cause: circle })
    for (const error of [circle, new Error('x'), 'x', null, undefined, 1, {}]) {
      expect(connectionFailure(error)).toEqual({ sent: 'maybe', kind: 'other', hint: '', code: undefined })
    }
  })
})
