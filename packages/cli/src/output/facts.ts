import stringWidth from 'string-width'
import { printable } from './text.js'

/** What is known of one thing, a line a fact. Facts without a value are left out. */
export function factLines(facts: Readonly<Record<string, string | number | undefined>>): string {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== '')
  const width = Math.max(0, ...known.map(([name]) => stringWidth(name)))
  return known
    .map(([name, value]) => `${name}:${' '.repeat(width - stringWidth(name) + 1)}${printable(String(value))}`)
    .join('\n')
}
