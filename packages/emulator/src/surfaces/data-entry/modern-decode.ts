import { ApiError, uncoded } from '../../http/web-message.js'
import type { EmulatorState } from '../../state.js'
import { UID_RULE, isUid } from '../../metadata/validation.js'
import type { ValueKey } from './store.js'
import { defaultOptionCombo, findOptionCombo } from '../option-combos.js'
import { parsePeriod, periodProblem } from './periods.js'

/** A value as it is sent to the back end of 2.43. */
export interface RawValue {
  readonly dataElement?: string | undefined
  readonly orgUnit?: string | undefined
  readonly categoryOptionCombo?: string | undefined
  readonly attributeOptionCombo?: string | undefined
  readonly attributeCombo?: string | undefined
  readonly attributeOptions?: readonly string[] | undefined
  readonly period?: string | undefined
  readonly value?: string | undefined
  readonly comment?: string | undefined
  readonly followUp?: boolean | undefined
  readonly deleted?: boolean | undefined
}

const refused = (errorCode: string, message: string) => new ApiError(400, message, { errorCode })

/** The value as Java writes a record. */
function asRecord(value: RawValue): string {
  const options = value.attributeOptions
  const members: Record<string, unknown> = {
    dataElement: value.dataElement,
    orgUnit: value.orgUnit,
    categoryOptionCombo: value.categoryOptionCombo,
    categoryOptions: undefined,
    attributeOptionCombo: value.attributeOptionCombo,
    attributeCombo: value.attributeCombo,
    attributeOptions: options === undefined ? undefined : `[${options.join(', ')}]`,
    period: value.period,
    value: value.value,
    comment: value.comment,
    followUp: value.followUp,
    deleted: value.deleted,
  }
  const pairs = Object.entries(members).map(([name, member]) => `${name}=${member ?? 'null'}`)
  return `Input[${pairs.join(', ')}]`
}

/** A uid of a parameter. @throws ApiError 400 */
export function decodeUid(uid: string, parameter: string): string {
  if (!isUid(uid)) throw uncoded(400, `Value '${uid}' is not valid for parameter ${parameter}. ${UID_RULE}${uid}`)
  return uid
}

/** An ISO period as it is kept. @throws ApiError 400 without a code */
function decodePeriod(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  const period = parsePeriod(text)
  if (period === undefined) throw uncoded(400, periodProblem(text))
  return period.iso
}

/**
 * The key that a value names: only the form of its uids is looked at.
 *
 * @throws ApiError 400 E81xx
 */
export function decodeKey(state: EmulatorState, value: RawValue, index = 0): ValueKey {
  const at = `Value #${index}`
  const period = decodePeriod(value.period)
  if (period === undefined) throw refused('E8100', `${at} period not defined in group or value: \`${asRecord(value)}\``)
  const { dataElement, orgUnit, categoryOptionCombo } = value
  if (dataElement === undefined)
    throw refused('E8102', `${at} data element not defined in group or value: \`${asRecord(value)}\``)
  if (!isUid(dataElement)) throw refused('E8104', `${at} data element UID not valid: \`${dataElement}\``)
  if (orgUnit === undefined)
    throw refused('E8105', `${at} org unit not defined in group or value: \`${asRecord(value)}\``)
  if (!isUid(orgUnit)) throw refused('E8106', `${at} org unit UID is not valid: \`${orgUnit}\``)
  if (categoryOptionCombo !== undefined && !isUid(categoryOptionCombo))
    throw refused('E8109', `${at} category option combo UID is not valid: \`${categoryOptionCombo}\``)
  return {
    dataElement,
    period,
    orgUnit,
    categoryOptionCombo: categoryOptionCombo ?? defaultOptionCombo(state),
    attributeOptionCombo: attributeOptionCombo(state, value, at),
  }
}

function attributeOptionCombo(state: EmulatorState, value: RawValue, at: string): string {
  const { attributeOptionCombo: uid, attributeCombo: combo, attributeOptions: options } = value
  if (uid !== undefined) {
    if (!isUid(uid)) throw refused('E8111', `${at} attribute option combo UID is not valid: \`${uid}\``)
    return uid
  }
  if (combo === undefined) return defaultOptionCombo(state)
  if (!state.collection('categoryCombos').has(combo))
    throw refused('E8126', `${at} category combo not found: \`${combo}\``)
  const found = findOptionCombo(state, combo, options ?? [])
  if (found === undefined) {
    const named = options === undefined ? 'null' : `[${options.join(', ')}]`
    throw refused('E8127', `${at} category combo ${combo} has no option combo for options: \`${named}\``)
  }
  return found.id
}
