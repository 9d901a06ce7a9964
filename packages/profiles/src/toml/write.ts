import type { Scalar } from './change.js'

const BARE = /^[A-Za-z0-9_-]+$/

const SHORT: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
}

/** A value as TOML 1.0 has it, on one line. */
export function literalOf(value: Scalar): string {
  return typeof value === 'string' ? quoted(value) : String(value)
}

/** A name as a part of a key. */
export function keyOf(name: string): string {
  return BARE.test(name) ? name : quoted(name)
}

/** A name in place of another, in the quotes that the other has. */
export function renamedPart(old: string, to: string): string {
  const quote = old[0]
  return (quote === '"' || quote === "'") && BARE.test(to) ? `${quote}${to}${quote}` : keyOf(to)
}

/** What ends a line in this text. */
export function newlineOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n'
}

function quoted(text: string): string {
  const escaped = text.replace(
    /[\u0000-\u001f\u007f"\\]/g,
    (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `"${escaped}"`
}
