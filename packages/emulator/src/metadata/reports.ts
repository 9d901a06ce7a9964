import type { Schema } from './schemas.js'

/** One reason why an object was refused. */
export interface ErrorReport {
  message: string
  args: (string | null)[]
  mainKlass: string
  errorCode: string
  mainId?: string
  errorKlass?: string
  errorProperty?: string
  errorProperties: unknown[]
}

export interface ObjectReport {
  klass: string
  index: number
  uid: string
  errorReports: ErrorReport[]
}

export interface Stats {
  created: number
  updated: number
  deleted: number
  ignored: number
  total: number
}

export interface TypeReport {
  klass: string
  stats: Stats
  objectReports: ObjectReport[]
}

export interface ImportReport {
  status: 'OK' | 'WARNING' | 'ERROR'
  typeReports: TypeReport[]
  stats: Stats
}

/** Builds an error report; `args` are the properties as text unless given. */
export function errorReport(
  schema: Schema,
  errorCode: string,
  message: string,
  errorProperties: unknown[],
  more: Partial<ErrorReport> = {},
): ErrorReport {
  return {
    message,
    args: errorProperties.map((value) => (value === undefined || value === null ? null : String(value))),
    mainKlass: schema.klass,
    errorCode,
    ...more,
    errorProperties,
  }
}

/** `Minutes [a0123456789] (Document)`: how messages name an object. */
export function describeObject(schema: Schema, row: { id: string; [member: string]: unknown }): string {
  const name = row['name'] ?? row['username']
  return `${name === undefined ? '' : `${name} `}[${row.id}] (${schema.name})`
}

export const noStats = (): Stats => ({ created: 0, updated: 0, deleted: 0, ignored: 0, total: 0 })
export const ONE_OR_MORE_ERRORS = 'One or more errors occurred, please see full details in import report.'
