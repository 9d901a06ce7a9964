import type { EmulatorState, User } from '../state.js'
import { passwordMatches } from './passwords.js'
import { totpMatches } from './totp.js'

/** What somebody signs in with. */
export interface Credentials {
  readonly username: string
  readonly password: string
  /** Empty where none was given, as with Basic, which has no place for it. */
  readonly twoFactorCode: string
}

/** Why somebody may not sign in. But for the first and the last they are words of the server. */
export type Refusal =
  | 'BAD_CREDENTIALS'
  | 'ACCOUNT_LOCKED'
  | 'ACCOUNT_DISABLED'
  | 'ACCOUNT_EXPIRED'
  | 'PASSWORD_EXPIRED'
  | 'REQUIRES_TWO_FACTOR_ENROLMENT'
  | 'WRONG_TWO_FACTOR_CODE'

const LOCKING_FAILURES = 5
const LOCK = 15 * 60_000

/** Who may sign in, checked in the server's order. */
export class Accounts {
  readonly #state: EmulatorState
  /** Wrong passwords in a row by username, and when the last one was. */
  readonly #failures = new Map<string, { count: number; last: number }>()

  constructor(state: EmulatorState) {
    this.#state = state
  }

  /** The account of these credentials, or why they are refused. */
  check(credentials: Credentials): { readonly user: User } | { readonly refusal: Refusal } {
    const { username, password } = credentials
    if (this.#isLocked(username)) return { refusal: 'ACCOUNT_LOCKED' }
    const user = this.#state.users.find((one) => one.username === username)
    if (user?.['disabled'] === true) return { refusal: 'ACCOUNT_DISABLED' }
    if (user !== undefined && this.#isOver(user['accountExpiry'])) return { refusal: 'ACCOUNT_EXPIRED' }
    if (user === undefined || !passwordMatches(password, user.password)) {
      this.#countFailure(username)
      return { refusal: 'BAD_CREDENTIALS' }
    }
    const refusal = this.#refusalOf(user, credentials)
    if (refusal !== undefined) return { refusal }
    this.#failures.delete(username)
    return { user }
  }

  /** Nobody is locked out any more. */
  clear(): void {
    this.#failures.clear()
  }

  /** What stands between a right password and the session. */
  #refusalOf(user: User, { twoFactorCode }: Credentials): Refusal | undefined {
    if (this.#passwordIsOver(user)) return 'PASSWORD_EXPIRED'
    if (user.secret === undefined) return this.#mustEnrol(user) ? 'REQUIRES_TWO_FACTOR_ENROLMENT' : undefined
    return totpMatches(twoFactorCode, user.secret, this.#state.now()) ? undefined : 'WRONG_TWO_FACTOR_CODE'
  }

  #isLocked(username: string): boolean {
    const failures = this.#failures.get(username)
    if (failures === undefined || failures.count < LOCKING_FAILURES || !this.#locks()) return false
    return this.#state.now().getTime() < failures.last + LOCK
  }

  #countFailure(username: string): void {
    const last = this.#state.now().getTime()
    const before = this.#failures.get(username)
    const count = before === undefined || last >= before.last + LOCK ? 0 : before.count
    if (this.#locks()) this.#failures.set(username, { count: count + 1, last })
  }

  #locks(): boolean {
    return this.#setting('keyLockMultipleFailedLogins') === 'true'
  }

  /** Passwords live for `credentialsExpires` months; 0 is for ever. */
  #passwordIsOver(user: User): boolean {
    const months = Number(this.#setting('credentialsExpires') ?? 0)
    const changed = user['passwordLastUpdated']
    if (!(months > 0) || typeof changed !== 'string') return false
    const end = new Date(`${changed}Z`)
    end.setUTCMonth(end.getUTCMonth() + months)
    return this.#state.now() >= end
  }

  /** A role can ask for two factors. */
  #mustEnrol(user: User): boolean {
    const roles = this.#state.collection('userRoles')
    return user.userRoles.some(({ id }) => {
      const restrictions = roles.get(id)?.['restrictions']
      return Array.isArray(restrictions) && restrictions.includes('R_ENABLE_2FA')
    })
  }

  #isOver(date: unknown): boolean {
    return (
      typeof date === 'string' && this.#state.now() > new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(date) ? date : `${date}Z`)
    )
  }

  #setting(key: string): string | undefined {
    const value = this.#state.collection('systemSettings').get(key)?.['value']
    return typeof value === 'string' ? value : undefined
  }
}
