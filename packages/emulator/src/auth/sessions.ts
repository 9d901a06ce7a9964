import { randomBytes } from 'node:crypto'

/** Sessions last this long after their last use (seconds). */
export const SESSION_SECONDS = 3600
const MAX_PER_USER = 10

interface Session {
  readonly id: string
  /** Undefined: anonymous. */
  readonly userId: string | undefined
  /** Where the browser wanted to go before it had to sign in: path and query. */
  readonly savedRequest: string | undefined
  lastUsed: number
}

/** JSESSIONID to user, in memory only: a restart ends all of them. */
export class Sessions {
  readonly #sessions = new Map<string, Session>()
  readonly #now: () => number
  readonly #limited: boolean

  /** `limited`: the oldest session of a user goes when there are more than ten. */
  constructor(now: () => number, limited: boolean) {
    this.#now = now
    this.#limited = limited
  }

  /** The session of a cookie value, if it is alive. Marks it as used. */
  find(id: string | undefined): Readonly<Session> | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id)
    if (session === undefined) return undefined
    const now = this.#now()
    if (now - session.lastUsed > SESSION_SECONDS * 1000) {
      this.#sessions.delete(session.id)
      return undefined
    }
    session.lastUsed = now
    return session
  }

  /** Begins a session. An anonymous one may remember where the browser wanted to go. */
  begin(userId: string | undefined, savedRequest?: string): string {
    const id = randomBytes(16).toString('hex').toUpperCase()
    this.#sessions.set(id, { id, userId, savedRequest, lastUsed: this.#now() })
    if (userId !== undefined && this.#limited) {
      const own = [...this.#sessions.values()].filter((session) => session.userId === userId)
      for (const { id: old } of own.slice(0, Math.max(0, own.length - MAX_PER_USER))) this.#sessions.delete(old)
    }
    return id
  }

  /** Ends a session. */
  end(id: string): void {
    this.#sessions.delete(id)
  }

  /** Ends all of them, as a restart of the server does. */
  clear(): void {
    this.#sessions.clear()
  }

  /** How many sessions are kept, anonymous ones included. */
  get size(): number {
    return this.#sessions.size
  }
}
