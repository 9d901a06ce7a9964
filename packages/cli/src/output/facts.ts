import stringWidth from 'string-width'

/** What is known of one thing, a line a fact. Facts without a value are left out. */
export function factLines(facts: Readonly<Record<string, string | number | undefined>>): string {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== '')
  const width = Math.max(0, ...known.map(([name]) => stringWidth(name)))
  return known
    .map(([name, value]) => `${name}:${' '.repeat(width - stringWidth(name) + 1)}${oneLine(String(value))}`)
    .join('\n')
}

/** A name from a server may hold what a terminal obeys, or what would break a line. */
function oneLine(text: string): string {
  return text.replace(/[\p{Control}\u2028\u2029]/gu, ' ')
}
