/** The requests to one origin that have a connection, and those that wait for one. */
interface Line {
  /** With a body. */
  sending: number
  /** Without. */
  asking: number
  readonly waiting: { readonly sends: boolean; readonly go: (leave: () => void) => void }[]
}

/**
 * Who may use a connection, in the order in which they came. A body may come from the same server, by a request that needs
 * a connection too (a file that is copied): so the last connection is for requests without a body. Where there is one
 * connection alone, one such request gets a second one.
 */
export class Turns {
  readonly #most: number
  readonly #lines = new Map<string, Line>()

  constructor(most: number) {
    this.#most = most
  }

  /** Whether somebody waits. */
  get waiting(): boolean {
    return [...this.#lines.values()].some((line) => line.waiting.length > 0)
  }

  /** A turn that is free now: what ends it. */
  take(origin: string, sends: boolean): (() => void) | undefined {
    const line = this.#lines.get(origin) ?? { sending: 0, asking: 0, waiting: [] }
    if (!this.#isFree(line, sends)) return undefined
    this.#lines.set(origin, line)
    return this.#enter(origin, line, sends)
  }

  /** The next turn, when there is none that is free. */
  next(origin: string, sends: boolean): Promise<() => void> {
    return new Promise((go) => this.#lines.get(origin)?.waiting.push({ sends, go }))
  }

  #isFree({ sending, asking }: Line, sends: boolean): boolean {
    if (sends && sending >= Math.max(1, this.#most - 1)) return false
    if (sending + asking < this.#most) return true
    return !sends && this.#most === 1 && asking === 0
  }

  #enter(origin: string, line: Line, sends: boolean): () => void {
    const count = sends ? 'sending' : 'asking'
    line[count]++
    let left = false
    return () => {
      if (left) return
      left = true
      line[count]--
      this.#goOn(origin, line)
    }
  }

  #goOn(origin: string, line: Line): void {
    for (let at = 0; at < line.waiting.length; ) {
      const next = line.waiting[at]
      if (next === undefined || !this.#isFree(line, next.sends)) at++
      else {
        line.waiting.splice(at, 1)
        next.go(this.#enter(origin, line, next.sends))
      }
    }
    if (line.sending + line.asking === 0) this.#lines.delete(origin)
  }
}
