import type { Fixtures, Recording } from '../recording.js'
import { Random } from '../random.js'
import { type Chosen, OF_DHIS2, chosenBy } from './chosen.js'
import { Contents } from './contents.js'
import { freshFileName } from './file-names.js'
import { Vocabulary } from './vocabulary.js'

const LONG = 100
const NAME_LIMIT = 230
const YEARS_BACK = 4

/** What stands for what: every choice of a recording and its stand-in. */
export class Replacements {
  readonly chosen: Chosen
  readonly contents: Contents
  readonly random: Random
  readonly #exact = {
    names: new Map<string, string>(),
    usernames: new Map<string, string>(),
    passwords: new Map<string, string>(),
    fileNames: new Map<string, string>(),
    keywords: new Map<string, string>(),
  }
  readonly #anywhere = new Map<string, string>()
  readonly #pattern: RegExp
  readonly #vocabulary: Vocabulary
  readonly #yearsBack: number

  constructor(recording: Recording, fixtures: Fixtures, seed: number) {
    const random = new Random(seed)
    this.random = random
    const chosen = chosenBy(recording)
    this.chosen = chosen
    this.#yearsBack = random.between(1, YEARS_BACK)
    this.#vocabulary = vocabularyFor(chosen, random)
    const vocabulary = this.#vocabulary

    for (const name of chosen.names)
      this.#exact.names.set(
        name,
        name.length > LONG
          ? random.word(1).repeat(random.between(NAME_LIMIT + 1, NAME_LIMIT + 170))
          : vocabulary.rewrite(name),
      )
    for (const user of chosen.usernames) this.#exact.usernames.set(user, vocabulary.rewrite(user))
    for (const password of chosen.passwords) this.#exact.passwords.set(password, freshPassword(random))
    for (const word of chosen.keywords) this.#exact.keywords.set(word, vocabulary.rewrite(word))
    for (const name of chosen.fileNames) this.#exact.fileNames.set(name, freshFileName(name, random))

    const anywhere = this.#anywhere
    for (const uid of chosen.uids) anywhere.set(uid, random.uid())
    for (const uid of chosen.malformed)
      anywhere.set(
        uid,
        differently(uid, () => random.word(random.between(2, 9))),
      )
    for (const code of chosen.codes)
      anywhere.set(code, `${random.word(random.between(2, 6)).toUpperCase()}-${random.digits(2)}`)
    for (const key of chosen.iconKeys) anywhere.set(key, vocabulary.rewrite(key))
    for (const url of chosen.urls) anywhere.set(url, freshUrl(url, random))
    for (const word of chosen.refused) anywhere.set(word, inCaseOf(word, random.word(random.between(5, 10))))
    for (const token of chosen.tokens) anywhere.set(token, freshToken(token, random))
    this.#pattern = anyOf(anywhere.keys())

    const names = new Set<string>()
    this.contents = new Contents(
      fixtures,
      (old) => {
        const fresh = differently(old, () => random.word(6) + old.slice(old.lastIndexOf('.')), names)
        names.add(fresh)
        return fresh
      },
      random,
    )
    for (const text of chosen.texts) this.contents.text(text)
  }

  /** A text with the words that mean the same wherever they stand replaced: uids, codes, keys, addresses. */
  anywhere(text: string): string {
    return text.replace(this.#pattern, (found) => this.#anywhere.get(found) ?? found)
  }

  name(old: string): string | undefined {
    const fresh = this.#exact.names.get(old)
    if (fresh !== undefined) return fresh
    // how DHIS2 shows a person: first name and surname
    const parts = old.split(' ').map((part) => this.#exact.names.get(part))
    return parts.length > 1 && parts.every((part) => part !== undefined) ? parts.join(' ') : undefined
  }

  namePart(old: string): string {
    return this.#vocabulary.rewritePart(old, this.chosen.names)
  }

  username(old: string): string {
    return this.#exact.usernames.get(old) ?? old
  }

  password(old: string): string {
    return this.#exact.passwords.get(old) ?? old
  }

  keyword(old: string): string {
    return this.#exact.keywords.get(old) ?? old
  }

  fileName(old: string): string | undefined {
    return this.#exact.fileNames.get(old)
  }

  /** The base name of every file name that is sent with folders, as DHIS2 stores it. */
  storedFileName(old: string): string | undefined {
    const known = this.fileName(old)
    if (known !== undefined) return known
    for (const [sent, fresh] of this.#exact.fileNames) if (baseName(sent) === old) return baseName(fresh)
    return undefined
  }

  /** `2026-03-01…` and `202603` some years earlier. */
  date(old: string): string {
    return old.replace(/^(20\d\d)(?=-\d\d-\d\d|\d\d$)/, (year) => String(Number(year) - this.#yearsBack))
  }
}

/** New words by which the filters of the recording find the same names as before. */
function vocabularyFor(chosen: Chosen, random: Random): Vocabulary {
  const names = [...chosen.names].filter((name) => name.length <= LONG)
  const texts = [...names, ...chosen.iconKeys, ...chosen.keywords, ...chosen.usernames]
  for (;;) {
    const vocabulary = new Vocabulary(texts, random)
    const same = [...chosen.nameParts].every((part) => {
      const fresh = vocabulary.rewritePart(part, names)
      return names.every((name) => finds(part, name) === finds(fresh, vocabulary.rewrite(name)))
    })
    if (same) return vocabulary
  }
}

function finds(part: string, name: string): boolean {
  return name.toLowerCase().includes(part.toLowerCase())
}

/** A password by DHIS2's rules: 8 characters and more, upper and lower case, a digit, a special character. */
function freshPassword(random: Random): string {
  const word = random.word(random.between(6, 12))
  return word.charAt(0).toUpperCase() + word.slice(1) + random.digits(2) + random.pick('-_!.*')
}

/** The same scheme, the same odd characters, other words. */
function freshUrl(url: string, random: Random): string {
  const [scheme = '', rest = ''] = url.split('://')
  const [host = '', ...path] = rest.split('/')
  const words = path
    .join('/')
    .replace(/[A-Za-z]{1,}(?![A-Za-z]*$)|\d+/g, (part) =>
      /\d/.test(part) ? random.digits(part.length) : random.word(part.length + 3),
    )
  const topLevel = host.slice(host.lastIndexOf('.'))
  return `${scheme}://${random.word(8)}${topLevel}${path.length > 0 ? `/${random.word(4)}/${words}` : ''}`
}

function freshToken(token: string, random: Random): string {
  const at = token.indexOf('_') + 1
  const rest = token.slice(at).replace(/[A-Za-z]/g, () => random.pick('ABCDEFGHKLMNPQRSTUVWXYZabcdefghkmnpqrstuvwxyz'))
  return token.slice(0, at) + rest
}

function inCaseOf(old: string, word: string): string {
  return old === old.toUpperCase() ? word.toUpperCase() : word
}

function differently(old: string, make: () => string, taken: ReadonlySet<string> = OF_DHIS2): string {
  for (;;) {
    const fresh = make()
    if (fresh !== old && fresh.length !== 11 && !taken.has(fresh)) return fresh
  }
}

function baseName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
}

/** The longest first; a word in its own right, or behind a percent-encoded byte. */
function anyOf(words: Iterable<string>): RegExp {
  const sorted = [...words].sort((a, b) => b.length - a.length)
  const escaped = sorted.map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  const start = '(?:(?<=%[0-9A-F]{2})|(?<![A-Za-z0-9_{]|[A-Za-z0-9]-))'
  return new RegExp(`${start}(?:${escaped.join('|')})(?![A-Za-z0-9_}]|-[A-Za-z0-9])`, 'g')
}
