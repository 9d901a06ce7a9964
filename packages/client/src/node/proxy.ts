import { Dhis2Error } from '../errors.js'

/** A proxy that requests go through. */
export interface Proxy {
  /** Without user name and password. */
  readonly url: URL
  /** The `Proxy-Authorization` header, where its URL held user name and password. */
  readonly authorization: string | undefined
  /** What of it must not appear in a message. */
  readonly secrets: readonly string[]
}

/** Which proxy a request to this URL goes through. */
export type ProxyChoice = (url: URL) => Proxy | undefined

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Understands the option `proxy`. Without it the environment decides, as undici's EnvHttpProxyAgent reads it: http_proxy and
 * https_proxy (the first where there is no second), no_proxy, each also in upper case.
 * @throws TypeError for what is no URL, Dhis2Error `unsupported` for a kind of proxy that is not spoken. Neither shows a secret.
 */
export function proxyChoice(option: string | false | undefined, environment: Environment): ProxyChoice {
  if (option === false) return () => undefined
  if (option !== undefined) {
    const proxy = parseProxy(option, 'proxy')
    return () => proxy
  }
  const read = (name: string) => environment[name] ?? environment[name.toUpperCase()] ?? ''
  const parse = (name: string) => (read(name) === '' ? undefined : parseProxy(read(name), name.toUpperCase()))
  const http = parse('http_proxy')
  const https = parse('https_proxy') ?? http
  const direct = exceptions(read('no_proxy'))
  return (url) => (direct(url) ? undefined : url.protocol === 'https:' ? https : http)
}

function parseProxy(text: string, name: string): Proxy {
  const written = String(text).trim()
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(written) ? written : `http://${written}`
  if (!URL.canParse(address)) {
    const form = 'http://proxy.example:3128 or http://user:password@proxy.example:3128'
    throw new TypeError(`${name} is no URL such as ${form}; special characters of a password are percent-encoded.`)
  }
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    const hint = name === 'proxy' ? '' : ' Pass the option proxy, or proxy: false to go without.'
    throw new Dhis2Error(`${name} is a ${url.protocol} URL, and only http: and https: proxies can be used.${hint}`, {
      code: 'unsupported',
    })
  }
  const { username, password } = url
  const pair = `${decoded(username)}:${decoded(password)}`
  const encoded = Buffer.from(pair).toString('base64')
  return {
    url: new URL(url.origin),
    authorization: pair === ':' ? undefined : `Basic ${encoded}`,
    secrets: pair === ':' ? [] : [decoded(password), encoded],
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Hosts that no_proxy names, with their subdomains: `example.org`, `.example.org`, `example.org:8443`, `*`. */
function exceptions(list: string): (url: URL) => boolean {
  const entries = list.split(/[,\s]+/).flatMap((entry) => {
    if (entry === '') return []
    const [, name = entry, port] = /^(.+):(\d+)$/.exec(entry) ?? []
    return [{ name: name.replace(/^\*?\./, '').toLowerCase(), port }]
  })
  return (url) => {
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    return entries.some(
      (entry) =>
        entry.name === '*' ||
        ((entry.port === undefined || entry.port === port) &&
          (url.hostname === entry.name || url.hostname.endsWith(`.${entry.name}`))),
    )
  }
}
