import { hasAnyAuthority, isSuperuser } from '../../auth/authorities.js'
import { conflict } from '../../http/web-message.js'
import { sharingGrants } from '../../metadata/access.js'
import { idOf } from '../../metadata/render.js'
import type { EmulatorState, User } from '../../state.js'
import type { Row } from '../../storage/collection.js'
import { isExpired, isInputOpen } from './classic-dates.js'
import { type ValueKey, dataSetsOf, elementsOf, instantOf, numberOf, orgUnitsOf } from './store.js'
import { closedOptions, optionsOf } from '../option-combos.js'
import { capturesIn, idsOf, isWithin } from '../org-unit-access.js'
import { type Period, latestOpenPeriod, parsePeriod } from './periods.js'

/** A value with its key decoded. */
export interface EntryValue extends ValueKey {
  readonly index: number
  readonly value?: string | undefined
  readonly comment?: string | undefined
  readonly followUp?: boolean | undefined
  readonly deleted?: boolean
}

interface Group {
  /** Undefined: the one that the elements tell. */
  readonly dataSet: string | undefined
  readonly values: readonly EntryValue[]
  readonly force: boolean
  readonly user: User
}

const distinct = (ids: Iterable<string>) => [...new Set(ids)]
const list = (ids: readonly string[]) => `[${ids.join(', ')}]`

/** Throws a conflict when there is something to name. */
function refuse(errorCode: string, named: readonly string[], message: (ids: string) => string): void {
  const ids = distinct(named)
  if (ids.length > 0) throw conflict(message(list(ids)), errorCode)
}

/**
 * The checks of 2.43 on a group of values: rights, consistency, time. Gives the data set that they are entered for.
 *
 * @throws ApiError 409 E80xx with the first reason
 */
export function checkGroup(state: EmulatorState, { dataSet, values, force, user }: Group): string {
  const ds = dataSet ?? detectDataSet(state, values)
  const row = state.collection('dataSets').get(ds)
  const isSuper = isSuperuser(state, user)
  if (!isSuper) checkRights(state, ds, row, values, user)
  checkConsistency(state, ds, row, values)
  if (!(force && isSuper) && row !== undefined) checkTime(state, row, values, user)
  return ds
}

function detectDataSet(state: EmulatorState, values: readonly EntryValue[]): string {
  const elements = distinct(values.map(({ dataElement }) => dataElement))
  const found = distinct(elements.flatMap((element) => dataSetsOf(state, element).map(({ id }) => id)))
  const [only, ...more] = found
  if (only === undefined)
    throw conflict(`Data set detection failed, found no set for data element(s): \`${list(elements)}\``, 'E8003')
  if (more.length > 0) throw conflict(`Data set detection failed, found multiple sets: \`${list(found)}\``, 'E8002')
  return only
}

function checkRights(
  state: EmulatorState,
  ds: string,
  row: Row | undefined,
  values: readonly EntryValue[],
  user: User,
): void {
  if (row === undefined || !sharingGrants(state, user, row, 'data-write'))
    throw conflict(`Current user cannot enter data for data set: \`${ds}\``, 'E8010')
  refuse(
    'E8011',
    values.map(({ orgUnit }) => orgUnit).filter((orgUnit) => !capturesIn(state, user, orgUnit)),
    (ids) => `Current user cannot enter data for org unit(s): \`${ids}\``,
  )
  refuse(
    'E8012',
    values
      .flatMap((value) => [value.attributeOptionCombo, value.categoryOptionCombo])
      .flatMap((combo) => closedOptions(state, user, combo, 'data-write')),
    (ids) => `Current user cannot enter data for category option(s): \`${ids}\``,
  )
}

function checkConsistency(state: EmulatorState, ds: string, row: Row | undefined, values: readonly EntryValue[]): void {
  const unusable = (what: string) => (ids: string) => `Data set ${ds} not usable with ${what}: \`${ids}\``
  const elements = row === undefined ? [] : elementsOf(row)
  const orgUnits = row === undefined ? [] : orgUnitsOf(row)
  const named = (pick: (value: EntryValue) => string, wrong: (id: string) => boolean) => values.map(pick).filter(wrong)
  refuse(
    'E8020',
    named(
      ({ dataElement }) => dataElement,
      (id) => !elements.includes(id),
    ),
    unusable('data element(s)'),
  )
  refuse(
    'E8022',
    named(
      ({ orgUnit }) => orgUnit,
      (id) => !orgUnits.includes(id),
    ),
    unusable('org unit(s)'),
  )
  const ofType = (iso: string) => parsePeriod(iso)?.type === row?.['periodType']
  refuse(
    'E8021',
    named(
      ({ period }) => period,
      (iso) => !ofType(iso),
    ),
    unusable('period(s)'),
  )
  const comboOf = (id: string) => idOf(state.collection('categoryOptionCombos').get(id)?.['categoryCombo'])
  const setCombo = idOf(row?.['categoryCombo']) ?? comboOfDefault(state)
  refuse(
    'E8023',
    named(
      ({ attributeOptionCombo }) => attributeOptionCombo,
      (id) => comboOf(id) !== setCombo,
    ),
    unusable('attribute option combo(s)'),
  )
  for (const { dataElement, categoryOptionCombo } of values) {
    const element = state.collection('dataElements').get(dataElement)
    const override = (Array.isArray(row?.['dataSetElements']) ? row['dataSetElements'] : []).find(
      (entry) => idOf(entry?.dataElement) === dataElement,
    )
    const wanted = idOf(override?.categoryCombo) ?? idOf(element?.['categoryCombo']) ?? comboOfDefault(state)
    if (comboOf(categoryOptionCombo) !== wanted)
      throw conflict(
        `Data set ${ds} + data element ${dataElement} not usable with category option combo(s): \`[${categoryOptionCombo}]\``,
        'E8024',
      )
  }
  for (const { attributeOptionCombo, orgUnit } of values)
    for (const option of optionsOf(state, attributeOptionCombo)) {
      const roots = idsOf(option['organisationUnits'])
      if (roots.length > 0 && !isWithin(state, orgUnit, roots))
        throw conflict(
          `Attribute option combo ${attributeOptionCombo} not usable with org unit(s): \`[${orgUnit}]\``,
          'E8025',
        )
    }
  checkDuplicates(values)
  for (const { orgUnit, period } of values)
    if (!operatesIn(state.organisationUnits.get(orgUnit), parsePeriod(period)))
      throw conflict(`Untimely data entry for org unit ${orgUnit} and period(s): \`[${period}]\``, 'E8031')
}

const comboOfDefault = (state: EmulatorState) =>
  state.collection('categoryCombos').find((row) => row['name'] === 'default')?.id

function checkDuplicates(values: readonly EntryValue[]): void {
  const seen = new Map<string, number>()
  for (const value of values) {
    const { dataElement, orgUnit, categoryOptionCombo, attributeOptionCombo, period } = value
    const key = [dataElement, orgUnit, categoryOptionCombo, attributeOptionCombo, period].join(', ')
    const first = seen.get(key)
    if (first !== undefined)
      throw conflict(`Values [${first}, ${value.index}] affect the same data value: \`${key}\``, 'E8128')
    seen.set(key, value.index)
  }
}

function operatesIn(orgUnit: Row | undefined, period: Period | undefined): boolean {
  const start = period?.start.getTime() ?? 0
  const opening = instantOf(orgUnit?.['openingDate']) ?? Number.NEGATIVE_INFINITY
  const closing = instantOf(orgUnit?.['closedDate']) ?? Number.POSITIVE_INFINITY
  return opening <= start && start <= closing
}

function checkTime(state: EmulatorState, dataSet: Row, values: readonly EntryValue[], user: User): void {
  const periods = distinct(values.map(({ period }) => period)).flatMap((iso) => parsePeriod(iso) ?? [])
  const untimely = (matches: (period: Period) => boolean) =>
    refuse(
      'E8030',
      periods.filter(matches).map(({ iso }) => iso),
      (ids) => `Untimely data entry for data set ${dataSet.id} and period(s): \`${ids}\``,
    )
  const windows = dataSet['dataInputPeriods']
  if (Array.isArray(windows) && windows.length > 0) untimely((period) => !isInputOpen(dataSet, period, state.now()))
  else if (!hasAnyAuthority(state, user, ['F_EDIT_EXPIRED'])) {
    untimely((period) => isExpired(dataSet, period, state.now()))
    const future = numberOf(dataSet['openFuturePeriods']) ?? 0
    const latest = latestOpenPeriod(String(dataSet['periodType']), future, state.now())
    if (latest !== undefined) untimely((period) => period.start.getTime() > latest.end.getTime())
  }
  for (const { attributeOptionCombo, period: iso } of values) {
    const period = parsePeriod(iso)
    const outside = optionsOf(state, attributeOptionCombo).some((option) => {
      const start = instantOf(option['startDate']) ?? Number.NEGATIVE_INFINITY
      const end = instantOf(option['endDate']) ?? Number.POSITIVE_INFINITY
      return period !== undefined && (period.start.getTime() < start || period.end.getTime() > end)
    })
    if (outside)
      throw conflict(
        `Untimely data entry for attribute option combo ${attributeOptionCombo} and period(s): \`[${iso}]\``,
        'E8032',
      )
  }
}
