import { type KeyObject, generateKeyPair, randomUUID, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'

/** What a token says. */
export type Claims = Readonly<Record<string, unknown>>

interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** One pair for all emulators of this process: it takes longer to make than all the rest. Made when it is first needed. */
let pair: Promise<KeyPair> | undefined
const keyPair = (): Promise<KeyPair> => (pair ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 }))

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/**
 * The RSA key that signs one emulator's tokens, gone with it, as DHIS2's own is by default. It differs from those of other
 * emulators by its id, which is in what is signed.
 */
export class SigningKey {
  readonly #id = randomUUID()
  #publicKey: KeyObject | undefined

  /** Signs claims: a JWT by RS256. */
  async sign(claims: Claims): Promise<string> {
    const { privateKey } = await this.#pair()
    const content = `${encode({ kid: this.#id, alg: 'RS256' })}.${encode(claims)}`
    return `${content}.${sign('RSA-SHA256', Buffer.from(content), privateKey).toString('base64url')}`
  }

  /** The claims of a token that this key has signed; undefined for every other one. */
  verify(token: string): Claims | undefined {
    const [head = '', body = '', signature = ''] = token.split('.')
    const { kid, alg } = readPart(head) ?? {}
    if (this.#publicKey === undefined || kid !== this.#id || alg !== 'RS256') return undefined
    const content = Buffer.from(`${head}.${body}`)
    const genuine = verify('RSA-SHA256', content, this.#publicKey, Buffer.from(signature, 'base64url'))
    return genuine ? readPart(body) : undefined
  }

  /** The public half, as `/oauth2/jwks` shows it. */
  async jwks(): Promise<object> {
    const { kty, e, n } = (await this.#pair()).publicKey.export({ format: 'jwk' })
    return { keys: [{ kty, e, kid: this.#id, n }] }
  }

  async #pair(): Promise<KeyPair> {
    const made = await keyPair()
    this.#publicKey = made.publicKey
    return made
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
