import type { Random } from '../random.js'
import { type Fixtures, type Part, type Step, isFilePart } from '../recording.js'
import { md5, withComment } from './bytes.js'

const GAPS = [' ', ' ', ' ', ', ', '\n']

/** What a server tells of bytes. */
export interface Sum {
  readonly length: number
  readonly md5: string
}

/** What was sent and what is sent instead. */
export interface Content {
  readonly old: Sum
  readonly fresh: Sum
}

/** Every text, file and run of bytes that the requests send, with its stand-in; the same bytes get the same stand-in. */
export class Contents {
  readonly fixtures: Fixtures
  readonly #fixtureNames: ReadonlyMap<string, string>
  readonly #texts = new Map<string, string>()
  readonly #byMd5 = new Map<string, Content>()
  readonly #byFixture = new Map<string, Content>()
  readonly #letter: string
  readonly #random: Random

  constructor(old: Fixtures, names: (old: string) => string, random: Random) {
    this.#random = random
    this.#letter = random.pick('abcdefghijklmnopqrstuvw')
    const fresh: Record<string, Buffer> = {}
    this.#fixtureNames = new Map(Object.keys(old).map((name) => [name, names(name)]))
    for (const [name, bytes] of Object.entries(old)) {
      const changed = withComment(bytes, random)
      fresh[this.#fixtureNames.get(name) ?? name] = changed
      this.#byFixture.set(name, this.#remember(sumOf(bytes), sumOf(changed)))
    }
    this.fixtures = fresh
  }

  /** A part that sends something else. `overTheCap`: the step is there to exceed a limit, so its size may grow. */
  part(part: Part, overTheCap: boolean): Part {
    if (part.fixture !== undefined) return { ...part, fixture: this.#fixtureNames.get(part.fixture) ?? part.fixture }
    if (part.repeat !== undefined) {
      const bytes = part.repeat.bytes + (overTheCap ? this.#random.between(1, 900_000) : 0)
      const fresh = { bytes, of: this.#letter }
      this.#remember(sumOfRun(part.repeat), sumOfRun(fresh))
      return { ...part, repeat: fresh }
    }
    if (part.text === undefined || !isFilePart(part)) return part
    return { ...part, text: this.text(part.text) }
  }

  /** Another text; the empty one stays. */
  text(old: string): string {
    if (old === '') return old
    let fresh = this.#texts.get(old)
    while (fresh === undefined || fresh.length === old.length) {
      fresh = this.#random.word(this.#random.between(3, 9))
      // short, so that a missing blob cuts its error before the part that no one can foresee
      while (fresh.length < 60 && this.#random.chance(0.7)) fresh += this.#random.pick(GAPS) + this.#random.word(5)
      // not in one-letter texts: they stand in JSON whose columns a recorded parser counted
      if (old.length > 1 && this.#random.chance(0.3)) fresh += ' é'
      if (old.endsWith('\n')) fresh += '\n'
    }
    this.#texts.set(old, fresh)
    this.#remember(sumOf(Buffer.from(old)), sumOf(Buffer.from(fresh)))
    return fresh
  }

  /** The stand-in of a text that a request sent; undefined if none did. */
  knownText(old: string): string | undefined {
    return this.#texts.get(old)
  }

  byMd5(old: string): Content | undefined {
    return this.#byMd5.get(old)
  }

  /** What a step uploads; undefined if it uploads nothing. */
  uploaded(step: Step): Content | undefined {
    const part = step.request?.multipart?.find(isFilePart)
    if (part === undefined) return undefined
    if (part.fixture !== undefined) return this.#byFixture.get(part.fixture)
    return this.byMd5((part.repeat ? sumOfRun(part.repeat) : sumOf(Buffer.from(part.text ?? ''))).md5)
  }

  #remember(old: Sum, fresh: Sum): Content {
    const content = { old, fresh }
    this.#byMd5.set(old.md5, content)
    return content
  }
}

function sumOf(bytes: Buffer): Sum {
  return { length: bytes.length, md5: md5(bytes) }
}

const runs = new Map<string, Sum>()

/** Of many times the same byte; they are big, so each is summed once. */
function sumOfRun({ bytes, of = 'x' }: { readonly bytes: number; readonly of?: string }): Sum {
  const name = `${bytes}${of}`
  const sum = runs.get(name) ?? sumOf(Buffer.alloc(bytes, of))
  runs.set(name, sum)
  return sum
}
