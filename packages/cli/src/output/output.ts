import { once } from 'node:events'
import picocolors from 'picocolors'
import type { Failure } from '../failure.js'
import type { CliIo } from '../io.js'
import { printable } from './text.js'

/** How results are printed. */
export interface OutputOptions {
  readonly json?: boolean | undefined
  /** A JSON object a line; an error is one too. */
  readonly ndjson?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly verbose?: boolean | undefined
  readonly debug?: boolean | undefined
  readonly color?: boolean | undefined
}

/** Whoever read what we print has gone: there is nothing more to do, and nothing is wrong. */
export class PipeClosed extends Error {}

/** Results on stdout, everything else on stderr. */
export class Output {
  /** Whether results are one JSON document. */
  readonly json: boolean
  /** Whether each request is told. */
  readonly tracing: boolean
  /** Colours for stdout; none where it is no terminal. */
  readonly paint: ReturnType<typeof picocolors.createColors>
  readonly #io: CliIo
  readonly #options: OutputOptions
  readonly #errorPaint: ReturnType<typeof picocolors.createColors>
  readonly #closed: Promise<never>
  #isClosed = false
  /** Resolves when what was written last has been taken, or refused. */
  #written: Promise<void> = Promise.resolve()
  #above: ((text: string) => void) | undefined
  readonly #onError: (error: NodeJS.ErrnoException) => void

  constructor(io: CliIo, options: OutputOptions) {
    this.#io = io
    this.#options = options
    this.json = options.json ?? false
    this.tracing = (options.verbose ?? false) || (options.debug ?? false)
    const wanted = options.color !== false && !io.env['NO_COLOR']
    this.paint = picocolors.createColors(wanted && io.stdout.isTTY === true)
    this.#errorPaint = picocolors.createColors(wanted && io.stderr.isTTY === true)
    let fail: (error: unknown) => void
    this.#closed = new Promise<never>((_, reject) => (fail = reject))
    this.#closed.catch(() => undefined)
    this.#onError = (error) => {
      this.#isClosed = true
      fail(error.code === 'EPIPE' ? new PipeClosed() : error)
    }
    io.stdout.on('error', this.#onError)
    // who closes the window hears nothing more; what is under way ends in order all the same
    io.stderr.on('error', ignore)
  }

  /** Whether stdout is a terminal, for a person to read. */
  get terminal(): boolean {
    return this.#io.stdout.isTTY === true
  }

  /** Columns of the terminal that stdout is; `undefined` in a pipe or file. */
  get width(): number | undefined {
    return this.terminal ? (this.#io.stdout.columns ?? 80) : undefined
  }

  /** Whether stderr is a terminal on which bars may be drawn. */
  get drawing(): boolean {
    return this.#io.stderr.isTTY === true && !this.quiet
  }

  get quiet(): boolean {
    return this.#options.quiet ?? false
  }

  /** A line of the result. */
  print(text: string): void {
    if (this.#isClosed) return
    if (this.#above && this.terminal) this.#above(text)
    else this.#write(`${text}\n`)
  }

  /** Bytes of a file on stdout. Resolves when more may come. */
  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#isClosed) this.#write(bytes)
    // a reader that is slow is waited for; what becomes of the last bytes is asked at the end
    if (this.#isClosed) return this.#closed
    if (this.#io.stdout.writableNeedDrain) await Promise.race([once(this.#io.stdout, 'drain'), this.#closed])
  }

  /** The result of a command: a JSON document with `--json`, else what `human` makes of it. */
  result(value: unknown, human: () => string): void {
    this.print(this.json ? JSON.stringify(value, undefined, 2) : human())
  }

  /** Something worth knowing that is not the result. Not with `--quiet`. */
  note(text: string): void {
    if (!this.quiet) this.#tell(text)
  }

  /** Something that the user should look at. */
  warn(text: string): void {
    this.#tell(`${this.#errorPaint.yellow('warning:')} ${text}`)
  }

  /** How to go on after a failure. */
  hint(text: string): void {
    this.#tell(`${this.#errorPaint.dim('hint:')} ${text}`)
  }

  /** A request, with `--verbose`. */
  trace(text: string): void {
    if (this.tracing) this.#tell(this.#errorPaint.dim(text))
  }

  /** What ended the command: a line and a hint, or a JSON document on stdout. With `--debug` also the stack. */
  failure(failure: Failure, thrown?: unknown): void {
    const { code, message, hint, goOn, exitCode, details } = failure
    const error = { error: { code, message, hint, goOn, exitCode, ...details } }
    if (this.#options.ndjson) this.print(JSON.stringify(error))
    else if (this.json) this.print(JSON.stringify(error, undefined, 2))
    else {
      // names from a server stand in it
      this.#tell(`${this.#errorPaint.red('error:')} ${printable(message)}`)
      if (hint !== undefined && !message.includes(hint))
        this.#tell(`${this.#errorPaint.dim('hint:')} ${printable(hint)}`)
      if (goOn !== undefined) this.#tell(`${this.#errorPaint.dim('go on:')} ${goOn}`)
    }
    if (this.#options.debug && thrown instanceof Error) this.#tell(stackOf(thrown))
  }

  /** While bars are drawn, lines for the same terminal go through `above`, which draws them anew below the line. */
  drawAround(above: ((text: string) => void) | undefined): void {
    this.#above = above
  }

  /** Rejects with {@link PipeClosed} when nobody reads stdout any more. */
  closed(): Promise<never> {
    return this.#closed
  }

  /** Waits until stdout has taken everything, and resolves with `code`. */
  async flushed(code = 0): Promise<number> {
    await Promise.race([this.#written, this.#closed])
    return this.#isClosed ? this.#closed : code
  }

  #write(data: string | Uint8Array): void {
    this.#written = new Promise((resolve) => {
      this.#io.stdout.write(data, () => resolve())
    })
  }

  dispose(): void {
    // what is still on its way may meet a closed pipe
    this.#io.stdout.off('error', this.#onError)
    this.#io.stdout.on('error', ignore)
  }

  #tell(text: string): void {
    if (this.#above && this.#io.stderr.isTTY) this.#above(text)
    else this.#io.stderr.write(`${text}\n`)
  }
}

function ignore(): void {}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
