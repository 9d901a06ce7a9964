import { parse } from 'smol-toml'
import { type Change, isSameContent, outcomesOf, type Path, type Scalar, type Table } from './change.js'
import { intoInline, withoutInline } from './inline.js'
import { beginsWith, type Entry, entriesOf, scan, type Section } from './scan.js'
import { type Splice, spliced } from './splice.js'
import { keyOf, literalOf, newlineOf, renamedPart } from './write.js'

/** An edit that the text does not allow: it would say something else too. Its message shows nothing of the text. */
export class CannotEdit extends Error {
  override readonly name = 'CannotEdit'
}

/**
 * Makes changes in the text of a TOML document. Parsed again, it gives the old content and these changes; every byte that they
 * do not need stays, comments included: those of what is removed too.
 * @param text Valid TOML.
 * @throws CannotEdit when that cannot be done
 */
export function edit(text: string, changes: readonly Change[]): string {
  return changes.reduce((before, change) => {
    const outcomes = outcomesOf(contentOf(before), change)
    const after = outcomes.length === 0 ? before : perform(before, change)
    if (!outcomes.some((outcome) => isSameContent(readBack(after), outcome))) {
      throw new CannotEdit(`${change.path.join('.')} cannot be changed without changing more`)
    }
    return after
  }, text)
}

/** What a document says. Numbers that do not fit are kept exact. @throws TomlError, whose message shows a part of the text */
export function contentOf(text: string): Table {
  return parse(text, { integersAsBigInt: 'asNeeded' })
}

function readBack(text: string): Table | undefined {
  try {
    // as it comes back from a file: what UTF-8 cannot write is another character then
    return contentOf(new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text)))
  } catch {
    return undefined
  }
}

function perform(text: string, change: Change): string {
  switch (change.kind) {
    case 'set':
      return set(text, change.path, change.value)
    case 'remove':
      return remove(text, change.path)
    case 'rename':
      return rename(text, change.path, change.to)
  }
}

function set(text: string, path: Path, value: Scalar): string {
  const sections = scan(text).filter((section) => !section.inArray)
  const entries = sections.flatMap(entriesOf)
  const literal = literalOf(value)
  const there = entries.find((entry) => isSame(entry.path, path))
  if (there) return spliced(text, [{ start: there.valueStart, end: there.valueEnd, text: literal }])
  const table = path.slice(0, -1)
  const assignment = (base: Path): string => `${path.slice(base.length).map(keyOf).join('.')} = ${literal}`

  const inline = entries.filter((entry) => entry.children !== undefined && beginsWith(table, entry.path)).at(-1)
  if (inline && isSame(inline.path, table)) return intoInline(text, inline, assignment(table))
  const section = sections.find((one) => isSame(one.path, table))
  if (section) return intoSection(text, section, assignment(table))
  const dotted = entries.filter((entry) => beginsWith(entry.path, table) && baseOf(entry).length < table.length).at(-1)
  if (dotted?.within) return intoInline(text, dotted.within, assignment(dotted.within.path))
  if (dotted) return afterEntry(text, dotted, assignment(baseOf(dotted)))
  if (inline) return intoInline(text, inline, assignment(inline.path))
  return withNewTable(text, table, assignment(table))
}

function isSame(a: Path, b: Path): boolean {
  return a.length === b.length && beginsWith(a, b)
}

/** The table that an entry's key begins in. */
function baseOf(entry: Entry): Path {
  return entry.path.slice(0, entry.path.length - entry.parts.length)
}

function intoSection(text: string, section: Section, assignment: string): string {
  const last = section.entries.at(-1)
  if (last) return afterEntry(text, last, assignment)
  if (section.parts.length > 0) return belowLine(text, section.end, assignment)
  const start = text.startsWith('\uFEFF') ? 1 : 0
  const newline = newlineOf(text)
  const gap = start === text.length || /^\r?\n/.test(text.slice(start)) ? '' : newline
  return spliced(text, [{ start, end: start, text: `${assignment}${newline}${gap}` }])
}

/** On a line of its own below an entry, indented as that is. */
function afterEntry(text: string, entry: Entry, assignment: string): string {
  const indent = /[ \t]*$/.exec(text.slice(0, entry.start))?.[0] ?? ''
  return belowLine(text, entry.valueEnd, `${indent}${assignment}`)
}

/** Below the line that this place is on. */
function belowLine(text: string, at: number, line: string): string {
  const end = text.indexOf('\n', at) + 1
  if (end === 0) return `${text}${newlineOf(text)}${line}`
  const newline = text[end - 2] === '\r' ? '\r\n' : '\n'
  return spliced(text, [{ start: end, end, text: `${line}${newline}` }])
}

function withNewTable(text: string, table: Path, assignment: string): string {
  const newline = newlineOf(text)
  const isEmpty = text === '' || text === '\uFEFF'
  const toLineStart = isEmpty || text.endsWith('\n') ? '' : newline
  const gap = isEmpty || /(^\uFEFF?|\n)\r?\n$/.test(text) ? '' : newline
  return `${text}${toLineStart}${gap}[${table.map(keyOf).join('.')}]${newline}${assignment}${newline}`
}

function remove(text: string, path: Path): string {
  const sections = scan(text)
  const headers = sections.filter((section) => section.parts.length > 0 && beginsWith(section.path, path))
  const statements = sections.flatMap((section) => section.entries).filter((entry) => beginsWith(entry.path, path))
  const splices = [
    ...headers.map(({ start, end }) => lineOf(text, start, end)),
    ...statements.map(({ start, valueEnd }) => lineOf(text, start, valueEnd)),
  ]
  return withoutInline(spliced(text, splices), path)
}

/** What goes with a key or header: its line; where a comment follows, not that. */
function lineOf(text: string, start: number, end: number): Splice {
  const isBlank = (at: number): boolean => text[at] === ' ' || text[at] === '\t'
  let behind = end
  while (isBlank(behind)) behind++
  if (text[behind] === '#') return { start, end: behind, text: '' }
  let lineStart = start
  while (isBlank(lineStart - 1)) lineStart--
  const newline = text.indexOf('\n', behind)
  return { start: lineStart, end: newline < 0 ? text.length : newline + 1, text: '' }
}

function rename(text: string, path: Path, to: string): string {
  const at = path.length - 1
  const sections = scan(text)
  const headers = sections.filter((section) => beginsWith(section.path, path)).map(({ parts }) => parts[at])
  const keys = sections
    .flatMap(entriesOf)
    .filter((entry) => beginsWith(entry.path, path))
    .map((entry) => entry.parts[at - baseOf(entry).length])
  const parts = [...headers, ...keys].filter((part) => part !== undefined)
  return spliced(
    text,
    parts.map(({ start, end }) => ({ start, end, text: renamedPart(text.slice(start, end), to) })),
  )
}
