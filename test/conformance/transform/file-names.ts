import type { Random } from '../random.js'

/** What the header section of a part may have, in bytes; the parameters around the name take some of it. */
const HEADER_LIMIT = 512
const NAME_LIMIT = 230
const RUN = 50

/** Another file name with the same extension, in the same case, behind as many folders. */
export function freshFileName(name: string, random: Random): string {
  const segments = name.split(/(?<=[/\\])/)
  return segments
    .map((segment, i) => (i < segments.length - 1 ? freshFolder(segment, random) : stem(segment, random)))
    .join('')
}

function freshFolder(segment: string, random: Random): string {
  return segment.startsWith('.') ? segment : random.word(random.between(3, 9)) + segment.slice(-1)
}

function stem(name: string, random: Random): string {
  const dot = name.lastIndexOf('.')
  const [base, extension] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)]
  if (/[^\x20-\x7e]/.test(name)) return new Alphabet(random).rewrite(base) + extension
  let fresh = random.word(random.between(3, 10))
  if (random.chance(0.4)) fresh += random.pick(['-', '_', ' ', '.']) + random.word(random.between(2, 8))
  if (random.chance(0.3)) fresh += random.digits(2)
  return (base === base.toUpperCase() && /[A-Z]/.test(base) ? fresh.toUpperCase() : fresh) + extension
}

/** Letters for letters, of the same alphabet and the same number of bytes, so that a name keeps its form. */
export class Alphabet {
  readonly #letters = new Map<string, string>()

  constructor(random: Random) {
    const groups = [
      'abcdefghijklmnopqrstuvwxyz',
      'çèéêëìíîïñòóôõöùúûü',
      'بتثجحخدذرزسشصضطظعغفقكلمنهوي',
      '😀😁😂😃😄😅🌍🌎🌏',
      '\u0300\u0301\u0302\u0308',
    ]
    for (const group of groups) {
      const letters = [...group]
      const turn = random.between(1, letters.length - 1)
      letters.forEach((letter, i) => {
        const fresh = letters[(i + turn) % letters.length] ?? letter
        this.#letters.set(letter, fresh)
        if (letter.toUpperCase() !== letter) this.#letters.set(letter.toUpperCase(), fresh.toUpperCase())
      })
    }
  }

  rewrite(text: string): string {
    return [...text].map((letter) => this.#letters.get(letter) ?? letter).join('')
  }

  /** A percent-encoded text, decoded for the exchange and encoded again; unencoded letters stay unencoded. */
  rewriteEncoded(text: string): string {
    return text.replace(/(?:%[0-9A-Fa-f]{2})+|[^%]+/g, (piece) =>
      piece.startsWith('%') ? encode(this.rewrite(decodeURIComponent(piece))) : this.rewrite(piece),
    )
  }

  /** A text in which `%` is a letter like others; the digits behind it are kept, for they look like an escape. */
  rewriteRaw(text: string): string {
    return text.replace(/%[0-9A-Fa-f]{2}|[^%]+|%/g, (piece) => (piece.startsWith('%') ? piece : this.rewrite(piece)))
  }
}

function encode(text: string): string {
  return [...Buffer.from(text, 'utf8')].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}

/** A `Content-Disposition` and what DHIS2 makes of it. */
export interface Disposition {
  readonly disposition: string
  /** The name that DHIS2 took from it; undefined when it refused. */
  readonly name: string | undefined
}

/**
 * Another name in the very form of the old one: quoted, as a token, escaped, percent-encoded. Names that are there for
 * their length get another length on the same side of the limit.
 */
export function freshDisposition(old: Disposition, tooLongForTheColumn: boolean, random: Random): Disposition {
  const alphabet = new Alphabet(random)
  const run = longestRun(old.disposition)
  const resize = run === undefined ? undefined : { run, count: runLength(old, run, tooLongForTheColumn, random) }
  const sized = (text: string) =>
    resize === undefined ? text : text.replace(resize.run.text, resize.run.unit.repeat(resize.count))
  const disposition = sized(old.disposition).replace(
    /(filename\*?=)(UTF-8'')?("(?:\\.|[^"\\])*"|[^;"]*)/g,
    (_, parameter: string, charset: string | undefined, value: string) => {
      const quote = value.startsWith('"') ? '"' : ''
      const inner = quote === '' ? value : value.slice(1, -1)
      const dot = inner.lastIndexOf('.')
      const base = dot < 0 ? inner : inner.slice(0, dot)
      const fresh = charset === undefined ? alphabet.rewriteRaw(base) : alphabet.rewriteEncoded(base)
      return `${parameter}${charset ?? ''}${quote}${fresh}${dot < 0 ? '' : inner.slice(dot)}${quote}`
    },
  )
  if (old.name === undefined) return { disposition, name: undefined }
  const decodedRun = resize && { text: decode(resize.run.text), unit: decode(resize.run.unit) }
  const name =
    decodedRun === undefined ? old.name : old.name.replace(decodedRun.text, decodedRun.unit.repeat(resize?.count ?? 0))
  const dot = name.lastIndexOf('.')
  const encoded = old.disposition.includes('filename*=') || !/%[0-9A-Fa-f]{2}/.test(name)
  const rewrite = (text: string) => (encoded ? alphabet.rewrite(text) : alphabet.rewriteRaw(text))
  return { disposition, name: dot < 0 ? rewrite(name) : rewrite(name.slice(0, dot)) + name.slice(dot) }
}

interface Run {
  readonly text: string
  readonly unit: string
}

function longestRun(text: string): Run | undefined {
  const match = /((?:%[0-9A-F]{2}){1,4}?|[^%])\1{50,}/u.exec(text)
  return match?.[1] === undefined || match[0].length < RUN ? undefined : { text: match[0], unit: match[1] }
}

function runLength(old: Disposition, { text, unit }: Run, tooLongForTheColumn: boolean, random: Random): number {
  const count = text.length / unit.length
  const each = Buffer.byteLength(unit, 'utf8')
  const rest = Buffer.byteLength(old.disposition, 'utf8') - count * each
  // the other headers of the part, and room for the line ends
  const most = Math.floor((HEADER_LIMIT - rest - 120) / each)
  if (old.name !== undefined) return random.between(Math.min(RUN, count), Math.min(most, NAME_LIMIT - 10))
  if (tooLongForTheColumn) return random.between(NAME_LIMIT + 1, most)
  return random.between(Math.ceil(HEADER_LIMIT / each), count + 200)
}

function decode(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text
}
