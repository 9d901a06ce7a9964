import { TomlDate } from 'smol-toml'

/** Names from the root of a document. */
export type Path = readonly string[]

/** A value that is written. Numbers are whole. */
export type Scalar = string | number | boolean

/** One change of what a document says. */
export type Change =
  | { readonly kind: 'set'; readonly path: Path; readonly value: Scalar }
  /** A key, or a table with all below it. What is not there is left so. */
  | { readonly kind: 'remove'; readonly path: Path }
  /** The last name of the path becomes another. */
  | { readonly kind: 'rename'; readonly path: Path; readonly to: string }

/** A table as the parser gives it. */
export type Table = Readonly<Record<string, unknown>>

/** Whether a value is a table: no array, no date. */
export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof TomlDate)
}

/** What is at a path; `undefined` for nothing. */
export function valueAt(table: Table, path: Path): unknown {
  return path.reduce<unknown>(
    (value, name) => (isTable(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    table,
  )
}

/**
 * What a document may say after a change. More than one for a removal: a table that has become empty is there or not, as it was
 * written. Empty when the change cannot be made.
 */
export function outcomesOf(table: Table, change: Change): readonly Table[] {
  const { path } = change
  switch (change.kind) {
    case 'set':
      return asList(within(table, path, () => change.value))
    case 'remove': {
      if (valueAt(table, path) === undefined) return [table]
      const outcomes: Table[] = []
      for (let length = path.length; length > 0; length--) {
        if (length < path.length && !hasOnly(table, path.slice(0, length), path[length] ?? '')) break
        outcomes.push(...asList(within(table, path.slice(0, length), () => undefined)))
      }
      return outcomes
    }
    case 'rename': {
      const renamed = [...path.slice(0, -1), change.to]
      const value = valueAt(table, path)
      if (value === undefined || valueAt(table, renamed) !== undefined) return []
      const without = within(table, path, () => undefined)
      return without === undefined ? [] : asList(within(without, renamed, () => value))
    }
  }
}

function hasOnly(table: Table, path: Path, name: string): boolean {
  const value = valueAt(table, path)
  return isTable(value) && Object.keys(value).length === 1 && Object.hasOwn(value, name)
}

/** The table with another value at a path; `undefined` where something that is no table stands in the way. */
function within(table: Table, path: Path, make: () => unknown): Table | undefined {
  const [name = '', ...rest] = path
  const copy: Record<string, unknown> = Object.assign(Object.create(null) as object, table)
  const below = Object.hasOwn(table, name) ? table[name] : Object.create(null)
  const value = rest.length === 0 ? make() : isTable(below) ? within(below, rest, make) : undefined
  if (value !== undefined) copy[name] = value
  else if (rest.length > 0) return undefined
  else delete copy[name]
  return copy
}

function asList<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value]
}

/** Whether two documents say the same. */
export function isSameContent(a: unknown, b: unknown): boolean {
  if (a instanceof TomlDate || b instanceof TomlDate) {
    return a instanceof TomlDate && b instanceof TomlDate && a.toISOString() === b.toISOString()
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, i) => isSameContent(one, b[i]))
  }
  if (!isTable(a) || !isTable(b)) return Object.is(a, b)
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSameContent(a[name], b[name]))
  )
}
