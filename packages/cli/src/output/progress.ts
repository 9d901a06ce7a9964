import type { CliIo } from '../io.js'
import { humanSize } from './human.js'
import type { Output } from './output.js'
import { printable } from './text.js'

/** What is to be transferred in all. */
export interface Totals {
  readonly files: number
  /** `undefined` where it is not known of every file. */
  readonly bytes: number | undefined
  /** Files at a time. */
  readonly concurrency: number
}

/** The transfer of one file, as it is shown. */
export interface TransferLine {
  /** How many bytes are through. It may begin anew. */
  update(loaded: number): void
  /** It is over. `note`: what became of it, such as `uploaded`. */
  end(note: string): void
}

/** Shows transfers on stderr: bars on a terminal, else a line a file. */
export interface TransferProgress {
  begin(name: string, size: number | undefined): TransferLine
  /** Draws no more. */
  stop(): void
}

/** What nobody watches: with `--quiet`. */
const SILENT: TransferProgress = { begin: () => ({ update() {}, end() {} }), stop() {} }

/** Progress for this output: nothing with `--quiet`, bars on a terminal, lines elsewhere. */
export async function createProgress(out: Output, io: CliIo, totals: Totals): Promise<TransferProgress> {
  if (out.quiet || totals.files === 0) return SILENT
  if (!out.drawing) return lines(out, totals)
  // what draws is loaded where something is drawn
  const { Bars } = await import('./bars.js')
  return new Bars(out, io, totals)
}

function lines(out: Output, { files }: Totals): TransferProgress {
  let ended = 0
  return {
    begin(name, size) {
      return {
        update() {},
        end(note) {
          ended++
          const of = files === 1 ? '' : `${ended}/${files}  `
          out.note(`${of}${printable(name)}${size === undefined ? '' : `  ${humanSize(size)}`}  ${note}`)
        },
      }
    },
    stop() {},
  }
}
