import { MultiBar, type SingleBar } from 'cli-progress'
import stringWidth from 'string-width'
import type { CliIo } from '../io.js'
import { humanSize, humanTime } from './human.js'
import type { Output } from './output.js'
import type { Totals, TransferLine, TransferProgress } from './progress.js'
import { cutTo, printable } from './text.js'

/** What a bar shows. */
interface Slot {
  name: string
  loaded: number
  size: number | undefined
  busy: boolean
  readonly meter: Meter
}

/** ECMA-48: erases from the cursor to the end of the line. */
const ERASE_REST = '\u001B[K'

/** Columns of a bar and of the name before it, as far as the terminal has room. */
const BAR = 20
const NAME = 30

/** A bar a file in flight, and one for all. */
export class Bars implements TransferProgress {
  readonly #multi: MultiBar
  readonly #slots: { readonly slot: Slot; readonly bar: SingleBar }[] = []
  readonly #totals: Totals
  readonly #meter = new Meter()
  readonly #out: Output
  #ended = 0
  #before = 0
  #stopped = false

  constructor(out: Output, { stderr }: CliIo, totals: Totals) {
    this.#totals = totals
    this.#out = out
    this.#multi = new MultiBar({
      stream: stderr,
      // what is drawn is made of the payload alone
      format: (_options, _params, payload: { readonly line: () => string }) =>
        cutTo(payload.line(), Math.max(10, (stderr.columns ?? 80) - 1)),
      clearOnComplete: true,
      gracefulExit: false,
      hideCursor: true,
      // what is said above the bars may be longer than a line: it is wrapped, not cut
      linewrap: true,
      fps: 8,
      emptyOnZero: true,
    })
    // the places of files in flight stay, and files come and go: a bar that is taken away would leave marks
    for (let at = 0; at < Math.min(totals.concurrency, totals.files); at++) {
      const slot: Slot = { name: '', loaded: 0, size: undefined, busy: false, meter: new Meter() }
      this.#slots.push({ slot, bar: this.#multi.create(1, 0, { line: () => fileLine(slot) }) })
    }
    if (totals.files > 1) this.#multi.create(1, 0, { line: () => this.#totalLine() })
    // each line covers a bar that was drawn there: what of it is longer is erased
    out.drawAround((text) => this.#multi.log(`${text}\n`.replaceAll('\n', `${ERASE_REST}\n`)))
  }

  begin(name: string, size: number | undefined): TransferLine {
    const free = this.#slots.find(({ slot }) => !slot.busy)?.slot
    const slot = free ?? { name: '', loaded: 0, size: undefined, busy: false, meter: new Meter() }
    Object.assign(slot, { name: printable(name), loaded: 0, size, busy: true })
    slot.meter.restart()
    return {
      update: (loaded) => {
        slot.loaded = loaded
        slot.meter.at(loaded)
      },
      end: () => {
        this.#ended++
        this.#before += size ?? slot.loaded
        Object.assign(slot, { name: '', loaded: 0, size: undefined, busy: false })
      },
    }
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#out.drawAround(undefined)
    this.#multi.update()
    this.#multi.stop()
  }

  #totalLine(): string {
    const { files, bytes } = this.#totals
    const loaded = this.#before + this.#slots.reduce((sum, { slot }) => sum + slot.loaded, 0)
    this.#meter.at(loaded)
    const share = bytes === undefined ? this.#ended / files : loaded / Math.max(1, bytes)
    const amount = bytes === undefined ? humanSize(loaded) : `${humanSize(loaded)} of ${humanSize(bytes)}`
    const name = padded(`${this.#ended} of ${files} files`, NAME)
    return `${name} ${drawn(share)} ${amount}${this.#meter.text(bytes === undefined ? undefined : bytes - loaded)}`
  }
}

function fileLine({ name, loaded, size, busy, meter }: Slot): string {
  if (!busy) return ''
  const amount = size === undefined ? humanSize(loaded) : `${humanSize(loaded)} of ${humanSize(size)}`
  const bar = size === undefined ? ' '.repeat(BAR) : drawn(loaded / Math.max(1, size))
  return `${padded(name, NAME)} ${bar} ${amount}${meter.text(size === undefined ? undefined : size - loaded)}`
}

function drawn(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR)
  return '█'.repeat(full) + '░'.repeat(BAR - full)
}

function padded(text: string, width: number): string {
  const cut = cutTo(text, width)
  return cut + ' '.repeat(Math.max(0, width - stringWidth(cut)))
}

/** Rate and time left, over the last seconds. */
class Meter {
  #marks: { readonly at: number; readonly loaded: number }[] = []

  restart(): void {
    this.#marks = []
  }

  at(loaded: number): void {
    const now = performance.now()
    const last = this.#marks.at(-1)
    // sent anew: what was before says nothing
    if (last !== undefined && loaded < last.loaded) this.#marks = []
    if (last !== undefined && now - last.at < 100 && this.#marks.length > 1) this.#marks.pop()
    this.#marks.push({ at: now, loaded })
    while (this.#marks.length > 2 && now - (this.#marks[0]?.at ?? now) > 5000) this.#marks.shift()
  }

  text(left: number | undefined): string {
    const [first] = this.#marks
    const last = this.#marks.at(-1)
    if (first === undefined || last === undefined || last.at - first.at < 300) return ''
    const rate = ((last.loaded - first.loaded) / (last.at - first.at)) * 1000
    if (!(rate > 0)) return ''
    const eta = left === undefined || left <= 0 ? '' : `  ${humanTime((left / rate) * 1000)} left`
    return `  ${humanSize(rate)}/s${eta}`
  }
}
