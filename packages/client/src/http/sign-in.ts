import type { AnswerHead } from './answer.js'
import { abortable } from '../signals.js'

/** The answer to a sign-in as data: everyone who waited for it gets it. */
export interface SignInAnswer extends AnswerHead {
  readonly ok: boolean
  readonly text: string
}

/** One sign-in that all who need it wait for. */
export class SharedSignIn {
  readonly #needed: boolean
  #done: boolean
  #running: Promise<SignInAnswer | undefined> | undefined

  constructor(needed: boolean) {
    this.#needed = needed
    this.#done = !needed
  }

  /** The credentials were refused since: the next call signs in anew. */
  reset(): void {
    this.#done = !this.#needed
  }

  /**
   * Resolves when somebody has signed in: with the answer when it was this call that did, or when it was refused; else
   * with nothing. Rejects as `perform` does, and with `signal.reason`.
   */
  async ensure(signal: AbortSignal, perform: () => Promise<SignInAnswer>): Promise<SignInAnswer | undefined> {
    while (!this.#done) {
      const own = this.#running === undefined
      this.#running ??= this.#start(signal, perform)
      const answer = await abortable(this.#running, signal)
      // the one who signed in gave up, which says nothing about the server: another one does it
      if (answer === undefined) continue
      if (own || !answer.ok) return answer
    }
    return undefined
  }

  async #start(signal: AbortSignal, perform: () => Promise<SignInAnswer>): Promise<SignInAnswer | undefined> {
    try {
      const answer = await perform()
      this.#done = answer.ok
      return answer
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    } finally {
      this.#running = undefined
    }
  }
}
