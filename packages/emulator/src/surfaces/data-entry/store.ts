import { idOf } from '../../metadata/render.js'
import type { EmulatorState, User } from '../../state.js'
import type { Row } from '../../storage/collection.js'
import { idsOf } from '../org-unit-access.js'

/** What makes a data value one of its kind. `period` is an ISO period, the rest are uids. */
export interface ValueKey {
  readonly dataElement: string
  readonly period: string
  readonly orgUnit: string
  readonly categoryOptionCombo: string
  readonly attributeOptionCombo: string
}

/** A data value as it is kept. A deleted one stays, as in the database. */
export interface DataValue extends Row, ValueKey {
  value: string
  comment?: string
  followup: boolean
  storedBy: string
  created: string
  lastUpdated: string
  deleted: boolean
}

const idOfKey = (key: ValueKey): string =>
  [key.dataElement, key.period, key.orgUnit, key.categoryOptionCombo, key.attributeOptionCombo].join(';')

/** The data values of a state. */
export class DataValueStore {
  readonly #state: EmulatorState

  constructor(state: EmulatorState) {
    this.#state = state
  }

  /** The value of a key; undefined when there is none, or a deleted one. */
  get(key: ValueKey): DataValue | undefined {
    const row = this.#rows.get(idOfKey(key))
    return row === undefined || row.deleted ? undefined : row
  }

  all(options: { deleted?: boolean } = {}): DataValue[] {
    return this.#rows.filter((row) => options.deleted === true || !row.deleted)
  }

  /** Sets members of a value; what is undefined stays as it is. */
  put(
    key: ValueKey,
    members: {
      value?: string | undefined
      comment?: string | undefined
      followup?: boolean | undefined
      storedBy?: string | undefined
    },
    user: User,
  ): DataValue {
    const now = `${this.#state.timestamp()}+0000`
    const before = this.get(key)
    const comment = members.comment ?? before?.comment
    const { dataElement, period, orgUnit, categoryOptionCombo, attributeOptionCombo } = key
    return this.#rows.put({
      id: idOfKey(key),
      dataElement,
      period,
      orgUnit,
      categoryOptionCombo,
      attributeOptionCombo,
      value: members.value ?? before?.value ?? '',
      ...(comment !== undefined && comment !== '' && { comment }),
      followup: members.followup ?? before?.followup ?? false,
      storedBy: members.storedBy ?? user.username,
      created: before?.created ?? now,
      lastUpdated: now,
      deleted: false,
    })
  }

  /** Marks a value as deleted. Says whether there was one. */
  remove(key: ValueKey): boolean {
    const row = this.get(key)
    if (row === undefined) return false
    row.deleted = true
    row.lastUpdated = `${this.#state.timestamp()}+0000`
    return true
  }

  get #rows() {
    return this.#state.collection<DataValue>('dataValues')
  }
}

/** Uids of the elements of a data set. */
export function elementsOf(dataSet: Row): string[] {
  const elements = dataSet['dataSetElements']
  return Array.isArray(elements) ? elements.flatMap((entry) => idOf(entry?.dataElement) ?? []) : []
}

/** The data sets that an element is part of. */
export function dataSetsOf(state: EmulatorState, dataElement: string): Row[] {
  return state.collection('dataSets').filter((row) => elementsOf(row).includes(dataElement))
}

/** Uids of the org units that a data set is assigned to. */
export const orgUnitsOf = (dataSet: Row): string[] => idsOf(dataSet['organisationUnits'])

/** A number that may be kept as text; undefined when it is neither. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** The start of a day or an instant as it is kept (`2020-01-01T00:00:00.000`); undefined when there is none. */
export function instantOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  const zoned = /Z$|[+-]\d\d:?\d\d$/.test(value) || value.length <= 10
  const time = Date.parse(zoned ? value : `${value}Z`)
  return Number.isNaN(time) ? undefined : time
}
