import stringWidth from 'string-width'

/** A text in one line: names from a server or a disk may hold what a terminal obeys, or what would break a line. */
export function printable(text: string): string {
  return text.replace(/[\p{Control}\u2028\u2029]/gu, ' ')
}

/** The text, cut to so many columns of a terminal, with an ellipsis where it was cut. */
export function cutTo(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break
    kept += segment
  }
  return `${kept}…`
}
