/** Content types of which DHIS2 keeps smaller versions: these strings exactly (WIRE.md 1.7). */
export const VARIANT_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/jpg']

/**
 * Whether the JDK calls these first bytes an image of which DHIS2 makes smaller versions: what
 * `URLConnection.guessContentTypeFromStream` answers `image/png` or `image/jpeg` for (WIRE.md 1.6). A JPEG is one only
 * if its first segment is JFIF (E0), Adobe (EE) or an Exif (E1) that says so.
 */
export function isKnownToJdk(head: Uint8Array): boolean {
  if (startsWith(head, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return true
  if (!startsWith(head, 0xff, 0xd8, 0xff)) return false
  if (head[3] === 0xe0 || head[3] === 0xee) return true
  // after two bytes of length: Exif and NUL
  return head[3] === 0xe1 && startsWith(head.subarray(6), 0x45, 0x78, 0x69, 0x66, 0x00)
}

/**
 * Whether a reader of the JDK's ImageIO may take a file that starts so: PNG, JPEG, GIF, BMP, WBMP or TIFF. They look at
 * these bytes first; that one of them can then read the rest is not said.
 */
export function isKnownToImageIo(head: Uint8Array): boolean {
  return (
    startsWith(head, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) ||
    startsWith(head, 0xff, 0xd8) ||
    startsWith(head, 0x47, 0x49, 0x46, 0x38, 0x37, 0x61) ||
    startsWith(head, 0x47, 0x49, 0x46, 0x38, 0x39, 0x61) ||
    startsWith(head, 0x42, 0x4d) ||
    startsWith(head, 0x00, 0x00) ||
    startsWith(head, 0x49, 0x49, 0x2a, 0x00) ||
    startsWith(head, 0x4d, 0x4d, 0x00, 0x2a)
  )
}

/** The first bytes of a file for a message: `FF D8 FF DB`. */
export function hexOf(head: Uint8Array): string {
  return Array.from(head.subarray(0, 8), (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ')
}

function startsWith(head: Uint8Array, ...bytes: number[]): boolean {
  return bytes.every((byte, i) => head[i] === byte)
}
