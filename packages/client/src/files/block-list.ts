import { extensionOf } from '../bytes/content-type.js'
import type { Refusal } from '../bytes/refusal.js'

/** What DHIS2 does not take, the same on every version (WIRE.md 1.3). */
const TYPES = [
  'text/html',
  'text/css',
  'text/javascript',
  'font/otf',
  'application/x-shockwave-flash',
  'application/vnd.debian.binary-package',
  'application/x-rpm',
  'application/java-archive',
  'application/x-ms-dos-executable',
  'application/vnd.microsoft.portable-executable',
  'application/vnd.apple.installer+xml',
  'application/vnd.mozilla.xul+xml',
  'application/x-httpd-php',
  'application/x-sh',
  'application/x-csh',
]
const EXTENSIONS = 'html htm css js mjs otf swf deb rpm jar jsp exe msi mpkg xul php bin sh csh bat'.split(' ')

/** The whole type counts, in any case: with a parameter it passes (recording file.upload.blocked-type-with-parameter). */
export function blockedType(type: string): Refusal | undefined {
  if (!TYPES.includes(type.toLowerCase())) return undefined
  return blocked('content types', TYPES.join(', '), type, 'pass another contentType')
}

/** The extension counts in any case. */
export function blockedExtension(filename: string): Refusal | undefined {
  const extension = extensionOf(filename)
  if (!EXTENSIONS.includes(extension.toLowerCase())) return undefined
  return blocked('extensions', EXTENSIONS.join(', '), extension, 'pass a filename with another extension')
}

function blocked(what: string, list: string, actual: string, change: string): Refusal {
  return {
    rule: `DHIS2 blocks some ${what}`,
    limit: `none of ${list}`,
    actual,
    change: `Put the file into a .zip, or ${change}.`,
    errorCode: 'E6101',
  }
}
