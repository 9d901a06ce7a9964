import { isUid } from '../../metadata/validation.js'

const LONGEST = 50_000
const INTEGER = /^(0|-?[1-9]\d{0,9})$/
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/
const DATE = /^\d{4}-\d\d-\d\d$/
const DATE_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/

const isDate = (value: string) => DATE.test(value) && !Number.isNaN(Date.parse(value))
const isNumber = (value: string) => NUMBER.test(value)
const isInteger = (value: string) => INTEGER.test(value)
const between = (value: string, low: number, high: number) =>
  isNumber(value) && Number(value) >= low && Number(value) <= high

/** By value type: what its values have to be, and what is said of one that is not. */
const RULES: Readonly<Record<string, readonly [holds: (value: string) => boolean, problem: string]>> = {
  NUMBER: [isNumber, 'value_not_numeric'],
  INTEGER: [isInteger, 'value_not_integer'],
  INTEGER_POSITIVE: [(value) => isInteger(value) && Number(value) > 0, 'value_not_positive_integer'],
  INTEGER_NEGATIVE: [(value) => isInteger(value) && Number(value) < 0, 'value_not_negative_integer'],
  INTEGER_ZERO_OR_POSITIVE: [(value) => isInteger(value) && Number(value) >= 0, 'value_not_zero_or_positive_integer'],
  PERCENTAGE: [(value) => between(value, 0, 100), 'value_not_percentage'],
  UNIT_INTERVAL: [(value) => between(value, 0, 1), 'value_not_unit_interval'],
  BOOLEAN: [(value) => value === 'true' || value === 'false', 'value_not_bool'],
  TRUE_ONLY: [(value) => value === 'true', 'value_not_true_only'],
  DATE: [isDate, 'value_not_valid_date'],
  AGE: [isDate, 'value_not_valid_date'],
  DATETIME: [(value) => DATE_TIME.test(value), 'value_not_valid_datetime'],
  TIME: [(value) => /^([01]\d|2[0-3]):[0-5]\d$/.test(value), 'value_not_valid_time'],
  LETTER: [(value) => /^\p{L}$/u.test(value), 'value_not_valid_letter'],
  COORDINATE: [(value) => /^\[-?\d+(\.\d+)?,\s*-?\d+(\.\d+)?\]$/.test(value), 'value_not_coordinate'],
  URL: [(value) => URL.canParse(value), 'value_not_url'],
  EMAIL: [(value) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value), 'value_not_email'],
  FILE_RESOURCE: [isUid, 'value_not_valid_file_resource_uid'],
  IMAGE: [isUid, 'value_not_valid_file_resource_uid'],
}

/** Why a value does not fit its type; undefined when it does. */
export function valueProblem(value: string, valueType: string): string | undefined {
  if (value.length > LONGEST) return 'value_length_greater_than_max_length'
  const rule = RULES[valueType]
  return rule === undefined || rule[0](value) ? undefined : rule[1]
}

/** Whether values of this type are uids of files. */
export function isFileType(valueType: unknown): boolean {
  return valueType === 'FILE_RESOURCE' || valueType === 'IMAGE'
}

const YES = new Set(['true', 'yes', 't', 'y', '1'])
const NO = new Set(['false', 'no', 'f', 'n', '0'])

/** The value as it is kept: booleans have several spellings. */
export function normalizedValue(value: string, valueType: string): string {
  if (valueType !== 'BOOLEAN' && valueType !== 'TRUE_ONLY') return value
  const lower = value.toLowerCase()
  return YES.has(lower) ? 'true' : NO.has(lower) ? 'false' : value
}
