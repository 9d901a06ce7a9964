import type { Random } from '../random.js'

const WORD_LENGTH = 7

/**
 * New words for old ones, so that what is sorted or searched by them stays as it was: the new words have the order of
 * the old, all have one length, and no two start alike.
 */
export class Vocabulary {
  readonly #words: ReadonlyMap<string, string>
  readonly #numbers = new Map<string, string>()
  readonly #random: Random

  constructor(texts: Iterable<string>, random: Random) {
    this.#random = random
    const old = new Set<string>()
    for (const text of texts) for (const [word] of text.matchAll(/[A-Za-z]+/g)) old.add(word.toLowerCase())
    const starts = new Set<string>()
    const fresh: string[] = []
    while (fresh.length < old.size) {
      const word = random.word(WORD_LENGTH)
      if (starts.has(word.slice(0, 3)) || old.has(word)) continue
      starts.add(word.slice(0, 3))
      fresh.push(word)
    }
    fresh.sort()
    this.#words = new Map([...old].sort().map((word, i) => [word, fresh[i] ?? '']))
  }

  /** A text word for word, number for number; what is between stays. */
  rewrite(text: string): string {
    return text.replace(/[A-Za-z]+|\d+/g, (token) => (/\d/.test(token) ? this.#number(token) : this.#word(token)))
  }

  /** The part of a word that a filter looks for: the start of the new word, in the old one's case. */
  rewritePart(part: string, wholes: Iterable<string>): string {
    const sought = part.toLowerCase()
    for (const whole of wholes)
      for (const [word] of whole.matchAll(/[A-Za-z]+/g))
        if (word.toLowerCase().startsWith(sought))
          return inCaseOf(part, this.#word(word).slice(0, Math.min(WORD_LENGTH, Math.max(4, part.length))))
    return this.rewrite(part)
  }

  #word(word: string): string {
    const fresh = this.#words.get(word.toLowerCase())
    if (fresh === undefined) throw new Error(`${word} is not in the vocabulary`)
    return inCaseOf(word, fresh)
  }

  #number(number: string): string {
    let fresh = this.#numbers.get(number)
    while (fresh === undefined || fresh === number) fresh = this.#random.digits(number.length)
    this.#numbers.set(number, fresh)
    return fresh
  }
}

function inCaseOf(old: string, word: string): string {
  if (old.length > 1 && old === old.toUpperCase()) return word.toUpperCase()
  if (/^[A-Z]/.test(old)) return word.charAt(0).toUpperCase() + word.slice(1)
  return word.toLowerCase()
}
