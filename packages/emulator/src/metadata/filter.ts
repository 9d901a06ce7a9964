import { badRequest } from '../http/web-message.js'
import type { PropertyType } from './schemas.js'

/** One `filter=property:operator:value`. */
export interface Filter {
  readonly path: string
  readonly operator: string
  readonly value: string | undefined
}

type Scalar = string | number | boolean
type Test = (value: unknown, wanted: readonly Scalar[]) => boolean

const text = (value: unknown) => (value === undefined || value === null ? undefined : String(value))
const onText =
  (test: (value: string, wanted: string) => boolean, fold = false): Test =>
  (value, [wanted]) => {
    const a = text(value)
    const b = text(wanted)
    if (a === undefined || b === undefined) return false
    return fold ? test(a.toLowerCase(), b.toLowerCase()) : test(a, b)
  }
const not =
  (test: Test): Test =>
  (value, wanted) =>
    !test(value, wanted)
const compared =
  (holds: (order: number) => boolean): Test =>
  (value, [wanted]) => {
    if (Array.isArray(value)) return holds(value.length - Number(wanted))
    if (value === undefined || value === null || wanted === undefined) return false
    return holds(compare(value, wanted))
  }

const equal = compared((order) => order === 0)
const contains = (value: string, wanted: string) => value.includes(wanted)
const startsWith = (value: string, wanted: string) => value.startsWith(wanted)
const endsWith = (value: string, wanted: string) => value.endsWith(wanted)
const isNull: Test = (value) => value === undefined || value === null
const isEmpty: Test = (value) => isNull(value, []) || (Array.isArray(value) ? value.length === 0 : value === '')
const isIn: Test = (value, wanted) => wanted.some((one) => equal(value, [one]))
/** Every word of the wanted text is somewhere in the value. */
const hasTokens: Test = (value, [wanted]) => {
  const words = (text(value) ?? '').toLowerCase()
  return (text(wanted) ?? '')
    .toLowerCase()
    .split(/\s+/)
    .every((word) => words.includes(word))
}

/** All operators (WIRE.md 1.8). */
const OPERATORS: Readonly<Record<string, Test>> = {
  eq: equal,
  ieq: onText((value, wanted) => value === wanted, true),
  '!eq': not(equal),
  neq: not(equal),
  ne: not(equal),
  gt: compared((order) => order > 0),
  lt: compared((order) => order < 0),
  ge: compared((order) => order >= 0),
  gte: compared((order) => order >= 0),
  le: compared((order) => order <= 0),
  lte: compared((order) => order <= 0),
  like: onText(contains),
  '!like': not(onText(contains)),
  $like: onText(startsWith),
  '!$like': not(onText(startsWith)),
  like$: onText(endsWith),
  '!like$': not(onText(endsWith)),
  ilike: onText(contains, true),
  '!ilike': not(onText(contains, true)),
  $ilike: onText(startsWith, true),
  startsWith: onText(startsWith, true),
  '!$ilike': not(onText(startsWith, true)),
  '!startsWith': not(onText(startsWith, true)),
  ilike$: onText(endsWith, true),
  endsWith: onText(endsWith, true),
  '!ilike$': not(onText(endsWith, true)),
  '!endsWith': not(onText(endsWith, true)),
  token: hasTokens,
  '!token': not(hasTokens),
  in: isIn,
  '!in': not(isIn),
  null: isNull,
  '!null': not(isNull),
  empty: isEmpty,
  '!empty': not(isEmpty),
}

const WITHOUT_VALUE = new Set(['null', '!null', 'empty', '!empty'])

/**
 * Reads one `filter` parameter.
 *
 * @throws ApiError 400 when it has no operator, or one that does not exist
 */
export function parseFilter(filter: string): Filter {
  const [path = '', operator, ...rest] = filter.split(':')
  if (path === '' || operator === undefined) throw badRequest(`Invalid filter: ${filter}`)
  if (OPERATORS[operator] === undefined) throw badRequest(`\`${operator}\` is not a valid operator.`)
  return { path, operator, value: rest.length === 0 ? undefined : rest.join(':') }
}

/**
 * Whether a value passes a filter. `type` says how the wanted value is read.
 *
 * @throws ApiError 400 when the wanted value cannot be read as that type
 */
export function passes(filter: Filter, value: unknown, type: PropertyType | undefined): boolean {
  const test = OPERATORS[filter.operator]
  if (test === undefined) return false
  // a path through a collection holds when it holds for one of its members
  if (Array.isArray(value) && filter.path.includes('.') && !WITHOUT_VALUE.has(filter.operator))
    return value.some((one) => test(one, wantedValues(filter, type)))
  return test(value, wantedValues(filter, type))
}

/** The filter's value or values, read by type. */
function wantedValues(filter: Filter, type: PropertyType | undefined): Scalar[] {
  if (filter.value === undefined || WITHOUT_VALUE.has(filter.operator)) return []
  if (filter.operator === 'in' || filter.operator === '!in') {
    const list = /^\[([^]*)\]$/.exec(filter.value)
    if (list === null) throw badRequest(`Invalid argument \`${filter.value}\` for in operator.`)
    return (list[1] ?? '').split(',').map((one) => readScalar(one.trim(), type))
  }
  return [readScalar(filter.value, type)]
}

function readScalar(value: string, type: PropertyType | undefined): Scalar {
  if (type === 'boolean') {
    if (/^true$/i.test(value)) return true
    if (/^false$/i.test(value)) return false
    throw badRequest(`Unable to parse \`${value}\` to \`Boolean\`.`)
  }
  if (type === 'integer' || type === 'long' || type === 'collection') {
    if (/^-?\d+$/.test(value)) return Number(value)
    throw badRequest(`Unable to parse \`${value}\` to \`${type === 'long' ? 'Long' : 'Integer'}\`.`)
  }
  if (type === 'date' && Number.isNaN(Date.parse(value))) throw badRequest(`Unable to parse \`${value}\` to \`Date\`.`)
  return value
}

/** Order of two values: numbers and booleans by value, dates and text by their letters. */
export function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'boolean' || typeof b === 'boolean') {
    const [x, y] = [String(a), String(b)]
    return x === y ? 0 : x < y ? -1 : 1
  }
  const [x, y] = [text(a) ?? '', text(b) ?? '']
  // a date may be written shorter than it is kept: 2026-01-01
  if (/^\d{4}-\d\d-\d\dT/.test(x) && /^\d{4}-\d\d-\d\d$/.test(y)) return compare(x, `${y}T00:00:00.000`)
  return x === y ? 0 : x < y ? -1 : 1
}
