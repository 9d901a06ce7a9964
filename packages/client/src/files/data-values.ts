import type { Uploadable } from '../bytes/source.js'
import { Dhis2Error, isDhis2Error } from '../errors.js'
import type { QueryValue, RequestOptions } from '../http/call.js'
import { isUidLike, readArray } from '../models/decode.js'
import type { FileResource } from '../models/file-resource.js'
import { fetchFileResources } from './by-uid.js'
import { type FilesContext, requestOptions } from './context.js'
import { createDownload, factsOf, type FileDownload } from './download.js'
import { settle } from './echoes.js'
import { type AttachOptions, carrying, provideFile } from './provide-file.js'
import { getFileResource } from './storage.js'
import { uidInPath } from './uid.js'

/** Which aggregate data value. WIRE.md 3.2. */
export interface DataValueKey {
  /** Uid of the data element. */
  readonly de: string
  /** Uid of the organisation unit. */
  readonly ou: string
  /** Period as DHIS2 writes it, such as `202601`. */
  readonly pe: string
  /** Uid of the category option combination. Default: the default one. */
  readonly co?: string | undefined
  /** Uid of the attribute category combination. Default: the default one. */
  readonly cc?: string | undefined
  /** Uids of the attribute category options: a list, or joined with `;`. */
  readonly cp?: string | readonly string[] | undefined
  /** Uid of the data set: 2.43 and later need it where the data element is in several. */
  readonly ds?: string | undefined
}

/** A data value that has a file. */
export interface DataValueFile {
  /** What `download`, `upload` and `remove` take. */
  readonly key: DataValueKey
  /** Uid of the file resource. */
  readonly value: string
  /** `undefined` where the value is the uid of no file, which 2.43 and later accept (WIRE.md 3.3). */
  readonly fileResource: FileResource | undefined
}

/** A data value after it has got its file. */
export interface UploadedDataValue {
  /** Which value it is. */
  readonly key: DataValueKey
  /** The file that it has now. */
  readonly fileResource: FileResource
  /** Uid of the file that the value had before. The server keeps it; `downloadByFile` reads it. */
  readonly leftBehind: string | undefined
}

const ROUTE = 'api/dataValues'

export async function uploadDataValue(
  context: FilesContext,
  data: Uploadable,
  key: DataValueKey,
  options: AttachOptions = {},
): Promise<UploadedDataValue> {
  // also finds out about a key that the server does not know, before the bytes are sent
  const before = await readValue(context, key, options)
  const fileResource = await provideFile(context, data, { ...options, until: 'stored', domain: 'DATA_VALUE' })
  if (before === fileResource.id) return { key, fileResource, leftBehind: undefined }
  try {
    await setValue(context, key, fileResource.id, options)
  } catch (error) {
    throw carrying(error, fileResource)
  }
  return { key, fileResource, leftBehind: before }
}

/** `POST /api/dataValues`, then read back: 2.43 and later take a uid of no file, and tell nothing (WIRE.md 3.3). */
async function setValue(
  context: FilesContext,
  key: DataValueKey,
  value: string,
  options: RequestOptions,
): Promise<void> {
  const what = `set ${nameOf(key)} to file resource ${value}`
  const isSet = async (): Promise<true | undefined> =>
    (await readValue(context, key, options)) === value ? true : undefined
  try {
    const query = { ...queryOf(key), ds: key.ds, value }
    await context.call.empty('POST', ROUTE, { ...requestOptions(options), what, query, idempotent: true })
  } catch (error) {
    await settle('set-data-value', error, isSet)
    return
  }
  if (await isSet()) return
  throw new Dhis2Error(`Cannot ${what}: the server took it, but the value is another one now.`, {
    code: 'conflict',
    hint: 'Somebody else may have changed it at the same time: read it, and decide.',
  })
}

/** `GET /api/dataValues`: the uid that is there; `undefined` where there is no value. WIRE.md 3.4. */
async function readValue(
  context: FilesContext,
  key: DataValueKey,
  options: RequestOptions,
): Promise<string | undefined> {
  const init = { ...requestOptions(options), what: `read ${nameOf(key)}`, query: queryOf(key) }
  try {
    const [value] = readArray(await context.call.json('GET', ROUTE, init), 'a data value')
    return typeof value === 'string' && value !== '' ? value : undefined
  } catch (error) {
    // a 404 without DHIS2's own code is no answer about the value
    const absent = isDhis2Error(error, 'not-found') && (error.status === 409 || error.errorCode === 'E1005')
    if (absent) return undefined
    throw error
  }
}

export async function getDataValue(
  context: FilesContext,
  key: DataValueKey,
  options: RequestOptions = {},
): Promise<DataValueFile | undefined> {
  const value = await readValue(context, key, options)
  if (value === undefined) return undefined
  return { key, value, fileResource: (await fetchFileResources(context, [value], options)).get(value) }
}

export async function downloadDataValue(
  context: FilesContext,
  key: DataValueKey,
  options: RequestOptions = {},
): Promise<FileDownload> {
  const value = await readValue(context, key, options)
  if (value === undefined) {
    throw new Dhis2Error(`There is no ${nameOf(key)}.`, {
      code: 'not-found',
      hint: 'If it was there, it may have been deleted; downloadByFile reads its file where the uid is known.',
    })
  }
  if (!isUidLike(value)) {
    throw new Dhis2Error(`There is no file in ${nameOf(key)}: it is “${value.slice(0, 60)}”.`, {
      code: 'not-found',
      hint: 'Files are the values of data elements of type FILE_RESOURCE and IMAGE.',
    })
  }
  const file = await getFileResource(context, value, options)
  return download(context, `${ROUTE}/files`, queryOf(key), nameOf(key), file, options)
}

/** `GET /api/audits/files/{uid}`. WIRE.md 3.7. */
export async function downloadDataValueByFile(
  context: FilesContext,
  uid: string,
  options: RequestOptions = {},
): Promise<FileDownload> {
  const file = await getFileResource(context, uid, options)
  return download(context, `api/audits/files/${file.id}`, {}, `file resource ${file.id}`, file, options)
}

function download(
  context: FilesContext,
  path: string,
  query: Readonly<Record<string, QueryValue>>,
  what: string,
  file: FileResource,
  options: RequestOptions,
): FileDownload {
  return createDownload(context, {
    path,
    query,
    what: `${what} (“${file.name}”)`,
    ...factsOf(file),
    options: requestOptions(options),
  })
}

export async function removeDataValue(
  context: FilesContext,
  key: DataValueKey,
  options: RequestOptions = {},
): Promise<void> {
  const query = { ...queryOf(key), ds: key.ds }
  try {
    await context.call.empty('DELETE', ROUTE, { ...requestOptions(options), what: `delete ${nameOf(key)}`, query })
  } catch (error) {
    await settle('delete-data-value', error, async () =>
      (await readValue(context, key, options)) === undefined ? true : undefined,
    )
  }
}

/** @throws TypeError for a key that can be none */
function queryOf({ de, ou, pe, co, cc, cp }: DataValueKey): Record<string, QueryValue> {
  if (typeof pe !== 'string' || pe.trim() === '') throw new TypeError('pe must be a period, such as 202601.')
  return {
    de: uidInPath(de, 'de'),
    ou: uidInPath(ou, 'ou'),
    pe,
    co: co === undefined ? undefined : uidInPath(co, 'co'),
    cc: cc === undefined ? undefined : uidInPath(cc, 'cc'),
    cp: typeof cp === 'string' || cp === undefined ? cp : cp.join(';'),
  }
}

function nameOf({ de, ou, pe, co }: DataValueKey): string {
  return `the data value of ${de}${co === undefined ? '' : `.${co}`} in ${ou} for ${pe}`
}
