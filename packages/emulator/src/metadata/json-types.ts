import { uncoded } from '../http/web-message.js'
import type { Traits } from '../versions.js'
import type { PropertyType, Schema } from './schemas.js'

/**
 * Reads a payload's members as the types that the schema gives them, the way DHIS2's mapper does: an empty text is null,
 * nulls are left out, numbers become text, `"true"` becomes true.
 *
 * @throws ApiError 409, before 2.43 500, when a value cannot be read as its type
 */
export function readObject(schema: Schema, payload: unknown, traits: Traits): Record<string, unknown> {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    throw typeError(traits, schema.klass, payload, schema.klass)
  const result: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(payload)) {
    const property = schema.properties[name]
    if (property === undefined && !schema.open) continue
    if (value === null || value === '') continue
    const type = property === undefined ? undefined : JAVA_TYPES[property.type]
    result[name] =
      type === undefined ? value : readScalar(value, type, () => typeError(traits, type, value, schema.klass, name))
  }
  return result
}

const JAVA_TYPES: Partial<Record<PropertyType, string>> = {
  text: 'java.lang.String',
  boolean: 'boolean',
  integer: 'int',
  long: 'long',
}

function readScalar(value: unknown, type: string, fail: () => Error): unknown {
  if (typeof value === 'object') throw fail()
  if (type === 'java.lang.String') return String(value)
  if (type === 'boolean') {
    if (typeof value === 'boolean') return value
    if (typeof value === 'number') return value !== 0
    if (/^(true|True|TRUE|false|False|FALSE)$/.test(String(value))) return String(value).toLowerCase() === 'true'
    throw fail()
  }
  const number = Number(value)
  if (!Number.isInteger(number)) throw fail()
  return number
}

const SOURCE = 'at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 1]'

/** Jackson's complaint about a value of the wrong type. */
function typeError(traits: Traits, type: string, value: unknown, klass: string, member?: string): Error {
  const chain = member === undefined ? '' : ` (through reference chain: ${klass}["${member}"])`
  const what = Array.isArray(value)
    ? 'Array value (token `JsonToken.START_ARRAY`)'
    : typeof value === 'object'
      ? 'Object value (token `JsonToken.START_OBJECT`)'
      : `String ${JSON.stringify(String(value))}${type === 'boolean' ? ': only "true"/"True"/"TRUE" or "false"/"False"/"FALSE" recognized' : ': not a valid value'}`
  return uncoded(
    traits.jsonTypeErrorStatus,
    `Cannot deserialize value of type \`${type}\` from ${what}\n ${SOURCE}${chain}`,
  )
}
