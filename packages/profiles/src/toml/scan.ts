/** A part of a dotted key, as it stands in the text. */
export interface KeyPart {
  /** What it names. */
  readonly name: string
  readonly start: number
  readonly end: number
}

/** A key with its value: on lines of its own, or inside an inline table. */
export interface Entry {
  /** From the root of the document. */
  readonly path: readonly string[]
  /** The key as it stands there: the last parts of the path. */
  readonly parts: readonly KeyPart[]
  /** Where the key begins. */
  readonly start: number
  readonly valueStart: number
  readonly valueEnd: number
  /** What an inline table holds; `undefined` for any other value. */
  readonly children: readonly Entry[] | undefined
  /** The inline table that it is in; `undefined` when it has lines of its own. */
  readonly within: Entry | undefined
}

/** A header with the keys below it, until the next header. The first one of a document has no header. */
export interface Section {
  readonly path: readonly string[]
  readonly parts: readonly KeyPart[]
  /** From the bracket to behind the last bracket; both 0 without a header. */
  readonly start: number
  readonly end: number
  /** Whether it belongs to an array of tables, where a path alone does not say which element. */
  readonly inArray: boolean
  readonly entries: readonly Entry[]
}

/** Where everything of a document stands. @param text Valid TOML: a parser has seen it. */
export function scan(text: string): readonly Section[] {
  return new Scanner(text).document()
}

/** The keys of a section, with those in inline tables behind the key that has them. */
export function entriesOf(section: Section): readonly Entry[] {
  const withChildren = (entry: Entry): readonly Entry[] => [entry, ...(entry.children ?? []).flatMap(withChildren)]
  return section.entries.flatMap(withChildren)
}

/** Knows the shape of TOML, and nothing of its values: strings, brackets, commas and comments. */
class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
    if (text.startsWith('\uFEFF')) this.#at = 1
  }

  document(): Section[] {
    const arrays: string[][] = []
    const root = { path: [], parts: [], start: 0, end: 0, inArray: false, entries: [] as Entry[] }
    const sections: (Section & { entries: Entry[] })[] = [root]
    let current: (typeof sections)[number] = root
    for (;;) {
      this.#skip(' \t\r\n')
      if (this.#at >= this.#text.length) return sections
      if (this.#text[this.#at] === '[') {
        const start = this.#at
        const isArray = this.#text[start + 1] === '['
        this.#at += isArray ? 2 : 1
        const parts = this.#key(']')
        this.#at += isArray ? 2 : 1
        const path = parts.map((part) => part.name)
        if (isArray) arrays.push(path)
        const inArray = arrays.some((array) => beginsWith(path, array))
        current = { path, parts, start, end: this.#at, inArray, entries: [] }
        sections.push(current)
      } else current.entries.push(this.#entry(current.path, undefined))
    }
  }

  #entry(base: readonly string[], within: Entry | undefined): Entry {
    const start = this.#at
    const parts = this.#key('=')
    this.#at++
    this.#skip(' \t')
    const valueStart = this.#at
    const path = [...base, ...parts.map((part) => part.name)]
    const isTable = this.#text[valueStart] === '{'
    const children: Entry[] = []
    const shape = { path, parts, start, valueStart, children: isTable ? children : undefined, within }
    const entry = { ...shape, valueEnd: valueStart }
    if (isTable) this.#elements('}', () => children.push(this.#entry(path, entry)))
    else this.#value()
    entry.valueEnd = this.#at
    return entry
  }

  /** The parts of a key; ends at `end`. */
  #key(end: string): KeyPart[] {
    const parts: KeyPart[] = []
    for (;;) {
      this.#skip(' \t.')
      const start = this.#at
      const quote = this.#text[start]
      if (quote === end) return parts
      if (quote === '"' || quote === "'") {
        this.#string()
        parts.push({ name: unquoted(this.#text.slice(start, this.#at)), start, end: this.#at })
      } else {
        while (this.#at < this.#text.length && /[\w-]/.test(this.#text[this.#at] ?? '')) this.#at++
        if (this.#at === start) throw new SyntaxError('A key was expected.')
        parts.push({ name: this.#text.slice(start, this.#at), start, end: this.#at })
      }
    }
  }

  #value(): void {
    const first = this.#text[this.#at]
    if (first === '"' || first === "'") this.#string()
    else if (first === '[') this.#elements(']', () => this.#value())
    else if (first === '{') this.#elements('}', () => this.#entry([], undefined))
    else {
      // a date may hold a blank
      while (this.#at < this.#text.length && !',]}#\r\n'.includes(this.#text[this.#at] ?? '')) this.#at++
      while (' \t'.includes(this.#text[this.#at - 1] ?? '-')) this.#at--
    }
  }

  /** What is between brackets. */
  #elements(end: string, read: () => void): void {
    this.#at++
    for (;;) {
      this.#skip(' \t\r\n,')
      if (this.#at >= this.#text.length) throw new SyntaxError(`A ${end} was expected.`)
      if (this.#text[this.#at] === end) {
        this.#at++
        return
      }
      read()
    }
  }

  #string(): void {
    const quote = this.#text[this.#at] ?? ''
    const long = this.#text.startsWith(quote.repeat(3), this.#at)
    const close = long ? quote.repeat(3) : quote
    this.#at += close.length
    while (!this.#text.startsWith(close, this.#at)) {
      if (this.#at >= this.#text.length) throw new SyntaxError('A string has no end.')
      this.#at += quote === '"' && this.#text[this.#at] === '\\' ? 2 : 1
    }
    this.#at += close.length
    // up to two quotes before the closing ones belong to the string
    for (let more = 0; long && more < 2 && this.#text[this.#at] === quote; more++) this.#at++
  }

  /** Over these characters, and over comments where a line may end. */
  #skip(characters: string): void {
    for (;;) {
      while (this.#at < this.#text.length && characters.includes(this.#text[this.#at] ?? '')) this.#at++
      if (this.#text[this.#at] !== '#') return
      while (this.#at < this.#text.length && this.#text[this.#at] !== '\n') this.#at++
    }
  }
}

/** Whether a path is another one, or below it. */
export function beginsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((name, i) => path[i] === name)
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  e: '\u001b',
  '"': '"',
  '\\': '\\',
}

/** What a quoted key names. */
function unquoted(text: string): string {
  const inner = text.slice(1, -1)
  if (text.startsWith("'")) return inner
  return inner.replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/g, (_, x, u, U, other) => {
    const code = (x ?? u ?? U) as string | undefined
    return code === undefined ? (ESCAPES[other as string] ?? '') : String.fromCodePoint(Number.parseInt(code, 16))
  })
}
