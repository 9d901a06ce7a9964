/** What a file is declared as when nothing better is known; also what DHIS2 makes of a type that it cannot parse. */
const DEFAULT_CONTENT_TYPE = 'application/octet-stream'

/** Characters that DHIS2's column holds (WIRE.md 10.1). */
const MAX_LENGTH = 255

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const QUOTED = '"(?:[ !#-\\[\\]-~]|\\\\[ -~])*"'
// each blank can be matched in one way only, so a hostile value costs linear time
const MEDIA_TYPE = `^${TOKEN}/${TOKEN}(?: *;(?: *${TOKEN}=(?:${TOKEN}|${QUOTED}))?)*$`

/** By extension, without its dot, in lower case. */
const BY_EXTENSION: Readonly<Record<string, string>> = {
  '3gp': 'video/3gpp',
  '7z': 'application/x-7z-compressed',
  aac: 'audio/aac',
  amr: 'audio/amr',
  apk: 'application/vnd.android.package-archive',
  avi: 'video/x-msvideo',
  avif: 'image/avif',
  bmp: 'image/bmp',
  bz2: 'application/x-bzip2',
  csv: 'text/csv',
  dcm: 'application/dicom',
  doc: 'application/msword',
  docm: 'application/vnd.ms-word.document.macroenabled.12',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  eml: 'message/rfc822',
  epub: 'application/epub+zip',
  flac: 'audio/flac',
  geojson: 'application/geo+json',
  gif: 'image/gif',
  gml: 'application/gml+xml',
  gpkg: 'application/geopackage+sqlite3',
  gpx: 'application/gpx+xml',
  gz: 'application/gzip',
  heic: 'image/heic',
  heif: 'image/heif',
  ico: 'image/vnd.microsoft.icon',
  ics: 'text/calendar',
  jfif: 'image/jpeg',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  kml: 'application/vnd.google-earth.kml+xml',
  kmz: 'application/vnd.google-earth.kmz',
  log: 'text/plain',
  m4a: 'audio/mp4',
  m4v: 'video/mp4',
  md: 'text/markdown',
  mkv: 'video/matroska',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  mpeg: 'video/mpeg',
  mpg: 'video/mpeg',
  msg: 'application/vnd.ms-outlook',
  odp: 'application/vnd.oasis.opendocument.presentation',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  odt: 'application/vnd.oasis.opendocument.text',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  parquet: 'application/vnd.apache.parquet',
  pdf: 'application/pdf',
  png: 'image/png',
  pps: 'application/vnd.ms-powerpoint',
  ppsx: 'application/vnd.openxmlformats-officedocument.presentationml.slideshow',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  rar: 'application/vnd.rar',
  rtf: 'application/rtf',
  sqlite: 'application/vnd.sqlite3',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  vcf: 'text/vcard',
  wav: 'audio/wav',
  webm: 'video/webm',
  webp: 'image/webp',
  xls: 'application/vnd.ms-excel',
  xlsb: 'application/vnd.ms-excel.sheet.binary.macroenabled.12',
  xlsm: 'application/vnd.ms-excel.sheet.macroenabled.12',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  xml: 'application/xml',
  xz: 'application/x-xz',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  zip: 'application/zip',
}

/** Where a file's content type may come from, best first. An empty string is none. */
export interface ContentTypeHints {
  /** What the caller says. */
  readonly given?: string | undefined
  /** What the Blob, the Response or the source says. */
  readonly blobType?: string | undefined
  /** Its extension decides when nobody says anything. */
  readonly filename: string
}

/**
 * The content type to declare: the caller's, else the source's, else by extension, else `application/octet-stream`.
 * It is always fit for a header: see {@link mediaType}.
 */
export function contentTypeOf({ given, blobType, filename }: ContentTypeHints): string {
  const said = [given, blobType].find((type) => type !== undefined && type.trim() !== '')
  if (said !== undefined) return mediaType(said)
  const extension = extensionOf(filename).toLowerCase()
  return Object.hasOwn(BY_EXTENSION, extension)
    ? (BY_EXTENSION[extension] ?? DEFAULT_CONTENT_TYPE)
    : DEFAULT_CONTENT_TYPE
}

/**
 * A content type as it may be sent. One that is no MIME type (RFC 9110 8.3.1, in printable ASCII) becomes
 * `application/octet-stream`, as DHIS2 itself would have it (recording file.upload.invalid-type). Image types lose their
 * parameters and capitals, with which DHIS2 makes no smaller versions of them (WIRE.md 1.7); one longer than the 255
 * characters that DHIS2 keeps loses its parameters.
 */
export function mediaType(value: string): string {
  const type = value.trim()
  const printable = /^[ -~]*$/.test(value)
  if (!printable || type.length > 4 * MAX_LENGTH || !new RegExp(MEDIA_TYPE).test(type)) return DEFAULT_CONTENT_TYPE
  const essence = type.split(';', 1)[0]?.trimEnd() ?? type
  if (/^image\//i.test(essence)) return essence.length > MAX_LENGTH ? DEFAULT_CONTENT_TYPE : essence.toLowerCase()
  if (type.length <= MAX_LENGTH) return type
  return essence.length <= MAX_LENGTH ? essence : DEFAULT_CONTENT_TYPE
}

/** What follows the last dot of a name, as DHIS2 takes it (`FilenameUtils.getExtension`); empty where there is none. */
export function extensionOf(filename: string): string {
  const base = filename.slice(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1)
  const dot = base.lastIndexOf('.')
  return dot === -1 ? '' : base.slice(dot + 1)
}
