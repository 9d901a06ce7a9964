import { hasAnyAuthority, isSuperuser } from '../../auth/authorities.js'
import { conflict } from '../../http/web-message.js'
import type { EmulatorState, User } from '../../state.js'
import type { Row } from '../../storage/collection.js'
import { dataSetsOf, instantOf, numberOf } from './store.js'
import { optionsOf } from '../option-combos.js'
import { type Period, latestOpenPeriod, parsePeriod } from './periods.js'

const DAY = 24 * 3600 * 1000

interface Entry {
  readonly element: Row
  readonly period: Period
  /** Undefined: whichever the element is part of. */
  readonly dataSet: Row | undefined
  readonly force: boolean
  readonly user: User
  readonly attributeOptionCombo?: string
  /** `future`: whether the period is open yet, and the dates of the options; else whether it is still open. */
  readonly only?: 'future'
}

/** Whether a value may be entered at this time, before 2.43. @throws ApiError 409 E2017, E2022 to E2025 */
export function checkTimeliness(state: EmulatorState, entry: Entry): void {
  if (entry.only === 'future') {
    checkFuture(state, entry)
    checkOptionDates(state, entry)
    return
  }
  const { dataSet, element, user } = entry
  const dataSets = dataSet === undefined ? dataSetsOf(state, element.id) : [dataSet]
  const forced = entry.force && isSuperuser(state, user)
  const exempt = hasAnyAuthority(state, user, ['F_EDIT_EXPIRED'])
  if (!forced && !exempt && dataSets.length > 0 && dataSets.every((one) => isExpired(one, entry.period, state.now())))
    throw conflict('Data set is locked', 'E2017')
  const open = dataSets.some((one) => isInputOpen(one, entry.period, state.now()))
  if (dataSets.length > 0 && !open)
    throw conflict(`Period: \`${entry.period.iso}\` is not open for data set: \`${dataSets[0]?.id}\``, 'E2025')
}

function checkFuture(state: EmulatorState, { element, period }: Entry): void {
  const dataSets = dataSetsOf(state, element.id)
  const type = String(dataSets[0]?.['periodType'] ?? '')
  const future = Math.max(0, ...dataSets.map((one) => numberOf(one['openFuturePeriods']) ?? 0))
  const latest = latestOpenPeriod(type, future, state.now())
  if (latest !== undefined && period.start.getTime() > latest.end.getTime())
    throw conflict(
      `Period: \`${period.iso}\` is after latest open future period: \`${latest.iso}\` for data element: \`${element.id}\``,
      'E2022',
    )
}

function checkOptionDates(state: EmulatorState, { period, attributeOptionCombo = '' }: Entry): void {
  for (const option of optionsOf(state, attributeOptionCombo)) {
    const start = instantOf(option['startDate'])
    const end = instantOf(option['endDate'])
    const day = (time: number) => new Date(time).toISOString().slice(0, 10)
    if (start !== undefined && period.end.getTime() < start)
      throw conflict(
        `Period: \`${period.iso}\` is before start date: ${day(start)} for attribute option: \`${option.id}\``,
        'E2023',
      )
    if (end !== undefined && period.start.getTime() > end)
      throw conflict(
        `Period: \`${period.iso}\` is after start date: ${day(end)} for attribute option: \`${option.id}\``,
        'E2024',
      )
  }
}

/** Whether the days of grace after a period are over. */
export function isExpired(dataSet: Row, period: Period, now: Date): boolean {
  const days = numberOf(dataSet['expiryDays']) ?? 0
  return days > 0 && now.getTime() > period.end.getTime() + (days + 1) * DAY
}

/** Whether the data set's own windows, if it has any, are open for a period. */
export function isInputOpen(dataSet: Row, period: Period, now: Date): boolean {
  const windows = dataSet['dataInputPeriods']
  if (!Array.isArray(windows) || windows.length === 0) return true
  return windows.some(({ period: wanted, openingDate, closingDate }) => {
    const iso = parsePeriod(String(wanted?.id ?? wanted?.isoPeriod ?? ''))?.iso
    const opens = instantOf(openingDate) ?? Number.NEGATIVE_INFINITY
    const closes = instantOf(closingDate) ?? Number.POSITIVE_INFINITY
    return iso === period.iso && opens <= now.getTime() && now.getTime() <= closes
  })
}
