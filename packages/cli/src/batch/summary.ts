import type { Failure } from '../failure.js'
import { counted, humanSize, humanTime } from '../output/human.js'

/** How a batch ended. */
export interface BatchSummary {
  /** Files that were transferred. */
  readonly done: number
  /** Files that needed nothing. */
  readonly skipped: number
  readonly failed: number
  /** Files that were not begun, because the batch was ended before. */
  readonly left: number
  /** Bytes of the files that were transferred. */
  readonly bytes: number
  readonly seconds: number
}

/** `3 uploaded, 1 failed, 2 not begun (12 MB in 4 s, 3 MB/s)`. */
export function summaryLine(verb: string, { done, skipped, failed, left, bytes, seconds }: BatchSummary): string {
  const parts = [
    `${counted(done, 'file')} ${verb}`,
    ...(skipped > 0 ? [`${skipped.toLocaleString('en')} skipped`] : []),
    ...(failed > 0 ? [`${failed.toLocaleString('en')} failed`] : []),
    ...(left > 0 ? [`${left.toLocaleString('en')} not begun`] : []),
  ]
  const rate = seconds > 0 && bytes > 0 ? `, ${humanSize(bytes / seconds)}/s` : ''
  return `${parts.join(', ')} (${humanSize(bytes)} in ${humanTime(seconds * 1000)}${rate}).`
}

/** Failures after which every further file would fail alike, or do harm: refused credentials lock accounts. */
export function endsBatch({ code, exit }: Failure, errno: string | undefined): boolean {
  return (
    code === 'unauthenticated' || exit === 'profile' || errno === 'ENOSPC' || errno === 'EDQUOT' || errno === 'EROFS'
  )
}
