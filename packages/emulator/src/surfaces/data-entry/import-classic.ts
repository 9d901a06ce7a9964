import type { Api } from '../../api.js'
import { sharingGrants } from '../../metadata/access.js'
import { isSuperuser } from '../../auth/authorities.js'
import { idOf } from '../../metadata/render.js'
import type { User } from '../../state.js'
import type { Row } from '../../storage/collection.js'
import { optionCodes } from './classic.js'
import { isExpired, isInputOpen } from './classic-dates.js'
import type { Conflict, SentValue, SetOptions, SetSummary, ValueSet } from '../data-value-sets.js'
import { DataValueStore, type ValueKey, dataSetsOf, numberOf } from './store.js'
import { closedOptions, defaultOptionCombo } from '../option-combos.js'
import { capturesIn } from '../org-unit-access.js'
import { latestOpenPeriod, parsePeriod } from './periods.js'
import { isFileType, normalizedValue, valueProblem } from './value-types.js'

const COMPLETED = 'Import process completed successfully'
/** What the server says when it meets the uid of a file that is not there: its own failure, and the end of the import. */
const LOST =
  'The import process failed: Cannot invoke "org.hisp.dhis.fileresource.FileResource.setAssigned(boolean)" because "fr" is null'
const NOTHING = { imported: 0, updated: 0, ignored: 0, deleted: 0 }

/** Imports values as 2.41 and 2.42 do: value by value, with conflicts E76xx. */
export async function importClassic(
  api: Api,
  { dataSet, values }: ValueSet,
  { importStrategy, dryRun, force }: SetOptions,
  user: User,
): Promise<SetSummary> {
  const { state } = api
  const store = new DataValueStore(state)
  const count = { ...NOTHING }
  const refusedSet = checkSet(api, dataSet, user)
  if (refusedSet !== undefined)
    return {
      status: 'WARNING',
      description: COMPLETED,
      importCount: { ...count, ignored: values.length },
      conflicts: [refusedSet],
    }
  const conflicts: Conflict[] = []
  const writes: (() => void)[] = []
  for (const value of values) {
    const checked = check(api, value, dataSet, force, user)
    if ('conflict' in checked) {
      conflicts.push(checked.conflict)
      count.ignored++
      continue
    }
    const { key, element, kept } = checked
    const before = store.get(key)
    const file = isFileType(element['valueType'])
    if (importStrategy === 'DELETE' || value.deleted === true) {
      if (before === undefined) count.ignored++
      else count.deleted++
      writes.push(() => {
        if (file && before !== undefined) state.fileResources.update(before.value, { assigned: false })
        store.remove(key)
      })
      continue
    }
    if (importStrategy === (before === undefined ? 'UPDATE' : 'CREATE')) {
      count.ignored++
      continue
    }
    // an update looks at the file that was there, not at the one that comes
    const assigned = file ? state.fileResources.get(before?.value ?? kept ?? '') : undefined
    if (file && assigned === undefined)
      return { status: 'ERROR', description: LOST, importCount: NOTHING, conflicts: [] }
    count[before === undefined ? 'imported' : 'updated']++
    writes.push(() => {
      if (assigned !== undefined) state.fileResources.update(assigned.id, { assigned: true })
      const { comment, followUp, storedBy } = value
      store.put(key, { value: kept, comment, followup: followUp, storedBy }, user)
    })
  }
  if (!dryRun) for (const write of writes) write()
  return { status: conflicts.length > 0 ? 'WARNING' : 'SUCCESS', description: COMPLETED, importCount: count, conflicts }
}

function checkSet(api: Api, dataSet: string | undefined, user: User): Conflict | undefined {
  if (dataSet === undefined) return undefined
  const row = api.state.collection('dataSets').get(dataSet)
  const refused = (errorCode: string, value: string): Conflict => ({
    object: dataSet,
    objects: { dataSet },
    value,
    errorCode,
    property: 'dataSet',
    indexes: [],
  })
  if (row === undefined) return refused('E7600', `Data set not found or not accessible: \`${dataSet}\``)
  const mayWrite = isSuperuser(api.state, user) || sharingGrants(api.state, user, row, 'data-write')
  return mayWrite ? undefined : refused('E7601', `User does not have write access for DataSet: \`${dataSet}\``)
}

type Checked = { conflict: Conflict } | { key: ValueKey; element: Row; kept: string | undefined }

/** The checks of one value, in the order of the server. */
function check(api: Api, sent: SentValue, dataSet: string | undefined, force: boolean, user: User): Checked {
  const { state } = api
  const refuse = (
    errorCode: string,
    message: string,
    property:
      | 'dataElement'
      | 'period'
      | 'orgUnit'
      | 'categoryOptionCombo'
      | 'attributeOptionCombo'
      | 'value'
      | 'comment',
  ): Checked => {
    const object = sent[property] ?? ''
    return {
      conflict: {
        object,
        objects: { [property]: object, ...(sent.dataElement !== undefined && { dataElement: sent.dataElement }) },
        value: message,
        errorCode,
        property,
        indexes: [sent.index],
      },
    }
  }
  const element = state.collection('dataElements').get(sent.dataElement ?? '')
  if (element === undefined)
    return refuse('E7610', `Data element not found or not accessible: \`${sent.dataElement ?? null}\``, 'dataElement')
  const period = parsePeriod(sent.period ?? '')
  if (period === undefined) return refuse('E7611', `Period not valid: \`${sent.period ?? null}\``, 'period')
  const orgUnit = state.organisationUnits.get(sent.orgUnit ?? '')
  if (orgUnit === undefined)
    return refuse('E7612', `Organisation unit not found or not accessible: \`${sent.orgUnit ?? null}\``, 'orgUnit')
  const names = { categoryOptionCombo: 'Category', attributeOptionCombo: 'Attribute' } as const
  for (const [at, property] of (['categoryOptionCombo', 'attributeOptionCombo'] as const).entries()) {
    const combo = sent[property]
    if (combo !== undefined && !state.collection('categoryOptionCombos').has(combo))
      return refuse(
        at === 0 ? 'E7613' : 'E7615',
        `${names[property]} option combo not found or not accessible for writing data: \`${combo}\``,
        property,
      )
    const [closed] = closedOptions(state, user, combo ?? defaultOptionCombo(state), 'data-write')
    if (closed !== undefined)
      return refuse(
        at === 0 ? 'E7614' : 'E7616',
        `${names[property]} option combo: \`${combo}\` option not accessible: \`User has no data write access for CategoryOption: ${closed}\``,
        property,
      )
  }
  if (!capturesIn(state, user, orgUnit.id))
    return refuse(
      'E7617',
      `Organisation unit: \`${orgUnit.id}\` not in hierarchy of current user: \`${user.username}\``,
      'orgUnit',
    )
  const type = String(element['valueType'])
  if (sent.value === undefined && sent.comment === undefined && sent.deleted !== true)
    return refuse('E7618', `Data value or comment not specified for data element: \`${element.id}\``, 'value')
  const kept = sent.value === undefined ? undefined : normalizedValue(sent.value, type)
  const problem = kept === undefined ? undefined : valueProblem(kept, type)
  if (problem !== undefined)
    return refuse('E7619', `Value must match data element's \`${element.id}\` type constraints: ${problem}`, 'value')
  const optionSet = state.collection('optionSets').get(idOf(element['optionSet']) ?? '')
  if (kept !== undefined && optionSet !== undefined && !optionCodes(api, optionSet).has(kept))
    return refuse(
      'E7621',
      `Data value is not a valid option of the data element option set: \`${element.id}\``,
      'value',
    )
  const dataSets = dataSetsOf(state, element.id).filter(({ id }) => dataSet === undefined || id === dataSet)
  if (!(force && isSuperuser(state, user))) {
    const [first] = dataSets
    const future = Math.max(0, ...dataSets.map((row) => numberOf(row['openFuturePeriods']) ?? 0))
    const latest = latestOpenPeriod(String(first?.['periodType'] ?? ''), future, state.now())
    if (latest !== undefined && period.start.getTime() > latest.end.getTime())
      return refuse(
        'E7641',
        `Period: \`${period.iso}\` is after latest open future period: \`${latest.iso}\` for data element: \`${element.id}\``,
        'period',
      )
    if (first !== undefined && dataSets.every((row) => isExpired(row, period, state.now())))
      return refuse(
        'E7640',
        `Current date is past expiry days for period: \`${period.iso}\`  and data set: \`${first.id}\``,
        'period',
      )
    if (first !== undefined && !dataSets.some((row) => isInputOpen(row, period, state.now())))
      return refuse(
        'E7643',
        `Period: \`${period.iso}\` is not open for this data set at this time: \`${first.id}\``,
        'period',
      )
  }
  const key: ValueKey = {
    dataElement: element.id,
    period: period.iso,
    orgUnit: orgUnit.id,
    categoryOptionCombo: sent.categoryOptionCombo ?? defaultOptionCombo(state),
    attributeOptionCombo: sent.attributeOptionCombo ?? defaultOptionCombo(state),
  }
  return { key, element, kept }
}
