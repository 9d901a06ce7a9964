import type { RequestOptions } from '../http/call.js'
import { readObject } from '../models/decode.js'
import { fetchByUid } from './by-uid.js'
import type { FilesContext } from './context.js'

/** The types of values that are the uid of a file. WIRE.md 3.1. */
export type FileValueType = 'FILE_RESOURCE' | 'IMAGE'

/** What has a value type. */
export type ValueTyped = 'dataElements' | 'trackedEntityAttributes'

/** The value types of data elements or attributes, each asked for once. */
export interface ValueTypes {
  /** Asks for those that are not known yet. @throws Dhis2Error */
  load(uids: Iterable<string>): Promise<void>
  /** `undefined` for what does not exist, or what the user may not read. */
  get(uid: string): string | undefined
  /** Whether the type, or where it is not known the existence of a file, makes the value that of a file. */
  isFile(uid: string, fileResource: unknown): boolean
}

/** Value types from the server's metadata. Asks for nothing before `load`. */
export function createValueTypes(context: FilesContext, path: ValueTyped, options: RequestOptions): ValueTypes {
  const known = new Map<string, string | undefined>()
  const source = {
    path: `api/${path}`,
    key: path,
    name: path === 'dataElements' ? 'data elements' : 'attributes',
    read: (row: unknown) =>
      readObject<{ id: string; valueType?: string }>(row, 'a row', { id: 'string!', valueType: 'string' }),
  }
  return {
    async load(uids) {
      const unknown = [...new Set(uids)].filter((uid) => !known.has(uid))
      const found = await fetchByUid(context, source, unknown, 'id,valueType', options)
      for (const uid of unknown) known.set(uid, found.get(uid)?.valueType)
    },
    get: (uid) => known.get(uid),
    isFile(uid, fileResource) {
      const type = known.get(uid)
      return type === undefined ? fileResource !== undefined : isFileType(type)
    },
  }
}

/** Whether values of this type are the uid of a file. */
export function isFileType(type: string): type is FileValueType {
  return type === 'FILE_RESOURCE' || type === 'IMAGE'
}
