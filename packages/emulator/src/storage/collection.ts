/** An object as it is kept: everything by its uid. */
export interface Row {
  /** Uid. */
  id: string
  [property: string]: unknown
}

/** Objects of one type, in the order in which they were made. */
export class Collection<T extends Row = Row> {
  /** Plural name: `documents`, `organisationUnits` … */
  readonly type: string
  readonly #rows = new Map<string, T>()

  constructor(type: string) {
    this.type = type
  }

  /** How many there are. */
  get size(): number {
    return this.#rows.size
  }

  /** By uid; undefined where there is none. */
  get(id: string): T | undefined {
    return this.#rows.get(id)
  }

  /** Whether there is one of this uid. */
  has(id: string): boolean {
    return this.#rows.has(id)
  }

  /** Adds an object, or replaces the one of the same id. */
  put(row: T): T {
    this.#rows.set(row.id, row)
    return row
  }

  /** Changes some members of an object that is there. */
  update(id: string, changes: Partial<T>): T | undefined {
    const row = this.#rows.get(id)
    return row === undefined ? undefined : Object.assign(row, changes)
  }

  /** Removes one. @returns whether it was there */
  delete(id: string): boolean {
    return this.#rows.delete(id)
  }

  /** The first that matches; undefined where none does. */
  find(matches: (row: T) => boolean): T | undefined {
    for (const row of this.#rows.values()) if (matches(row)) return row
    return undefined
  }

  /** All that match, in order. */
  filter(matches: (row: T) => boolean): T[] {
    return [...this.#rows.values()].filter(matches)
  }

  /** All, in order. */
  values(): IterableIterator<T> {
    return this.#rows.values()
  }

  /** All, in order. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#rows.values()
  }
}
