import type { RequestOptions } from '../http/call.js'
import { readArray, readObject } from '../models/decode.js'
import { withFiles } from './by-uid.js'
import { type FilesContext, requestOptions } from './context.js'
import type { DataValueFile, DataValueKey } from './data-values.js'
import { createValueTypes, isFileType } from './value-types.js'
import { isUid, uidInPath } from './uid.js'

/** Which data values: those of a data set, in organisation units, for periods or between dates. */
export interface DataValueQuery extends RequestOptions {
  /** Uid of the data set. */
  readonly dataSet: string
  /** Periods, such as `202601`. Either these or both dates. */
  readonly period?: string | readonly string[] | undefined
  /** `2026-01-01`: periods that begin then or later. */
  readonly startDate?: string | undefined
  /** `2026-12-31`: periods that end then or before. */
  readonly endDate?: string | undefined
  /** Uids of organisation units. */
  readonly orgUnit: string | readonly string[]
  /** Whether the units below count too. Default `false`. */
  readonly children?: boolean | undefined
}

/** One data value of a list. */
export interface ListedDataValue extends DataValueFile {
  /** Uid of the attribute option combination; `key` has it as `cc` and `cp`, unless it is the default one. */
  readonly attributeOptionCombo: string | undefined
  /** User name of who wrote the value last. */
  readonly storedBy: string | undefined
  /** The server's local time. */
  readonly created: string | undefined
  /** The server’s local time. */
  readonly lastUpdated: string | undefined
}

const MEMBERS = [
  'dataElement',
  'period',
  'orgUnit',
  'categoryOptionCombo',
  'attributeOptionCombo',
  'value',
  'storedBy',
  'created',
  'lastUpdated',
] as const

type Row = { readonly [M in (typeof MEMBERS)[number]]?: string } & { readonly value: string }

export function listDataValues(context: FilesContext, query: DataValueQuery): AsyncIterable<ListedDataValue> {
  uidInPath(query.dataSet, 'dataSet')
  for (const unit of [query.orgUnit].flat()) uidInPath(unit, 'orgUnit')
  const { period, startDate, endDate } = query
  const byDates = startDate !== undefined && endDate !== undefined
  if ((period === undefined) !== byDates) throw new TypeError('Pass period, or startDate and endDate.')
  return { [Symbol.asyncIterator]: () => iterate(context, query) }
}

async function* iterate(context: FilesContext, query: DataValueQuery): AsyncGenerator<ListedDataValue> {
  const options = requestOptions(query)
  const rows = await exportRows(context, query)
  const types = createValueTypes(context, 'dataElements', options)
  await types.load(rows.map(({ dataElement }) => dataElement ?? ''))
  const possible = rows.filter((row) => isFileType(types.get(row.dataElement ?? '') ?? 'IMAGE'))
  if (possible.length === 0) return
  const combos = await attributeCombos(context, query)
  for await (const { fileResource, ...row } of withFiles(context, possible, options)) {
    const { dataElement = '', period = '', orgUnit = '', categoryOptionCombo, attributeOptionCombo } = row
    if (!types.isFile(dataElement, fileResource)) continue
    const key: DataValueKey = {
      de: dataElement,
      ou: orgUnit,
      pe: period,
      co: categoryOptionCombo,
      ...combos.get(attributeOptionCombo ?? ''),
      ds: query.dataSet,
    }
    const { value, storedBy, created, lastUpdated } = row
    yield { key, value, fileResource, attributeOptionCombo, storedBy, created, lastUpdated }
  }
}

/** `GET /api/dataValueSets`: from 2.43 on, what all values have in common stands beside them (WIRE.md 3.4). */
async function exportRows(context: FilesContext, query: DataValueQuery): Promise<readonly Row[]> {
  const { dataSet, period, startDate, endDate, orgUnit, children } = query
  const json = await context.call.json('GET', 'api/dataValueSets', {
    ...requestOptions(query),
    what: `list the data values of data set ${dataSet}`,
    query: { dataSet, period, startDate, endDate, orgUnit, children },
  })
  const common = readObject<Record<string, unknown>>(json, 'a data value set', {})
  return readArray(common['dataValues'] ?? [], 'dataValues').flatMap((item) => {
    const own = readObject<Record<string, unknown>>(item, 'a data value', {})
    const text = (name: string): string | undefined => {
      const member = own[name] ?? common[name]
      return typeof member === 'string' ? member : undefined
    }
    const row = Object.fromEntries(MEMBERS.map((name) => [name, text(name)])) as Row
    return isUid(row.value ?? '') ? [row] : []
  })
}

/** The attribute option combinations of a data set as `cc` and `cp`; the default one needs neither. */
async function attributeCombos(
  context: FilesContext,
  query: DataValueQuery,
): Promise<Map<string, Pick<DataValueKey, 'cc' | 'cp'>>> {
  const json = await context.call.json('GET', `api/dataSets/${query.dataSet}`, {
    ...requestOptions(query),
    what: `read data set ${query.dataSet}`,
    query: { fields: 'categoryCombo[id,name,categoryOptionCombos[id,categoryOptions[id]]]' },
  })
  const { categoryCombo } = readObject<{ categoryCombo?: unknown }>(json, 'a data set', { categoryCombo: 'object' })
  if (!categoryCombo) return new Map()
  const { id: cc, name, categoryOptionCombos } = readCombo(categoryCombo, 'categoryCombo')
  if (name === 'default') return new Map()
  return new Map(
    readArray(categoryOptionCombos ?? [], 'categoryOptionCombos').map((one) => {
      const { id, categoryOptions } = readCombo(one, 'a category option combo')
      const options = readArray(categoryOptions ?? [], 'categoryOptions')
      return [id, { cc, cp: options.map((option) => readCombo(option, 'a category option').id) }]
    }),
  )
}

interface Combo {
  readonly id: string
  readonly name?: string
  readonly categoryOptionCombos?: unknown
  readonly categoryOptions?: unknown
}

function readCombo(value: unknown, what: string): Combo {
  return readObject(value, what, { id: 'string!' })
}
