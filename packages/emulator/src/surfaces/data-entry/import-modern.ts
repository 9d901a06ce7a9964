import type { Api } from '../../api.js'
import type { User } from '../../state.js'
import { type EntryValue, checkGroup } from './modern-checks.js'
import { decodeKey, decodeUid } from './modern-decode.js'
import { valueErrors } from './modern-values.js'
import type { Conflict, SetOptions, SetSummary, ValueSet } from '../data-value-sets.js'
import { DataValueStore } from './store.js'

/**
 * Imports values as 2.43 and 2.44 do: a set is refused whole for its keys, and value by value for what they hold. Everything
 * that is written counts as updated.
 *
 * @throws ApiError 400 or 409 with the first reason to refuse the set
 */
export async function importModern(
  api: Api,
  { dataSet, values: sent }: ValueSet,
  { importStrategy, dryRun, force }: SetOptions,
  user: User,
): Promise<SetSummary> {
  const { state } = api
  const store = new DataValueStore(state)
  const deletes = importStrategy === 'DELETE' || importStrategy === 'DELETES'
  const set = dataSet === undefined ? undefined : decodeUid(dataSet, 'dataSet')
  const values: EntryValue[] = sent.map((value) => ({
    ...decodeKey(state, value, value.index),
    index: value.index,
    value: value.value,
    comment: value.comment,
    followUp: value.followUp,
    deleted: deletes || value.deleted === true,
  }))
  const count = { imported: 0, updated: 0, ignored: 0, deleted: 0 }
  if (values.length === 0) return { status: 'SUCCESS', importCount: count, conflicts: [] }
  const target = checkGroup(state, { dataSet: set, values, force, user })
  const { valid, errors } = valueErrors(state, target, values)
  for (const value of valid) {
    const existed = store.get(value) !== undefined
    if (!dryRun && value.deleted === true) store.remove(value)
    else if (!dryRun)
      store.put(value, { value: value.value, comment: value.comment, followup: value.followUp ?? false }, user)
    if (!deletes) count.updated++
    else if (existed) count.deleted++
    else count.ignored++
  }
  count.ignored += errors.length
  const conflicts = errors.map(
    ({ value, errorCode, message }): Conflict => ({
      object: value.value ?? value.dataElement,
      objects: { dataElement: value.dataElement, ...(value.value !== undefined && { value: value.value }) },
      value: message,
      errorCode,
      property: 'value',
      indexes: [value.index],
    }),
  )
  return { status: conflicts.length > 0 ? 'WARNING' : 'SUCCESS', importCount: count, conflicts }
}
