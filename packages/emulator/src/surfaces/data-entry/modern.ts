import type { Api } from '../../api.js'
import type { UploadedFile } from '../../http/form.js'
import { conflict, forbidden, notFound, objectNotFound } from '../../http/web-message.js'
import { isUid } from '../../metadata/validation.js'
import { isSuperuser } from '../../auth/authorities.js'
import type { FileResource, User } from '../../state.js'
import type { DataEntry, SavedFile, ValueInput } from './data-entry.js'
import { type EntryValue, checkGroup } from './modern-checks.js'
import { decodeKey, decodeUid } from './modern-decode.js'
import { valueErrors } from './modern-values.js'
import { type DataValue, DataValueStore, type ValueKey } from './store.js'
import { closedOptions } from '../option-combos.js'
import { viewsDataOf } from '../org-unit-access.js'

const NO_VALUE = 'Data value does not exist'

/** Data entry of 2.43 and 2.44 (WIRE.md 3.2 to 3.6): codes E80xx and E81xx, files are never looked at. */
export class ModernDataEntry implements DataEntry {
  readonly #api: Api
  readonly #values: DataValueStore

  constructor(api: Api) {
    this.#api = api
    this.#values = new DataValueStore(api.state)
  }

  async save(input: ValueInput, user: User): Promise<void> {
    const { comment, followUp } = input
    if (input.value === '' && comment === undefined && followUp === undefined) return this.remove(input, user)
    this.#upsert(input, user)
  }

  /**
   * The value first, with the uid that the file is going to have. When the file is refused then, the value is taken back:
   * not to what it was, but deleted. Whatever was there before is lost (WIRE.md 3.2).
   */
  async saveFile(input: ValueInput, upload: UploadedFile | undefined, user: User): Promise<SavedFile | undefined> {
    if (upload === undefined) {
      const key = this.#decode(input)
      this.#check(input, { ...key, index: 0, deleted: true }, user)
      this.#values.remove(key)
      return undefined
    }
    const uid = this.#api.state.newUid()
    const key = this.#upsert({ ...input, value: uid }, user)
    try {
      const file = await this.#api.files.save(upload, { domain: 'DATA_VALUE', uid, user })
      return { file, shownAsAssigned: false, shownAsStored: false }
    } catch (error) {
      this.#values.remove(key)
      throw error
    }
  }

  async remove(input: ValueInput, user: User): Promise<void> {
    const key = this.#decode(input)
    this.#check(input, { ...key, index: 0, deleted: true }, user)
    if (!this.#values.remove(key)) throw conflict('Data value cannot be deleted because it does not exist')
  }

  read(input: ValueInput, user: User): DataValue {
    const key = this.#decode(input)
    this.#checkView(key, user)
    const value = this.#values.get(key)
    if (value === undefined) throw notFound(NO_VALUE)
    const closed = [key.categoryOptionCombo, key.attributeOptionCombo].flatMap((combo) =>
      closedOptions(this.#api.state, user, combo, 'data-read'),
    )
    if (closed.length > 0) throw forbidden(`User has no data read access for CategoryOption: ${closed.join(',')}`)
    return value
  }

  readFile(input: ValueInput, user: User): FileResource {
    const key = this.#decode(input)
    this.#checkView(key, user)
    const uid = this.#values.get(key)?.value
    if (uid === undefined) throw conflict(NO_VALUE)
    if (!isUid(uid)) throw conflict('DataElement must be of type file')
    const file = this.#api.state.fileResources.get(uid)
    if (file === undefined || file.domain !== 'DATA_VALUE') throw objectNotFound('FileResource', uid)
    return file
  }

  #decode(input: ValueInput): ValueKey {
    return decodeKey(this.#api.state, {
      dataElement: input.de,
      orgUnit: input.ou,
      period: input.pe,
      categoryOptionCombo: input.co,
      attributeCombo: input.cc,
      attributeOptions: input.cp?.split(';'),
      value: input.value,
      comment: input.comment,
      followUp: input.followUp,
    })
  }

  #upsert(input: ValueInput, user: User): ValueKey {
    const { state } = this.#api
    const key = this.#decode(input)
    const before = this.#values.get(key)
    const value: EntryValue = {
      ...key,
      index: 0,
      value: input.value ?? before?.value,
      comment: input.comment ?? before?.comment,
      followUp: input.followUp ?? before?.followup,
    }
    const dataSet = this.#check(input, value, user)
    const { errors, valid } = valueErrors(state, dataSet, [value])
    const [kept] = valid
    if (kept === undefined)
      throw conflict(`Failed to upsert data value: ${errors.map(({ message }) => message).join(', ')}`)
    this.#values.put(key, { value: kept.value, comment: kept.comment, followup: kept.followUp }, user)
    return key
  }

  #check({ ds, force }: ValueInput, value: EntryValue, user: User): string {
    const dataSet = ds === undefined ? undefined : decodeUid(ds, 'ds')
    return checkGroup(this.#api.state, { dataSet, values: [value], force, user })
  }

  /** @throws ApiError 409 when the caller may not look at data of this org unit or with these attribute options */
  #checkView(key: ValueKey, user: User): void {
    const { state } = this.#api
    if (isSuperuser(state, user)) return
    if (closedOptions(state, user, key.attributeOptionCombo, 'data-read').length > 0)
      throw conflict(
        `User is not allowed to read data for attribute option combo: \`${key.attributeOptionCombo}\``,
        'E2011',
      )
    if (state.organisationUnits.has(key.orgUnit) && !viewsDataOf(state, user, key.orgUnit))
      throw conflict(`User is not allowed to view org unit: \`${key.orgUnit}\``, 'E2012')
  }
}
