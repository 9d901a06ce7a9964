import { idOf } from '../../metadata/render.js'
import type { EmulatorState } from '../../state.js'
import type { EntryValue } from './modern-checks.js'
import { optionCodes } from './classic.js'
import { normalizedValue, valueProblem } from './value-types.js'

/** Why one value of a group was left out. */
export interface ValueError {
  readonly value: EntryValue
  readonly errorCode: string
  readonly message: string
}

const COMMENT_LIMIT = 5000

/** Sorts values into those that can be kept, as they are kept, and those that cannot (E812x). */
export function valueErrors(
  state: EmulatorState,
  dataSet: string,
  values: readonly EntryValue[],
): { readonly valid: EntryValue[]; readonly errors: ValueError[] } {
  const valid: EntryValue[] = []
  const errors: ValueError[] = []
  for (const value of values) {
    const found = problemOf(state, dataSet, value)
    if (typeof found === 'string') valid.push({ ...value, value: found })
    else errors.push({ value, ...found })
  }
  return { valid, errors }
}

function problemOf(
  state: EmulatorState,
  dataSet: string,
  entry: EntryValue,
): string | { errorCode: string; message: string } {
  const { dataElement, comment, index } = entry
  const at = `Value #${index}`
  if (entry.deleted === true) return ''
  const element = state.collection('dataElements').get(dataElement)
  const type = String(element?.['valueType'])
  const value = entry.value === undefined ? '' : normalizedValue(entry.value, type)
  const mayBeEmpty = state.collection('dataSets').get(dataSet)?.['noValueRequiresComment'] === true
  if (value === '') {
    if (!mayBeEmpty) return { errorCode: 'E8120', message: `${at} value is required` }
    if (comment === undefined || comment === '')
      return { errorCode: 'E8121', message: `${at} value or comment is required\`` }
  }
  const problem = value === '' ? undefined : valueProblem(value, type)
  if (problem !== undefined)
    return { errorCode: 'E8122', message: `${at} value \`${value}\` is no valid ${type}: ${problem}` }
  const optionSet = state.collection('optionSets').get(idOf(element?.['optionSet']) ?? '')
  if (optionSet !== undefined && value !== '' && !optionCodes({ state }, optionSet).has(value))
    return {
      errorCode: 'E8123',
      message: `${at} value \`${value}\` is no valid option for data element ${dataElement}\``,
    }
  const commentSet = state.collection('optionSets').get(idOf(element?.['commentOptionSet']) ?? '')
  if (commentSet !== undefined && !optionCodes({ state }, commentSet).has(comment ?? ''))
    return {
      errorCode: 'E8124',
      message: `${at} comment is restricted to options and does not allow ${comment ?? null}\``,
    }
  if ((comment?.length ?? 0) > COMMENT_LIMIT)
    return { errorCode: 'E8125', message: `${at} comment too long (max ${COMMENT_LIMIT} characters)\`` }
  return value
}
