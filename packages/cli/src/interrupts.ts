import { setMaxListeners } from 'node:events'

/** The reason of a signal that aborts because the user, or the system, asked to end. */
export class Interrupted extends Error {
  /** How to go on, where there is a way. */
  hint: string | undefined

  constructor(hint?: string) {
    super('Interrupted.')
    this.name = 'Interrupted'
    this.hint = hint
  }
}

/** What a process emits signals through, as far as it is needed here. */
export interface SignalSource {
  on(name: NodeJS.Signals, listener: (name: NodeJS.Signals) => void): unknown
  off(name: NodeJS.Signals, listener: (name: NodeJS.Signals) => void): unknown
}

/** Milliseconds within which a signal of the same name is the same one. */
const SAME = 250

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Ctrl-C. The first one aborts, except while {@link Interrupts.finishing} is used: then it only asks to begin nothing new,
 * and the second one aborts. The third ends the process at once.
 */
export class Interrupts {
  readonly #abort = new AbortController()
  readonly #stop = new AbortController()
  readonly #source: SignalSource
  #finishing: ((again: boolean) => void) | undefined
  #count = 0
  readonly #now: () => number
  #last: { readonly name: NodeJS.Signals | undefined; readonly at: number } = { name: undefined, at: 0 }

  constructor(source: SignalSource, now: () => number = () => performance.now()) {
    this.#now = now
    this.#source = source
    // every file in flight listens
    setMaxListeners(0, this.#abort.signal, this.#stop.signal)
    for (const name of SIGNALS) source.on(name, this.#onSignal)
  }

  /** Aborts everything that is under way. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Aborts when nothing new is to begin; what is under way may finish. */
  get stopping(): AbortSignal {
    return this.#stop.signal
  }

  /** From now on the first Ctrl-C lets what is under way finish. `tell` hears of the first one, and of the second. */
  finishing(tell: (again: boolean) => void): void {
    this.#finishing = tell
  }

  /** Ends everything for another reason than the user's. */
  abort(reason: unknown): void {
    this.#stop.abort(reason)
    this.#abort.abort(reason)
  }

  /** Listens no more. */
  dispose(): void {
    for (const name of SIGNALS) this.#source.off(name, this.#onSignal)
  }

  readonly #onSignal = (name: NodeJS.Signals): void => {
    // npx passes on what the terminal has sent to all: the same one twice at once is one
    const now = this.#now()
    if (name === this.#last.name && now - this.#last.at < SAME) return
    this.#last = { name, at: now }
    this.#count++
    if (this.#count > 2) process.exit(130)
    const again = this.#stop.signal.aborted
    this.#stop.abort(new Interrupted())
    this.#finishing?.(again)
    if (this.#finishing === undefined || again) this.#abort.abort(new Interrupted())
    if (this.#finishing === undefined) this.#count = Math.max(this.#count, 2)
  }
}
