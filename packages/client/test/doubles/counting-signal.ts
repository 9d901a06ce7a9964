/** A signal that lives long, and knows how many listeners it has. */
export class CountingSignal {
  readonly controller = new AbortController()
  readonly signal: AbortSignal
  /** With whether they are called once, and gone then. */
  readonly #listeners = new Map<unknown, boolean>()

  constructor() {
    const { signal } = this.controller
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (type: string, listener: never, options?: never) => {
      this.#listeners.set(listener, (options as { once?: boolean } | undefined)?.once === true)
      add(type, listener, options)
    }
    signal.removeEventListener = (type: string, listener: never, options?: never) => {
      this.#listeners.delete(listener)
      remove(type, listener, options)
    }
    this.signal = signal
  }

  get listeners(): number {
    return [...this.#listeners.values()].filter((once) => !(once && this.signal.aborted)).length
  }
}
