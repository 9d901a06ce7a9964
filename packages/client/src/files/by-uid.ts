import type { RequestOptions } from '../http/call.js'
import type { FileResource } from '../models/file-resource.js'
import { type FilesContext, requestOptions } from './context.js'
import { FILE_RESOURCES, type ListSource, listObjects } from './list.js'
import { isUid } from './uid.js'

/** How many objects are asked for at once: so many uids fit into any URL. */
const BATCH = 50

/** Objects by their uids, `filter=id:in:[…]`, never one by one. What does not exist, or may not be read, is absent. */
export async function fetchByUid<T extends { readonly id: string }>(
  context: FilesContext,
  source: ListSource<T>,
  uids: Iterable<string>,
  fields: string,
  options: RequestOptions,
): Promise<Map<string, T>> {
  const wanted = [...new Set(uids)].filter(isUid)
  const found = new Map<string, T>()
  for (let from = 0; from < wanted.length; from += BATCH) {
    const filter = `id:in:[${wanted.slice(from, from + BATCH).join(',')}]`
    const query = { ...requestOptions(options), filter, fields, pageSize: BATCH }
    for (const object of (await listObjects(context, source, query)).items) found.set(object.id, object)
  }
  return found
}

/** A value that is the uid of a file, together with that file. */
export type WithFile<T> = T & {
  /** The file; `undefined` where the value is the uid of none, which 2.43 and later accept (WIRE.md 3.3). */
  readonly fileResource: FileResource | undefined
}

/** Adds to each value its file resource, fifty at a time. Holds fifty rows. */
export async function* withFiles<T extends { readonly value: string }>(
  context: FilesContext,
  values: AsyncIterable<T> | Iterable<T>,
  options: RequestOptions,
): AsyncGenerator<WithFile<T>> {
  let batch: T[] = []
  const flush = async function* (): AsyncGenerator<WithFile<T>> {
    const uids = batch.map(({ value }) => value)
    const files = await fetchFileResources(context, uids, options)
    for (const row of batch) yield { ...row, fileResource: files.get(row.value) }
    batch = []
  }
  for await (const value of values) {
    batch.push(value)
    if (batch.length === BATCH) yield* flush()
  }
  yield* flush()
}

/** File resources by their uids. WIRE.md 1.8. */
export function fetchFileResources(
  context: FilesContext,
  uids: Iterable<string>,
  options: RequestOptions,
): Promise<Map<string, FileResource>> {
  return fetchByUid(context, FILE_RESOURCES, uids, '*', options)
}
