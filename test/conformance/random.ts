const CONSONANTS = 'bdfgklmnprstvz'
const VOWELS = 'aeiou'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(from: ArrayLike<T>): T {
    const picked = from[this.between(0, from.length - 1)]
    if (picked === undefined) throw new RangeError('There is nothing to pick from')
    return picked
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items]
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.between(0, i)
      const [a, b] = [shuffled[i], shuffled[j]] as [T, T]
      shuffled[i] = b
      shuffled[j] = a
    }
    return shuffled
  }

  /** Lower-case letters that can be said. */
  word(length: number): string {
    let word = ''
    for (let i = 0; i < length; i++) word += this.pick(i % 2 === 0 ? CONSONANTS : VOWELS)
    return word
  }

  digits(length: number): string {
    let digits = String(this.between(1, 9))
    while (digits.length < length) digits += this.between(0, 9)
    return digits.slice(0, length)
  }

  /** A uid by DHIS2's rules; it always has a digit, so that it is no word. */
  uid(): string {
    let uid = this.pick(LETTERS)
    while (uid.length < 10) uid += this.pick(`${LETTERS}0123456789`)
    return uid + this.between(0, 9)
  }
}
