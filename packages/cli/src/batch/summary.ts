import type { CommandContext } from '../context.js'
import { exitCode } from '../exit-codes.js'
import { CliError, exitOf, type Failure, failureOf } from '../failure.js'
import { Interrupted } from '../interrupts.js'
import { counted, humanSize, humanTime } from '../output/human.js'

/** How a batch ended. */
export interface BatchSummary {
  /** Files that were transferred. */
  readonly done: number
  /** Files that needed nothing. */
  readonly skipped: number
  readonly failed: number
  /** Files that were not begun or not finished, because the batch was ended before. */
  readonly left: number
  /** Bytes of the files that were transferred. */
  readonly bytes: number
  readonly seconds: number
}

/** `3 uploaded, 1 failed, 2 left (12 MB in 4 s, 3 MB/s)`. */
export function summaryLine(verb: string, { done, skipped, failed, left, bytes, seconds }: BatchSummary): string {
  const parts = [
    `${counted(done, 'file')} ${verb}`,
    ...(skipped > 0 ? [`${skipped.toLocaleString('en')} skipped`] : []),
    ...(failed > 0 ? [`${failed.toLocaleString('en')} failed`] : []),
    ...(left > 0 ? [`${left.toLocaleString('en')} left`] : []),
  ]
  const rate = seconds > 0 && bytes > 0 ? `, ${humanSize(bytes / seconds)}/s` : ''
  return `${parts.join(', ')} (${humanSize(bytes)} in ${humanTime(seconds * 1000)}${rate}).`
}

/** Files in a row that cannot reach the server, after which it is taken to be gone. */
const GONE = 5

/** Failures after which every further file would fail alike, or do harm: refused credentials lock accounts. */
export function endsBatch(
  { code, exit }: Failure,
  { errno, unreached }: { readonly errno: string | undefined; readonly unreached: number },
): boolean {
  if (code === 'unauthenticated' || exit === 'profile' || unreached >= GONE) return true
  return errno === 'ENOSPC' || errno === 'EDQUOT' || errno === 'EROFS'
}

/** What a batch has to say at its end. */
export interface BatchEnd {
  /** What happened to the files that are done: `uploaded`. */
  readonly verb: string
  readonly summary: BatchSummary
  readonly failures: readonly Failure[]
  /** What else goes into the JSON document: `files` above all. */
  readonly report: Readonly<Record<string, unknown>>
  /** The command that does the rest; `undefined` when nothing is left. */
  readonly next: string | undefined
  /** Whether it is about one file, of which everything has been said. */
  readonly single: boolean
}

/** Says how a batch has ended, and how to go on. @returns the exit code */
export function endBatch({ out, signal, interrupts }: CommandContext, end: BatchEnd): number {
  const { verb, summary, failures, report, next, single } = end
  const stopped = (signal.aborted || interrupts.stopping.aborted) && summary.left > 0
  const code = stopped ? exitCode('interrupted') : exitOf(failures, summary.done + summary.skipped)
  if (out.json) {
    const error = code === 0 ? {} : { error: { ...errorOf(end, stopped), exitCode: code } }
    out.print(JSON.stringify({ ...error, ...report, summary, next }, undefined, 2))
    return code
  }
  if (!single) out.note(summaryLine(verb, summary))
  if (stopped) out.failure(failureOf(new Interrupted()))
  if (next !== undefined) out.hint(`Go on with: ${next}`)
  return code
}

function errorOf({ failures, summary, next }: BatchEnd, stopped: boolean): Record<string, unknown> {
  const { done, skipped, failed, left } = summary
  const [first] = failures
  if (stopped || first === undefined) return told(failureOf(new Interrupted(next)))
  if (done + skipped + failed + left === 1) return told(first)
  const alike = done + skipped === 0 && failures.every(({ exit }) => exit === first.exit)
  const message = `${failed} of ${counted(done + skipped + failed + left, 'file')} failed.`
  if (alike) return { ...told(first), message: `${message} ${first.message}` }
  return told(failureOf(new CliError(message, { exit: 'some-failed', ...(next !== undefined && { hint: next }) })))
}

/** A failure as it is told in JSON. */
function told({ code, message, hint, details }: Failure): Record<string, unknown> {
  return { code, message, hint, ...details }
}
