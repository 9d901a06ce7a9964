import type { Row } from '../storage/collection.js'
import type { Property, Schema } from './schemas.js'

const SIMPLE = new Set(['text', 'boolean', 'integer', 'long', 'date'])
const IDENTIFIABLE = ['id', 'name', 'code', 'created', 'lastUpdated']
const NAMEABLE = [...IDENTIFIABLE, 'shortName', 'description']

/** Names of the properties that an object of this type can show, its own extra members included. */
function propertyNames(schema: Schema, row: Row): string[] {
  const extra = schema.open ? Object.keys(row).filter((name) => !(name in schema.properties)) : []
  return [...Object.keys(schema.properties), ...extra].filter((name) => !schema.hidden.includes(name))
}

/** Names of the properties that a preset stands for. An unknown preset stands for none. */
export function presetNames(preset: string, schema: Schema, row: Row): string[] {
  const names = propertyNames(schema, row)
  const where = (keep: (property: Property | undefined, name: string) => boolean) =>
    names.filter((name) => keep(schema.properties[name], name))
  switch (preset) {
    case 'all':
      return names
    case 'owner':
      return where((property) => property?.owner ?? true)
    case 'persisted':
      return where((property) => property?.persisted ?? true)
    case 'simple':
      return where((property, name) => (property === undefined ? isSimple(row[name]) : SIMPLE.has(property.type)))
    case 'identifiable':
      return names.filter((name) => IDENTIFIABLE.includes(name))
    case 'nameable':
      return names.filter((name) => NAMEABLE.includes(name))
    default:
      return []
  }
}

const isSimple = (value: unknown) => typeof value !== 'object' || value === null
