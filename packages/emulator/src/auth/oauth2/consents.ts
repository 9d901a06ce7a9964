import type { EmulatorState, User } from '../../state.js'
import { type AuthorizationRequest, newSecret } from './authorization-codes.js'
import type { RegisteredClient } from './clients.js'

/** A question that a user has not answered yet. */
export interface OpenQuestion {
  readonly request: AuthorizationRequest
  readonly redirectUri: string
  readonly userId: string
}

/** Which scopes users have granted to which clients. */
export class Consents {
  readonly #state: EmulatorState
  /** By the value that the page carries as `state`. */
  readonly #open = new Map<string, OpenQuestion>()

  constructor(state: EmulatorState) {
    this.#state = state
  }

  /** Scopes that the user has to be asked for; `openid` alone is none. */
  missing(client: RegisteredClient, user: User, scopes: readonly string[]): readonly string[] {
    if (!client.consent) return []
    const granted = this.granted(client.id, user)
    return scopes.filter((scope) => scope !== 'openid' && !granted.includes(scope))
  }

  granted(clientId: string, user: User): readonly string[] {
    const scopes = this.#state.collection('oauth2Consents').get(key(clientId, user))?.['scopes']
    return Array.isArray(scopes) ? scopes.map(String) : []
  }

  grant(clientId: string, user: User, scopes: readonly string[]): void {
    const all = [...new Set([...this.granted(clientId, user), ...scopes])]
    this.#state.collection('oauth2Consents').put({ id: key(clientId, user), scopes: all })
  }

  /** Opens a question. @returns the value that names it */
  ask(question: OpenQuestion): string {
    const name = newSecret()
    this.#open.set(name, question)
    return name
  }

  /** Takes an open question of this user, which is over then. */
  take(name: string, user: User): OpenQuestion | undefined {
    const question = this.#open.get(name)
    if (question?.userId !== user.id) return undefined
    this.#open.delete(name)
    return question
  }

  clear(): void {
    this.#open.clear()
  }
}

const key = (clientId: string, user: User) => `${clientId} ${user.id}`
