import { describe, expect, it } from 'vitest'
import { Dhis2Error } from '../../src/errors.js'
import { type AccessTokenProvider, type Auth, credentialsOf } from '../../src/http/credentials.js'
import { failure, rejection } from '../doubles/failure.js'

const { signal } = new AbortController()

describe('the Authorization header', () => {
  it.each<[string, Auth, string | undefined]>([
    ['Basic', { username: 'admin', password: 'district' }, 'Basic YWRtaW46ZGlzdHJpY3Q='],
    [
      'Basic in UTF-8',
      { username: 'Zoë', password: 'päss:wörd' },
      `Basic ${btoa('Zo\xc3\xab:p\xc3\xa4ss:w\xc3\xb6rd')}`,
    ],
    ['Basic without a password', { username: 'admin', password: '' }, 'Basic YWRtaW46'],
    ['a personal access token', { token: 'd2p_abc' }, 'ApiToken d2p_abc'],
    ['an OAuth2 token', { accessToken: 'eyJ.a.b' }, 'Bearer eyJ.a.b'],
    ['an OAuth2 function', { accessToken: () => Promise.resolve('eyJ.a.b') }, 'Bearer eyJ.a.b'],
    ['a cookie', { cookie: 'JSESSIONID=1; XSRF-TOKEN=2' }, undefined],
    ['the page', 'browser', undefined],
  ])('of %s', async (_, auth, expected) => {
    expect(await credentialsOf(auth).authorization(signal)).toBe(expected)
  })
})

describe('what cannot be sent', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'secret-word'],
    ['an unknown form', { apiKey: 'secret-word' }],
    ['a user name with a colon', { username: 'a:secret-word', password: 'x' }],
    ['no user name', { username: '', password: 'secret-word' }],
    ['a password that is none', { username: 'a', password: 7 }],
    ['a token with a line end', { token: 'secret-word\r\nX: 1' }],
    ['an empty token', { token: '' }],
    ['a token beyond ASCII', { accessToken: 'secret-wordé' }],
    ['an empty cookie', { cookie: '' }],
    ['a cookie with a line end', { cookie: 'a=secret-word\n' }],
  ])('%s is a TypeError without the secret', (_, auth) => {
    expect(() => credentialsOf(auth as Auth)).toThrow(TypeError)
    expect(() => credentialsOf(auth as Auth)).not.toThrow(/secret-word/)
  })
})

describe('an accessToken function', () => {
  it('is asked once by all who need a token at the same time', async () => {
    let asked = 0
    const credentials = credentialsOf({ accessToken: () => Promise.resolve(`token${++asked}`) })
    const got = await Promise.all([1, 2, 3].map(() => credentials.authorization(signal)))
    expect(got).toEqual(['Bearer token1', 'Bearer token1', 'Bearer token1'])
    expect(await credentials.authorization(signal)).toBe('Bearer token1')
  })

  it('is asked once more by all whose token was refused at the same time, and told which', async () => {
    const rejected: unknown[] = []
    const provider: AccessTokenProvider = async (context) => {
      rejected.push(context.rejected)
      await Promise.resolve()
      return `token${rejected.length}`
    }
    const credentials = credentialsOf({ accessToken: provider })
    const old = await credentials.authorization(signal)
    const fresh = await Promise.all([1, 2, 3].map(() => credentials.renew(old, signal)))
    expect(fresh).toEqual(['Bearer token2', 'Bearer token2', 'Bearer token2'])
    expect(rejected).toEqual([undefined, 'token1'])
  })

  it('is asked again from a minute before its token ends, and not before', async () => {
    let asked = 0
    const ends = [61_000, 59_000, undefined]
    const credentials = credentialsOf({
      accessToken: () => {
        const seconds = ends[asked++]
        const expires = seconds === undefined ? undefined : new Date(Date.now() + seconds)
        return Promise.resolve({ token: `token${asked}`, expires })
      },
    })
    const get = (): Promise<string | undefined> => credentials.authorization(signal)
    expect([await get(), await get()]).toEqual(['Bearer token1', 'Bearer token1'])
    expect(await credentials.renew('Bearer token1', signal)).toBe('Bearer token2')
    expect([await get(), await get()]).toEqual(['Bearer token3', 'Bearer token3'])
    expect(credentials.secrets()).toEqual(['token3', 'token2', 'token1'])
  })

  it('is not asked again for a token that was replaced since', async () => {
    let asked = 0
    const credentials = credentialsOf({ accessToken: () => Promise.resolve(`token${++asked}`) })
    const old = await credentials.authorization(signal)
    await credentials.renew(old, signal)
    expect(await credentials.renew(old, signal)).toBe('Bearer token2')
    expect(asked).toBe(2)
  })

  it('has nothing new when it gives the refused token again', async () => {
    const credentials = credentialsOf({ accessToken: () => Promise.resolve('same') })
    const old = await credentials.authorization(signal)
    expect(await credentials.renew(old, signal)).toBeUndefined()
  })

  it('is asked again after a failure', async () => {
    let asked = 0
    const credentials = credentialsOf({
      accessToken: () => (++asked === 1 ? Promise.reject(new Error('no network')) : Promise.resolve('fine')),
    })
    expect(await failure(credentials.authorization(signal))).toMatchObject({
      code: 'unauthenticated',
      message: 'The accessToken function failed: no network',
    })
    expect(await credentials.authorization(signal)).toBe('Bearer fine')
  })

  it('may throw at once, or a Dhis2Error of its own', async () => {
    const own = new Dhis2Error('mine', { code: 'network', retryable: true })
    const thrower: AccessTokenProvider = () => {
      throw own
    }
    expect(await rejection(credentialsOf({ accessToken: thrower }).authorization(signal))).toBe(own)
  })

  it.each([undefined, '', 'with blank', 7])('that gives %j is an error without it', async (token) => {
    const credentials = credentialsOf({ accessToken: () => Promise.resolve(token as string) })
    expect(await failure(credentials.authorization(signal))).toMatchObject({ code: 'unauthenticated' })
  })

  it('is asked by another caller when the first one gives up', async () => {
    const leader = new AbortController()
    let asked = 0
    const credentials = credentialsOf({
      accessToken: (context) =>
        ++asked === 1
          ? new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)))
          : Promise.resolve('second'),
    })
    const first = rejection(credentials.authorization(leader.signal))
    const second = credentials.authorization(signal)
    const reason = new Error('the first one has enough')
    leader.abort(reason)
    expect(await first).toBe(reason)
    expect(await second).toBe('Bearer second')
  })

  it('does not hold up a caller who gives up', async () => {
    const controller = new AbortController()
    const credentials = credentialsOf({ accessToken: () => new Promise(() => undefined) })
    const waiting = rejection(credentials.authorization(controller.signal))
    controller.abort('enough')
    expect(await waiting).toBe('enough')
  })
})

describe('secrets', () => {
  it.each<[string, Auth, string[]]>([
    ['password and header of Basic', { username: 'admin', password: 'district' }, ['district', 'YWRtaW46ZGlzdHJpY3Q=']],
    ['a token', { token: 'd2p_abc' }, ['d2p_abc']],
    ['an OAuth2 token', { accessToken: 'eyJ.a.b' }, ['eyJ.a.b']],
    [
      'each cookie and the XSRF token',
      { cookie: 'JSESSIONID=abc; other=d=e', xsrfToken: 'xyz' },
      ['abc', 'd=e', 'xyz'],
    ],
  ])('are %s', (_, auth, secrets) => {
    expect(credentialsOf(auth).secrets()).toEqual(expect.arrayContaining(secrets))
  })

  it('are also the tokens that were replaced', async () => {
    let asked = 0
    const credentials = credentialsOf({ accessToken: () => Promise.resolve(`token${++asked}`) })
    await credentials.renew(await credentials.authorization(signal), signal)
    expect(credentials.secrets()).toEqual(['token2', 'token1'])
  })
})
