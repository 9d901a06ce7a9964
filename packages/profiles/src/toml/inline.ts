import type { Path } from './change.js'
import { beginsWith, type Entry, entriesOf, scan } from './scan.js'
import { type Splice, spliced } from './splice.js'

/** The text with one more assignment in an inline table. */
export function intoInline(text: string, table: Entry, assignment: string): string {
  const last = table.children?.at(-1)
  if (last) return spliced(text, [{ start: last.valueEnd, end: last.valueEnd, text: `, ${assignment}` }])
  const at = table.valueStart + 1
  return spliced(text, [{ start: at, end: at, text: ` ${assignment}${text[at] === '}' ? ' ' : ''}` }])
}

/** The text without what inline tables have at a path or below. */
export function withoutInline(text: string, path: Path): string {
  const entry = scan(text)
    .flatMap(entriesOf)
    .find((one) => one.within !== undefined && beginsWith(one.path, path))
  if (entry?.within?.children === undefined) return text
  const siblings = entry.within.children
  const before = siblings[siblings.indexOf(entry) - 1]
  const comma = commaAfter(text, entry.valueEnd) ?? (before && commaAfter(text, before.valueEnd, entry.start))
  const own: Splice = { start: entry.start, end: entry.valueEnd, text: '' }
  // one at a time: the commas of the others change
  return withoutInline(spliced(text, comma === undefined ? [own] : [own, comma]), path)
}

/** The comma behind a value, with the blanks behind it. @param next Where the next entry begins: blanks go when they lead there */
function commaAfter(text: string, at: number, next?: number): Splice | undefined {
  const rest = /(?:[ \t\r\n]|#[^\n]*)*(,[ \t]*)?/y
  rest.lastIndex = at
  const comma = rest.exec(text)?.[1]
  if (comma === undefined) return undefined
  const start = rest.lastIndex - comma.length
  const isNear = next === undefined || rest.lastIndex === next
  return { start, end: isNear ? rest.lastIndex : start + 1, text: '' }
}
