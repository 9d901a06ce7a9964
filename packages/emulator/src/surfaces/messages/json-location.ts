/** Where a value begins in a JSON text, as Jackson counts: lines and columns from 1. Undefined when the path leads nowhere. */
export function locateInJson(
  text: string,
  path: readonly (string | number)[],
): { readonly line: number; readonly column: number } | undefined {
  let at = 0
  let found: number | undefined

  const blank = () => {
    while (/\s/.test(text.charAt(at))) at++
  }
  const string = (): string => {
    const start = at++
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    at++
    return JSON.parse(text.slice(start, at)) as string
  }
  // `depth`: how many steps of the path led here; -1: off the path
  const value = (depth: number): void => {
    blank()
    if (depth === path.length) found ??= at
    const opening = text[at]
    if (opening === '"') {
      string()
      return
    }
    if (opening !== '{' && opening !== '[') {
      while (at < text.length && !/[\s,\]}]/.test(text.charAt(at))) at++
      return
    }
    const closing = opening === '{' ? '}' : ']'
    at++
    for (let index = 0; at < text.length; index++) {
      blank()
      if (text[at] === closing) break
      let step: string | number = index
      if (opening === '{') {
        step = string()
        blank()
        at++
      }
      value(depth >= 0 && path[depth] === step ? depth + 1 : -1)
      blank()
      if (text[at] === ',') at++
    }
    at++
  }

  value(0)
  if (found === undefined) return undefined
  const before = text.slice(0, found)
  return { line: before.split('\n').length, column: found - before.lastIndexOf('\n') }
}
