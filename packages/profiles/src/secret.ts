/** What stands for a secret wherever one is shown. */
export const MASK = '•••'

/** A secret that no log, message or JSON shows: only `reveal` gives it. Inspected, it is empty. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The secret itself, for the one place that sends or stores it. */
  reveal(): string {
    return this.#value
  }

  /** `•••` */
  toString(): string {
    return MASK
  }

  /** `•••` */
  toJSON(): string {
    return MASK
  }
}
