import type { Api } from '../../api.js'
import type { Row } from '../../storage/collection.js'
import { readDate } from './dates.js'
import { EnumArgument } from './messages.js'
import type { TrackerMetadata } from './metadata.js'
import { type Item, textOf } from './payload.js'

const FILE_TYPES = new Set(['FILE_RESOURCE', 'IMAGE'])
/** What ImageIO says it can read, with the readers that DHIS2 brings along. */
const IMAGE_FORMATS =
  'JPG, jpg, tiff, bmp, BMP, pcx, PCX, gif, GIF, WBMP, png, PNG, raw, RAW, JPEG, pnm, PNM, tif, TIF, TIFF, jpeg, wbmp'
const READABLE = new Set(IMAGE_FORMATS.split(', '))

/** Whether values of this data element or attribute are files. */
export function isFileTyped(typed: Row | undefined): boolean {
  return FILE_TYPES.has(String(typed?.['valueType']))
}

const integer = (test: (value: number) => boolean) => (value: string) => /^-?\d+$/.test(value) && test(Number(value))
const number = (test: (value: number) => boolean) => (value: string) =>
  /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value) && test(Number(value))
const always = () => true

/** Which texts are values of a type. Types that are not listed take any text. */
const CHECKS: Readonly<Record<string, (value: string) => boolean>> = {
  INTEGER: integer(always),
  INTEGER_POSITIVE: integer((value) => value > 0),
  INTEGER_NEGATIVE: integer((value) => value < 0),
  INTEGER_ZERO_OR_POSITIVE: integer((value) => value >= 0),
  NUMBER: number(always),
  PERCENTAGE: number((value) => value >= 0 && value <= 100),
  UNIT_INTERVAL: number((value) => value >= 0 && value <= 1),
  BOOLEAN: (value) => /^(true|false|1|0)$/i.test(value),
  TRUE_ONLY: (value) => /^(true|1)$/i.test(value),
  DATE: (value) => /^\d{4}-\d\d-\d\d/.test(value) && readDate(value) !== undefined,
  AGE: (value) => /^\d{4}-\d\d-\d\d/.test(value) && readDate(value) !== undefined,
  DATETIME: (value) => /^\d{4}-\d\d-\d\dT/.test(value) && readDate(value) !== undefined,
  TIME: (value) => /^([01]\d|2[0-3]):[0-5]\d$/.test(value),
  LETTER: (value) => /^[A-Za-z]$/.test(value),
  COORDINATE: (value) => /^\[\s*-?\d+(\.\d+)?\s*,\s*-?\d+(\.\d+)?\s*\]$/.test(value),
  EMAIL: (value) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value),
}

/**
 * Checks a value that is there: its type, its option, and of a file that it exists, that an image is one, and that it is
 * nobody else's (WIRE.md 4.4). `code`: E1302 for data elements, E1007 for attributes.
 */
export function checkValue(
  api: Api,
  metadata: TrackerMetadata,
  item: Item,
  typed: Row,
  value: string,
  code: 'E1007' | 'E1302',
): void {
  const type = textOf(typed['valueType']) ?? 'TEXT'
  const reason = reasonAgainst(api, metadata, type, value)
  if (reason !== undefined) item.fail(code, new EnumArgument(type), reason)
  if (FILE_TYPES.has(type)) checkUnassigned(api, item, value)
  const codes = metadata.optionCodesOf(typed)
  const chosen = type === 'MULTI_TEXT' ? value.split(',') : [value]
  if (codes !== undefined && chosen.some((one) => !codes.includes(one)))
    item.fail('E1125', value, (typed['optionSet'] as Row).id)
}

function reasonAgainst(api: Api, metadata: TrackerMetadata, type: string, value: string): string | undefined {
  if (FILE_TYPES.has(type)) {
    const file = api.state.fileResources.get(value)
    if (file === undefined) return `File resource \`${value}\` could not be found.`
    const format = file.contentType.split(/[/;]/)[1] ?? ''
    if (type === 'FILE_RESOURCE' || READABLE.has(format)) return undefined
    return `File resource with uid '${value}' is using invalid image format ${format}. Valid formats are: ${IMAGE_FORMATS}.`
  }
  if (type === 'ORGANISATION_UNIT' && metadata.orgUnit(value) === undefined)
    return `Organisation unit \`${value}\` could not be found.`
  if (type === 'USERNAME' && api.state.users.find((user) => user.username === value) === undefined)
    return `Username \`${value}\` could not be found.`
  const check = CHECKS[type]
  return check === undefined || check(value) ? undefined : `Value type is ${type} but the value \`${value}\` is not.`
}

/** A new object takes no assigned file; an update none whose recorded owner is another object. */
function checkUnassigned(api: Api, item: Item, value: string): void {
  const file = api.state.fileResources.get(value)
  if (file === undefined) return
  const owner = file.fileResourceOwner
  const taken = item.strategy === 'CREATE' ? file.assigned : owner !== undefined && owner !== item.uid
  if (taken) item.fail('E1009', value)
}
