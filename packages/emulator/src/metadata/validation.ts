import type { EmulatorState } from '../state.js'
import type { Row } from '../storage/collection.js'
import { type ErrorReport, describeObject, errorReport } from './reports.js'
import { idOf } from './render.js'
import { type Schema, findSchema, referenceTarget } from './schemas.js'

const UID = /^[A-Za-z][A-Za-z0-9]{10}$/

/** Whether a text is a uid: a letter and ten letters or digits. */
export function isUid(text: string): boolean {
  return UID.test(text)
}

/** What a malformed uid is told. */
export const UID_RULE = 'UID must be an alphanumeric string of 11 characters starting with a letter, but was: '

const TEXT_KLASS = { errorKlass: 'java.lang.String' }
const grouped = (value: number) => value.toLocaleString('en-US')
const java = (value: number) => value.toFixed(1)

/** The checks that hold for every type: what is required, lengths, the uid's form, codes that are taken. */
export function validateBySchema(state: EmulatorState, schema: Schema, row: Row, creating: boolean): ErrorReport[] {
  const reports: ErrorReport[] = []
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = row[name]
    if (property.required && (value === undefined || value === null))
      reports.push(
        errorReport(schema, 'E4000', `Missing required property \`${name}\``, [name], {
          errorKlass: property.type === 'date' ? 'java.util.Date' : 'java.lang.String',
          errorProperty: name,
        }),
      )
    if (typeof value !== 'string' || property.type !== 'text' || name === 'id') continue
    const length = [...value].length
    if (property.maxLength !== undefined && length > property.maxLength)
      reports.push(
        errorReport(
          schema,
          'E4001',
          `Maximum length of property \`${name}\`is ${grouped(property.maxLength)}, but given length was ${grouped(length)}`,
          [name, property.maxLength, length],
          { ...TEXT_KLASS, errorProperty: name },
        ),
      )
  }
  if (creating && row.id.length !== 11)
    reports.push(
      errorReport(
        schema,
        'E4002',
        `Allowed length range for property \`id\` is [11 to 11], but given length was ${row.id.length}`,
        ['id', 11, 11, row.id.length],
        { ...TEXT_KLASS, errorProperty: 'id', args: ['id', java(11), java(11), String(row.id.length)] },
      ),
    )
  if (creating && !isUid(row.id))
    reports.push(
      errorReport(schema, 'E4014', `Invalid UID \`${row.id}\` for property \`${schema.name}\``, [row.id, schema.name]),
    )
  const code = row['code']
  const twin =
    code === undefined
      ? undefined
      : state.collection(schema.plural).find((other) => other['code'] === code && other.id !== row.id)
  if (twin !== undefined) {
    const self = describeObject(schema, row)
    reports.push(
      errorReport(
        schema,
        'E5003',
        `Property \`code\` with value \`${code}\` on object ${self} already exists on object ${twin.id}`,
        ['code', code, self, twin.id],
        { mainId: twin.id, errorProperty: 'code' },
      ),
    )
  }
  return reports
}

/** References that are made by the server itself. */
const OWN_REFERENCES = new Set(['createdBy', 'lastUpdatedBy', 'user', 'sharing', 'access', 'favorites'])

/** References to objects that are neither there nor part of the same import (E5002). */
export function validateReferences(
  state: EmulatorState,
  schema: Schema,
  row: Row,
  imported: (type: string, id: string) => boolean,
): ErrorReport[] {
  const reports: ErrorReport[] = []
  for (const [name, value] of Object.entries(row)) {
    if (OWN_REFERENCES.has(name) || schema.hidden.includes(name)) continue
    const target = referenceTarget(schema, name)
    if (target === undefined || typeof value !== 'object' || value === null) continue
    for (const entry of Array.isArray(value) ? value : [value]) {
      const id = idOf(entry)
      if (id === undefined || state.collection(target).has(id) || imported(target, id)) continue
      const reference = `[${id}] (${findSchema(target)?.name ?? target})`
      const self = describeObject(schema, row)
      reports.push(
        errorReport(
          schema,
          'E5002',
          `Invalid reference ${reference} on object ${self} for association \`${name}\`.`,
          [reference, self, name],
          { mainId: row.id, errorProperty: name },
        ),
      )
    }
  }
  return reports
}

/** Sorts reports as the server does: by code; those of one code keep their order. */
export function byCode(reports: readonly ErrorReport[]): ErrorReport[] {
  return [...reports].sort((a, b) => (a.errorCode < b.errorCode ? -1 : a.errorCode > b.errorCode ? 1 : 0))
}
