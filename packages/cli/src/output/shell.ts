/** A word as it is typed into a shell, quoted where it must be. @param platform Default: this one. */
export function shellWord(word: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? windowsWord(word) : posixWord(word)
}

/** Words as they are typed into a shell. @param platform Default: this one. */
export function shellWords(words: readonly string[], platform?: NodeJS.Platform): string {
  return words.map((word) => shellWord(word, platform)).join(' ')
}

function posixWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** Double quotes are those that both cmd and PowerShell know; what PowerShell reads within them goes into its single ones. */
function windowsWord(word: string): string {
  if (/^[\w+=:./\\-]+$/.test(word)) return word
  if (/["$`]/.test(word)) return `'${word.replaceAll("'", "''")}'`
  // a backslash before the closing quote would quote it
  return `"${word.replace(/\\+$/, '$&$&')}"`
}
