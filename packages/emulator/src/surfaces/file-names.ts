const BLOCKED_TYPES = new Set([
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
])

const BLOCKED_EXTENSIONS = new Set(
  'html htm css js mjs otf swf deb rpm jar jsp exe msi mpkg xul php bin sh csh bat'.split(' '),
)

/** Whether the server refuses this type or extension. A type with a parameter is not caught: that is DHIS2's rule. */
export function isBlocked(contentType: string, filename: string): boolean {
  return BLOCKED_TYPES.has(contentType.toLowerCase()) || BLOCKED_EXTENSIONS.has(extensionOf(filename).toLowerCase())
}

/** What follows the last dot; empty when there is none. */
export function extensionOf(filename: string): string {
  const dot = filename.lastIndexOf('.')
  return dot < 0 ? '' : filename.slice(dot + 1)
}

/** The name that is stored: what follows the last slash or backslash, `untitled` when that is blank. */
export function storedName(filename: string): string {
  const name = filename.slice(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1)
  return name.trim() === '' ? 'untitled' : name
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const PARAMETER = new RegExp(`^\\s*(${TOKEN})\\s*=\\s*(?:(${TOKEN})|"([^"]*)"|'([^']*)')\\s*$`)

/** The type that is stored: as it was sent when it reads as a MIME type, else `application/octet-stream`. */
export function storedContentType(contentType: string | undefined): string {
  return contentType !== undefined && isMimeType(contentType) ? contentType : 'application/octet-stream'
}

function isMimeType(text: string): boolean {
  const [full = '', ...parameters] = text.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/)
  const type = full.trim() === '*' ? '*/*' : full.trim()
  const match = new RegExp(`^(${TOKEN})/(${TOKEN})$`).exec(type)
  if (match === null || (match[1] === '*' && match[2] !== '*')) return false
  return parameters.every((parameter) => {
    if (parameter.trim() === '' || !parameter.includes('=')) return true
    const found = PARAMETER.exec(parameter)
    if (found === null) return false
    return found[1]?.toLowerCase() !== 'charset' || isCharset(found[2] ?? found[3] ?? found[4] ?? '')
  })
}

function isCharset(name: string): boolean {
  try {
    new TextDecoder(name)
    return true
  } catch {
    return false
  }
}
