import { createHash, randomBytes } from 'node:crypto'
import type { User } from '../../state.js'

/** What a program asked for at `/oauth2/authorize`, after it was checked. */
export interface AuthorizationRequest {
  readonly clientId: string
  /** As it was sent; undefined: the client's only one. */
  readonly redirectUri: string | undefined
  readonly scopes: readonly string[]
  readonly state: string | undefined
  /** `code_challenge` by S256. */
  readonly challenge: string | undefined
  readonly nonce: string | undefined
}

/** A code that was issued. */
export interface AuthorizationCode {
  readonly request: AuthorizationRequest
  readonly userId: string
  /** When it was issued, and the user was there (milliseconds since 1970). */
  readonly issued: number
  /** It was exchanged, or another client tried to. */
  used: boolean
  /** What it was exchanged for. */
  authorization: string | undefined
}

const LIFETIME = 5 * 60_000

/** A value that nobody guesses. */
export function newSecret(): string {
  return randomBytes(96).toString('base64url')
}

/** Authorization codes, in memory: they live for five minutes. */
export class AuthorizationCodes {
  readonly #codes = new Map<string, AuthorizationCode>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** A new code for what a user has granted. */
  issue(request: AuthorizationRequest, user: User): string {
    for (const [code, { issued }] of this.#codes) if (this.#isOver(issued)) this.#codes.delete(code)
    const code = newSecret()
    const issued = this.#now()
    this.#codes.set(code, { request, userId: user.id, issued, used: false, authorization: undefined })
    return code
  }

  /** An issued code, also a used one; undefined when it is unknown or over. */
  find(code: string): AuthorizationCode | undefined {
    const found = this.#codes.get(code)
    return found === undefined || this.#isOver(found.issued) ? undefined : found
  }

  clear(): void {
    this.#codes.clear()
  }

  #isOver(issued: number): boolean {
    return this.#now() > issued + LIFETIME
  }
}

/** Whether a `code_verifier` is the one that a challenge was made of (RFC 7636, S256). */
export function verifierMatches(verifier: string, challenge: string): boolean {
  return createHash('sha256').update(verifier, 'ascii').digest('base64url') === challenge
}
