import type { Api } from '../../api.js'
import type { UploadedFile } from '../../http/form.js'
import { ApiError, conflict } from '../../http/web-message.js'
import type { FileResource, User } from '../../state.js'
import type { Row } from '../../storage/collection.js'
import type { DataEntry, SavedFile, ValueInput } from './data-entry.js'
import { checkTimeliness } from './classic-dates.js'
import { type DataValue, DataValueStore, type ValueKey, elementsOf } from './store.js'
import { assignToValue, fileProblem } from '../data-value-files.js'
import { closedOptions, defaultOptionCombo, findOptionCombo } from '../option-combos.js'
import { capturesIn } from '../org-unit-access.js'
import { type Period, parsePeriod } from './periods.js'
import { retainsFiles } from '../system-settings.js'
import { isFileType, normalizedValue, valueProblem } from './value-types.js'

/** The parts of a key once they are found. */
interface Found {
  readonly element: Row
  readonly period: Period
  readonly orgUnit: Row
  readonly key: ValueKey
}

const NO_VALUE = 'Data value does not exist'
const COMMENT_LIMIT = 50_000

/** A 404 or 409 that the controller makes itself: no code, no cache header. */
const made = (status: number, message: string) => new ApiError(status, message, { rendering: 'controller' })

/** Data entry of 2.41 and 2.42 (WIRE.md 3.2 to 3.6): codes E11xx and E20xx, files are assigned to their values. */
export class ClassicDataEntry implements DataEntry {
  readonly #api: Api
  readonly #values: DataValueStore

  constructor(api: Api) {
    this.#api = api
    this.#values = new DataValueStore(api.state)
  }

  async save(input: ValueInput, user: User): Promise<void> {
    const found = this.#find(input, user)
    const { key, element } = found
    const value = this.#check(input, found, user)
    const isFile = isFileType(element['valueType'])
    const before = this.#values.get(key)
    if (isFile && value !== undefined) await this.#assign(value, element, key)
    const { comment, followUp } = input
    if (before === undefined) {
      if ((value ?? '') !== '' || (comment ?? '') !== '')
        this.#values.put(key, { value, comment, followup: followUp }, user)
      return
    }
    if (isFile && value === undefined && !retainsFiles(this.#api.state)) {
      await this.#deleteFile(before.value)
      this.#values.put(key, { value: '', comment, followup: followUp }, user)
      return
    }
    this.#values.put(key, { value, comment, followup: followUp }, user)
  }

  /** The file first: a value that is refused leaves it behind as an orphan. */
  async saveFile(input: ValueInput, upload: UploadedFile | undefined, user: User): Promise<SavedFile | undefined> {
    const file = upload && (await this.#api.files.save(upload, { domain: 'DATA_VALUE', user }))
    await this.save({ ...input, value: file?.id }, user)
    if (file === undefined) return undefined
    const element = this.#api.state.collection('dataElements').get(input.de ?? '')
    const isFile = isFileType(element?.['valueType'])
    return {
      file,
      shownAsAssigned: isFile,
      shownAsStored: isFile && this.#api.state.storageStatus(file) === 'STORED',
    }
  }

  async remove(input: ValueInput, user: User): Promise<void> {
    const found = this.#find(input, user)
    const { key, element, period } = found
    const dataSet = this.#dataSet(input, element)
    checkTimeliness(this.#api.state, { element, period, dataSet, force: input.force, user })
    const before = this.#values.get(key)
    if (before === undefined) throw made(409, 'Data value cannot be deleted because it does not exist')
    if (isFileType(element['valueType']) && !retainsFiles(this.#api.state)) await this.#deleteFile(before.value)
    this.#values.remove(key)
  }

  read(input: ValueInput, user: User): DataValue {
    const { key } = this.#find(input, user)
    const value = this.#values.get(key)
    if (value === undefined) throw made(409, NO_VALUE)
    const closed = [key.categoryOptionCombo, key.attributeOptionCombo]
      .flatMap((combo) => closedOptions(this.#api.state, user, combo, 'data-read'))
      .map((option) => `User has no data read access for CategoryOption: ${option}`)
    if (closed.length > 0) throw made(403, `[${closed.join(', ')}]`)
    return value
  }

  readFile(input: ValueInput, user: User): FileResource {
    const element = this.#element(input.de)
    if (!isFileType(element['valueType'])) throw made(409, 'DataElement must be of type file')
    const { key, orgUnit, period } = this.#find(input, user)
    checkOpen(orgUnit, period)
    const uid = this.#values.get(key)?.value
    if (uid === undefined) throw made(409, NO_VALUE)
    const file = this.#api.state.fileResources.get(uid)
    if (file === undefined || file.domain !== 'DATA_VALUE')
      throw made(404, `A data value file resource with id ${uid} does not exist.`)
    return file
  }

  #element(uid: string | undefined): Row {
    const element = this.#api.state.collection('dataElements').get(uid ?? '')
    if (element === undefined) throw conflict(`Data element not found or not accessible: \`${uid ?? null}\``, 'E1100')
    return element
  }

  /** The parts of the key, in the order in which they are looked for. */
  #find(input: ValueInput, user: User): Found {
    const { state } = this.#api
    const element = this.#element(input.de)
    const combos = state.collection('categoryOptionCombos')
    if (input.co !== undefined && !combos.has(input.co))
      throw conflict(`Category option combo not found or not accessible: \`${input.co}\``, 'E1103')
    const attributeOptionCombo = this.#attributeOptionCombo(input)
    const period = parsePeriod(input.pe ?? '')
    if (period === undefined) throw conflict(`Period is invalid: \`${input.pe ?? null}\``, 'E1101')
    const orgUnit = state.organisationUnits.get(input.ou ?? '')
    if (orgUnit === undefined)
      throw conflict(`Organisation unit not found or not accessible: \`${input.ou ?? null}\``, 'E1102')
    if (!capturesIn(state, user, orgUnit.id))
      throw conflict(`Organisation unit is not in the hierarchy of the current user: \`${orgUnit.id}\``, 'E2020')
    const key: ValueKey = {
      dataElement: element.id,
      period: period.iso,
      orgUnit: orgUnit.id,
      categoryOptionCombo: input.co ?? defaultOptionCombo(state),
      attributeOptionCombo,
    }
    return { element, period, orgUnit, key }
  }

  #attributeOptionCombo({ cc, cp }: ValueInput): string {
    const { state } = this.#api
    if (cc === undefined && cp === undefined) return defaultOptionCombo(state)
    if (cc === undefined || cp === undefined)
      throw conflict('Both category combination and category options must be specified', 'E2040')
    const combo = findOptionCombo(state, cc, cp.split(';'))
    if (combo === undefined)
      throw conflict(`Attribute option combo not found or not accessible: \`${cc} ${cp}\``, 'E1104')
    return combo.id
  }

  #dataSet({ ds }: ValueInput, element: Row): Row | undefined {
    if (ds === undefined) return undefined
    const dataSet = this.#api.state.collection('dataSets').get(ds)
    if (dataSet === undefined) throw conflict(`Data set not found or not accessible: \`${ds}\``, 'E1105')
    if (!elementsOf(dataSet).includes(element.id))
      throw conflict(`Data set: \`${ds}\` does not contain data element: \`${element.id}\``, 'E2021')
    return dataSet
  }

  /** The checks of a value that is about to be kept. Gives it as it is kept. */
  #check(input: ValueInput, { element, period, orgUnit, key }: Found, user: User): string | undefined {
    const { state } = this.#api
    checkOpen(orgUnit, period)
    const dataSet = this.#dataSet(input, element)
    const type = String(element['valueType'])
    const dates = { element, period, dataSet, force: input.force, user }
    checkTimeliness(state, { ...dates, only: 'future', attributeOptionCombo: key.attributeOptionCombo })
    const value = input.value === undefined ? undefined : normalizedValue(input.value, type)
    if (value !== undefined && value !== '' && valueProblem(value, type) !== undefined)
      throw conflict(`Data value must match data element value type: \`${type}\``, 'E2030')
    if ((input.comment?.length ?? 0) > COMMENT_LIMIT)
      throw conflict('Comment is invalid: `comment_length_greater_than_max_length`', 'E2028')
    const optionSet = state.collection('optionSets').get(String((element['optionSet'] as Row | undefined)?.id))
    if (value !== undefined && value !== '' && optionSet !== undefined && !optionCodes(this.#api, optionSet).has(value))
      throw conflict(`Data value is not a valid option of the data element option set: \`${element.id}\``, 'E2029')
    for (const combo of [key.categoryOptionCombo, key.attributeOptionCombo]) {
      const closed = closedOptions(state, user, combo, 'data-write').map(
        (option) => `User has no data write access for CategoryOption: ${option}`,
      )
      if (closed.length > 0)
        throw conflict(
          `User does not have write access to category option combo: \`${combo} [${closed.join(', ')}]\``,
          'E2031',
        )
    }
    checkTimeliness(state, dates)
    return value
  }

  /** @throws ApiError 404 for a file that is not there or of another domain, 409 for one that is taken or not allowed */
  async #assign(uid: string, element: Row, key: ValueKey): Promise<void> {
    const { state } = this.#api
    const file = state.fileResources.get(uid)
    if (file === undefined || file.domain !== 'DATA_VALUE')
      throw made(404, `FileResource with id ${uid} could not be found.`)
    const owner = [key.dataElement, key.categoryOptionCombo, key.attributeOptionCombo, key.period, key.orgUnit].join(
      ';',
    )
    if (file.assigned && file.fileResourceOwner !== owner)
      throw conflict('File resource already assigned or linked to a data value', 'E2026')
    const problem = fileProblem(file, element['valueTypeOptions'])
    if (problem !== undefined) {
      await this.#api.files.remove(file)
      throw conflict(`File resource is invalid: \`${problem}\``, 'E2027')
    }
    assignToValue(this.#api, file, owner)
  }

  async #deleteFile(uid: string): Promise<void> {
    const file = this.#api.state.fileResources.get(uid)
    if (file !== undefined) await this.#api.files.remove(file)
  }
}

/** @throws ApiError 409 when the org unit did not exist then */
function checkOpen(orgUnit: Row, period: Period): void {
  const opening = Date.parse(String(orgUnit['openingDate'] ?? '1900-01-01').slice(0, 10))
  const closed = orgUnit['closedDate']
  const closing = typeof closed === 'string' ? Date.parse(closed.slice(0, 10)) : Number.POSITIVE_INFINITY
  if (closing < period.start.getTime() || opening > period.end.getTime())
    throw conflict(`Organisation unit is closed for the selected period: \`${orgUnit.id}\``, 'E2019')
}

/** The codes that an option set allows. */
export function optionCodes({ state }: Pick<Api, 'state'>, optionSet: Row): ReadonlySet<string> {
  const own = (Array.isArray(optionSet['options']) ? optionSet['options'] : []) as Row[]
  const listed = own.map((option) => state.collection('options').get(option.id) ?? option)
  const pointing = state
    .collection('options')
    .filter((option) => (option['optionSet'] as Row | undefined)?.id === optionSet.id)
  return new Set(
    [...listed, ...pointing].flatMap((option) => (option['code'] === undefined ? [] : String(option['code']))),
  )
}
