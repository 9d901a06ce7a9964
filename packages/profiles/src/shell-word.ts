/** A text as one word of a shell, as it is where it needs no quotes. Control characters are shown as a question mark. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  return `'${text.replaceAll(/\p{Cc}/gu, '?').replaceAll("'", "'\\''")}'`
}
