/** One entry of a `fields` parameter. */
export interface Field {
  readonly name: string
  readonly kind: 'property' | 'preset' | 'exclusion'
  /** What to show of the value: `createdBy[id,name]`. */
  readonly children: readonly Field[] | undefined
  /** Name to show it under: `name~rename(title)`. */
  readonly rename?: string
}

/** Reads a `fields` parameter: names, `a[b,c]` or `a(b,c)`, `:preset`, `*`, `!excluded`, `~rename(x)`. Never fails. */
export function parseFields(text: string): readonly Field[] {
  let at = 0

  const list = (end: string): Field[] => {
    const fields: Field[] = []
    while (at < text.length && text[at] !== end) {
      if (text[at] === ',' || text[at] === ' ') {
        at++
        continue
      }
      const start = at
      while (at < text.length && !',[]()~'.includes(text.charAt(at))) at++
      const word = text.slice(start, at).trim()
      let rename: string | undefined
      while (text[at] === '~' || text.startsWith('::', at)) {
        const match = /^(?:~|::)(\w+)(?:\(([^)]*)\))?/.exec(text.slice(at))
        if (match === null) break
        if (match[1] === 'rename' && match[2] !== undefined) rename = match[2]
        at += match[0].length
      }
      let children: Field[] | undefined
      if (text[at] === '[' || text[at] === '(') {
        const close = text[at] === '[' ? ']' : ')'
        at++
        children = list(close)
        at++
      } else if (at === start) at++
      if (word !== '') fields.push(field(word, children, rename))
    }
    return fields
  }

  return list('\0')
}

function field(word: string, children: Field[] | undefined, rename: string | undefined): Field {
  if (word === '*') return { name: 'all', kind: 'preset', children }
  if (word.startsWith(':')) return { name: word.slice(1), kind: 'preset', children }
  if (word.startsWith('!') || word.startsWith('-')) return { name: word.slice(1), kind: 'exclusion', children }
  // `a.b` is another way to write `a[b]`
  const dot = word.indexOf('.')
  if (dot > 0)
    return { name: word.slice(0, dot), kind: 'property', children: [field(word.slice(dot + 1), children, rename)] }
  return rename === undefined
    ? { name: word, kind: 'property', children }
    : { name: word, kind: 'property', children, rename }
}
