/** What most file systems take: bytes of UTF-8 in one name. */
const LONGEST = 255

/** What follows the last dot counts as an extension up to this length; a longer one is part of the name. */
const LONGEST_EXTENSION = 32

/** Names that Windows gives to devices, whatever their extension. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/i

/**
 * Makes a name from anywhere safe as the name of one file on every platform: one path part, no control characters, none
 * that Windows refuses, no device names, no blanks at its ends or dots at its end, NFC, at most 255 bytes with its
 * extension kept, never empty. Characters that cannot stay become `_`; a name that is safe stays as it is.
 */
export function safeFileName(name: string): string {
  const cleaned = name
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .normalize('NFC')
    .replace(/[\p{Control}/\\<>:"|?*]/gu, '_')
    .replace(/^\s+/, '')
  const free = DEVICE.test(cleaned) ? `_${cleaned}` : cleaned
  return trimEnd(shorten(trimEnd(free))) || 'untitled'
}

function trimEnd(name: string): string {
  return name.replace(/[\s.]+$/, '')
}

function shorten(name: string): string {
  if (bytes(name) <= LONGEST) return name
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && bytes(name.slice(dot)) <= LONGEST_EXTENSION ? name.slice(dot) : ''
  const room = LONGEST - bytes(extension)
  let stem = ''
  let length = 0
  for (const character of name) {
    length += bytes(character)
    if (length > room) break
    stem += character
  }
  return stem + extension
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).byteLength
}
