import type { Page, Paged } from '@dhis2-files/client'
import type { Output } from './output.js'
import { type Column, rawLine, tableLines } from './table.js'

/** How much of a list is wanted, and how. */
export interface ListInput {
  /** All rows, not only one page. */
  readonly all: boolean
  /** At most so many rows, of all. */
  readonly limit: number | undefined
  /** A JSON object a line. */
  readonly ndjson: boolean
}

/** How a list is shown. */
export interface ListView<T> {
  readonly columns: readonly Column<T>[]
  /** What it lists, in the plural, for what is said beside it: `documents`. */
  readonly name: string
  /** Members of a row that the user asked for; they become the columns, unless they are named by sets such as `*` alone. */
  readonly fields?: string | undefined
}

/** Rows that a terminal's table is made of at once: column widths follow from them. */
const BLOCK = 200

/**
 * Prints a list: a table on a terminal, tab-separated values in a pipe, one document with `--json`, a line a row with `--ndjson`.
 * Only `--json` holds all rows. Without `--all` and `--limit` it is one page, and what else there is is said on stderr.
 */
export async function printList<T>(
  out: Output,
  list: Paged<T> | AsyncIterable<T>,
  input: ListInput,
  view: ListView<T>,
): Promise<void> {
  const whole = input.all || input.limit !== undefined || !('then' in list)
  const page = whole ? undefined : await list
  const rows = page === undefined ? limited(list as AsyncIterable<T>, input.limit) : fromArray(page.items)
  const columns = view.fields === undefined ? view.columns : (fieldColumns<T>(view.fields) ?? view.columns)
  const shown = await print(out, rows, columns, input)
  if (out.json || input.ndjson) return
  if (shown === 0) out.note(`No ${view.name}.`)
  else if (page !== undefined) sayWhatElse(out, page, view.name)
}

/** Prints rows that are all there, as {@link printList}. */
export async function printAll<T>(
  out: Output,
  rows: readonly T[],
  view: ListView<T>,
  { ndjson }: Pick<ListInput, 'ndjson'>,
): Promise<void> {
  return printList(out, fromArray(rows), { all: true, limit: undefined, ndjson }, view)
}

async function print<T>(
  out: Output,
  rows: AsyncIterable<T>,
  columns: readonly Column<T>[],
  { ndjson }: ListInput,
): Promise<number> {
  let shown = 0
  let block: T[] = []
  let titled = false
  const flush = (): void => {
    if (block.length === 0) return
    const [title = '', ...lines] = tableLines(block, columns, out.width ?? 80)
    if (!titled) out.print(out.paint.bold(title))
    titled = true
    for (const line of lines) out.print(line)
    block = []
  }
  for await (const row of rows) {
    shown++
    if (ndjson) out.print(JSON.stringify(row))
    else if (out.json || out.terminal) block.push(row)
    else out.print(rawLine(row, columns))
    if (!out.json && block.length === BLOCK) flush()
    await out.flushed()
  }
  if (out.json && !ndjson) out.print(JSON.stringify(block, undefined, 2))
  else flush()
  return shown
}

function sayWhatElse<T>(out: Output, { items, pager }: Page<T>, name: string): void {
  const { total, page, pageCount } = pager
  if (total === undefined || items.length >= total) return
  const where = pageCount === undefined ? '' : ` (page ${page} of ${pageCount})`
  out.note(`${items.length} of ${total} ${name}${where}: --all lists them all.`)
}

async function* limited<T>(rows: AsyncIterable<T>, limit = Number.POSITIVE_INFINITY): AsyncGenerator<T> {
  let left = limit
  for await (const row of rows) {
    yield row
    if (--left <= 0) return
  }
}

async function* fromArray<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows
}

/** A column for each of `id,name,createdBy[username]`; `undefined` where sets of fields alone are named, such as `*` or `:owner`. */
function fieldColumns<T>(fields: string): Column<T>[] | undefined {
  const names = splitFields(fields).filter((name) => !/^[*:!]/.test(name))
  if (names.length === 0) return undefined
  const wanted = names.includes('id') ? names : ['id', ...names]
  return wanted.map((name) => {
    const member = name.replace(/[[~(].*$/s, '')
    const show = (row: T): string => textOf((row as Record<string, unknown>)[member])
    return { title: member, show, cut: member !== 'id' }
  })
}

/** At the commas that are in no brackets. */
function splitFields(fields: string): string[] {
  const names: string[] = ['']
  let depth = 0
  for (const character of fields) {
    if ('[('.includes(character)) depth++
    else if ('])'.includes(character)) depth--
    if (character === ',' && depth === 0) names.push('')
    else names[names.length - 1] += character
  }
  return names.map((name) => name.trim()).filter((name) => name !== '')
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
