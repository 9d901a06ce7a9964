import { type KeyObject, generateKeyPair, randomUUID, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'

/** What a token says. */
export type Claims = Readonly<Record<string, unknown>>

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The RSA key that signs tokens. Made when it is first needed, and gone with the process, as DHIS2's own is by default. */
export class SigningKey {
  readonly #id = randomUUID()
  #pair: Promise<KeyObject> | undefined
  #publicKey: KeyObject | undefined

  /** Signs claims: a JWT by RS256. */
  async sign(claims: Claims): Promise<string> {
    const privateKey = await this.#privateKey()
    const content = `${encode({ kid: this.#id, alg: 'RS256' })}.${encode(claims)}`
    return `${content}.${sign('RSA-SHA256', Buffer.from(content), privateKey).toString('base64url')}`
  }

  /** The claims of a token that this key has signed; undefined for every other one. */
  verify(token: string): Claims | undefined {
    const [head = '', body = '', signature = ''] = token.split('.')
    if (this.#publicKey === undefined || readPart(head)?.['alg'] !== 'RS256') return undefined
    const content = Buffer.from(`${head}.${body}`)
    const genuine = verify('RSA-SHA256', content, this.#publicKey, Buffer.from(signature, 'base64url'))
    return genuine ? readPart(body) : undefined
  }

  /** The public half, as `/oauth2/jwks` shows it. */
  async jwks(): Promise<object> {
    await this.#privateKey()
    const { kty, e, n } = this.#publicKey?.export({ format: 'jwk' }) ?? {}
    return { keys: [{ kty, e, kid: this.#id, n }] }
  }

  #privateKey(): Promise<KeyObject> {
    return (this.#pair ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then((pair) => {
      this.#publicKey = pair.publicKey
      return pair.privateKey
    }))
  }
}

/** The claims of a JWT, whoever signed it; undefined when it is none. */
export function readClaims(token: string): Claims | undefined {
  const parts = token.split('.')
  return parts.length === 3 ? readPart(parts[1] ?? '') : undefined
}

function readPart(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : undefined
  } catch {
    return undefined
  }
}
