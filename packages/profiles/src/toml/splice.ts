/** A part of a text, and what comes in its place. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The text with these parts replaced. They do not overlap. */
export function spliced(text: string, splices: readonly Splice[]): string {
  const fromBehind = [...splices].sort((a, b) => b.start - a.start)
  return fromBehind.reduce((result, { start, end, text: by }) => result.slice(0, start) + by + result.slice(end), text)
}
