import stringWidth from 'string-width'
import { cutTo, printable } from './text.js'

/** A column of a table of `T`. */
export interface Column<T> {
  readonly title: string
  /** What a person sees. */
  readonly show: (row: T) => string
  /** What a program gets in a pipe. Default: what a person sees. */
  readonly raw?: (row: T) => string
  /** Numbers stand at the right. */
  readonly right?: boolean
  /** Whether it may be cut where the terminal is too narrow. Default `false`: uids and sizes are whole or useless. */
  readonly cut?: boolean
}

const GAP = 2
const NARROWEST = 8

/** Lines of a table for a terminal of `width` columns. */
export function tableLines<T>(rows: readonly T[], columns: readonly Column<T>[], width: number): string[] {
  const cells = rows.map((row) => columns.map(({ show }) => printable(show(row))))
  const natural = columns.map(({ title }, at) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[at] ?? ''))),
  )
  const widths = fit(natural, columns, width)
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => pad(cutTo(cell, widths[at] ?? 0), widths[at] ?? 0, columns[at]?.right ?? false))
      .join(' '.repeat(GAP))
      .trimEnd()
  return [line(columns.map(({ title }) => title)), ...cells.map(line)]
}

/** A row for a pipe: raw values, a tab between them. */
export function rawLine<T>(row: T, columns: readonly Column<T>[]): string {
  return columns.map(({ raw, show }) => printable((raw ?? show)(row))).join('\t')
}

/** The widest of the columns that may be cut give way first. */
function fit<T>(natural: readonly number[], columns: readonly Column<T>[], width: number): number[] {
  const widths = [...natural]
  let excess = widths.reduce((sum, one) => sum + one, 0) + GAP * (widths.length - 1) - width
  while (excess > 0) {
    const widest = columns.reduce(
      (best, { cut }, at) => (cut && (widths[at] ?? 0) > (widths[best] ?? 0) ? at : best),
      -1,
    )
    const size = widths[widest]
    if (size === undefined || size <= NARROWEST) break
    widths[widest] = size - 1
    excess--
  }
  return widths
}

function pad(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(text)))
  return right ? blanks + text : text + blanks
}
