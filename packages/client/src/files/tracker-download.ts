import { Dhis2Error } from '../errors.js'
import type { RequestOptions } from '../http/call.js'
import { discard } from '../http/response-body.js'
import type { ImageFileDimension } from '../models/file-resource.js'
import { type FilesContext, requestOptions } from './context.js'
import { createDownload, factsOf, type FileDownload } from './download.js'
import { getFileResource } from './storage.js'
import { EVENT, placeName, placePath, readTrackerObject, type TrackerPlace, valueAt } from './tracker-objects.js'
import { assertUid, isUid, uidInPath } from './uid.js'

/** How the file of an event is read. */
export interface DownloadTrackerOptions extends RequestOptions {
  /** Whether it is asked for as an image: what is none is then refused. Default: only with a `dimension`. */
  readonly image?: boolean | undefined
  /** A smaller or larger copy of an image: one of which there are no copies is refused. Length and MD5 of a copy are not known. WIRE.md 4.3. */
  readonly dimension?: ImageFileDimension | undefined
  /** Uid of the file resource that you have: if the value is still this one, the answer is `not-modified`, without bytes. */
  readonly etag?: string | undefined
}

/** How the file of a tracked entity is read. */
export interface DownloadAttributeOptions extends DownloadTrackerOptions {
  /** Uid of the program whose attribute it is. Default: the attributes of the tracked entity's type. */
  readonly program?: string | undefined
}

/** The file of a value. File resources never change, so the uid is the strongest etag there is. */
export interface TrackerFile extends FileDownload {
  /** Uid of the file resource, whatever the dimension. */
  readonly etag: string
}

/** The value is still the file that you have. */
export interface NotModified {
  /** Tells it from a file. */
  readonly kind: 'not-modified'
  /** Uid of the file resource. */
  readonly etag: string
}

export async function downloadTrackerFile(
  context: FilesContext,
  place: TrackerPlace,
  options: DownloadTrackerOptions,
): Promise<TrackerFile | NotModified> {
  const { kind, member, program } = place
  const { dimension, etag } = options
  if (options.image === false && dimension !== undefined) {
    throw new TypeError('dimension is of images: leave image out, or pass true.')
  }
  const image = options.image ?? dimension !== undefined
  if (etag !== undefined) assertUid(etag, 'etag')
  const path = `${placePath(place)}/${kind.values}/${uidInPath(member, kind.member)}/${image ? 'image' : 'file'}`
  const query = { program, dimension }
  const value =
    etag === undefined
      ? await readFileUid(context, place, options)
      : await askWhether(context, place, path, { ...options, etag })
  if (value === etag) return { kind: 'not-modified', etag: value }
  const file = await getFileResource(context, value, options)
  const download = createDownload(context, {
    path,
    query,
    what: `${placeName(place)} (“${file.name}”)`,
    ...factsOf(file, dimension),
    options: requestOptions(options),
  })
  return { ...download, etag: file.id }
}

/** The uid that is there, without opening the file. */
async function readFileUid(context: FilesContext, place: TrackerPlace, options: RequestOptions): Promise<string> {
  const { values, member } = place.kind
  const object = await readTrackerObject(context, place, `${values}[${member},value]`, options)
  const value = valueAt(place, object)
  if (value !== undefined && isUid(value)) return value
  const hint = place.kind === EVENT ? undefined : 'An attribute of a program goes by { program }.'
  throw new Dhis2Error(`There is no file in ${placeName(place)}.`, { code: 'not-found', hint })
}

/** Asks with `If-None-Match`: the server decides by the uid alone, before it touches its store (WIRE.md 4.2). */
async function askWhether(
  context: FilesContext,
  place: TrackerPlace,
  path: string,
  options: DownloadTrackerOptions & { readonly etag: string },
): Promise<string> {
  const response = await context.call('GET', path, {
    ...requestOptions(options),
    what: `look at ${placeName(place)}`,
    query: { program: place.program, dimension: options.dimension },
    headers: { ...options.headers, 'if-none-match': `"${options.etag}"` },
  })
  discard(response)
  if (response.status === 304) return options.etag
  const uid = response.headers.get('etag')?.replace(/^W\/|"/g, '') ?? ''
  // a proxy may have made an etag of its own, or none
  return isUid(uid) ? uid : readFileUid(context, place, options)
}
