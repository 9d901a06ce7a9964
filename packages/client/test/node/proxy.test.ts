import { describe, expect, it } from 'vitest'
import { type ProxyChoice, proxyChoice } from '../../src/node/proxy.js'

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`
const via = (choose: ProxyChoice, url: string): string | undefined => choose(new URL(url))?.url.origin

function thrown(act: () => unknown): Error {
  try {
    act()
  } catch (error) {
    return error as Error
  }
  throw new Error('It did not fail.')
}

describe('the option proxy', () => {
  it.each([
    ['http://proxy.example:3128', 'http://proxy.example:3128', undefined],
    ['proxy.example:3128', 'http://proxy.example:3128', undefined],
    ['https://proxy.example/', 'https://proxy.example', undefined],
    ['http://me:secret@[::1]:3128', 'http://[::1]:3128', basic('me:secret')],
    ['http://me:s%3A%40%20é@proxy.example', 'http://proxy.example', basic('me:s:@ é')],
    ['http://me:100%@proxy.example', 'http://proxy.example', basic('me:100%')],
    ['http://me@proxy.example', 'http://proxy.example', basic('me:')],
  ])('understands %s', (text, url, authorization) => {
    const proxy = proxyChoice(text, {})(new URL('https://dhis2.example'))
    expect(proxy?.url.href).toBe(`${url}/`)
    expect(proxy?.authorization).toBe(authorization)
  })

  it('goes before the environment, its exceptions included', () => {
    const environment = { HTTPS_PROXY: 'http://other.example', NO_PROXY: '*' }
    expect(via(proxyChoice('http://proxy.example', environment), 'https://a.example')).toBe('http://proxy.example')
    expect(via(proxyChoice(false, environment), 'https://a.example')).toBeUndefined()
  })

  it.each(['http://me:sec/ret@proxy.example', 'http://', '', 'http://me:secret@pro xy'])('refuses %j', (text) => {
    const error = thrown(() => proxyChoice(text, {}))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/^proxy is no URL such as/)
    expect(error.message).not.toMatch(/sec/)
  })

  it('refuses a kind of proxy that is not spoken, without its secret', () => {
    const error = thrown(() => proxyChoice('socks5://me:secret@proxy.example', {}))
    expect(error).toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/socks5:.*only http: and https:/),
    })
    expect(error.message).not.toMatch(/secret/)
  })
})

describe('the environment', () => {
  it.each<[string, Record<string, string>, string, string | undefined]>([
    ['nothing is set', {}, 'https://a.example', undefined],
    ['HTTPS_PROXY', { HTTPS_PROXY: 'http://p' }, 'https://a.example', 'http://p'],
    ['https_proxy', { https_proxy: 'http://p' }, 'https://a.example', 'http://p'],
    ['lower case before upper case', { https_proxy: 'http://p', HTTPS_PROXY: 'http://q' }, 'https://a', 'http://p'],
    ['an empty one in lower case', { https_proxy: '', HTTPS_PROXY: 'http://q' }, 'https://a.example', undefined],
    ['HTTPS_PROXY for http', { HTTPS_PROXY: 'http://p' }, 'http://a.example', undefined],
    ['HTTP_PROXY for http', { HTTP_PROXY: 'http://p' }, 'http://a.example', 'http://p'],
    ['HTTP_PROXY for https', { HTTP_PROXY: 'http://p' }, 'https://a.example', 'http://p'],
    ['both', { HTTP_PROXY: 'http://p', HTTPS_PROXY: 'http://q' }, 'https://a.example', 'http://q'],
  ])('decides: %s', (_, environment, url, proxy) => {
    expect(via(proxyChoice(undefined, environment), url)).toBe(proxy)
  })

  it.each([
    ['a.example', 'https://a.example', true],
    ['a.example', 'https://b.a.example', true],
    ['a.example', 'https://ba.example', false],
    ['.a.example', 'https://b.a.example', true],
    ['*.a.example', 'https://b.a.example', true],
    ['A.Example', 'https://a.example', true],
    ['x, a.example y', 'https://a.example', true],
    ['a.example:8443', 'https://a.example:8443', true],
    ['a.example:8443', 'https://a.example', false],
    ['a.example:443', 'https://a.example', true],
    ['a.example:80', 'http://a.example', true],
    ['127.0.0.1', 'http://127.0.0.1:8080', true],
    ['[::1]', 'http://[::1]:8080', true],
    ['*', 'https://a.example', true],
    ['', 'https://a.example', false],
  ])('NO_PROXY=%s for %s', (list, url, direct) => {
    const environment = { HTTP_PROXY: 'http://p', NO_PROXY: list }
    expect(via(proxyChoice(undefined, environment), url)).toBe(direct ? undefined : 'http://p')
  })

  it('names the variable that is wrong, without its secret', () => {
    const error = thrown(() => proxyChoice(undefined, { https_proxy: 'socks5://me:secret@p' }))
    expect(error.message).toMatch(/^HTTPS_PROXY is a socks5: URL.*proxy: false/)
    expect(error.message).not.toMatch(/secret/)
  })
})
