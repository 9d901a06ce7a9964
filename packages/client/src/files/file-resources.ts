import type { RequestOptions } from '../http/call.js'
import { readArray, readObject } from '../models/decode.js'
import { type FileResourceDomain, type FileResourceOwner, type ImageFileDimension } from '../models/file-resource.js'
import { type FilesContext, requestOptions } from './context.js'
import { createDownload, factsOf, type FileDownload } from './download.js'
import { getFileResource } from './storage.js'
import { type UploadOptions } from './upload.js'
import { uidInPath } from './uid.js'

/** What a new file resource is. */
export interface UploadFileResourceOptions extends UploadOptions {
  /** What the file is for. Default `DATA_VALUE`. `ICON`, `USER_AVATAR` and `ORG_UNIT` are images, which the server re-encodes. */
  readonly domain?: FileResourceDomain | undefined
}

/** `GET /api/fileResources/owners?storageKey=`. WIRE.md 1.11. */
export async function fileResourceOwners(
  context: FilesContext,
  storageKey: string,
  options: RequestOptions = {},
): Promise<readonly FileResourceOwner[]> {
  if (typeof storageKey !== 'string' || storageKey === '') throw new TypeError('storageKey must be given.')
  const json = await context.call.json('GET', 'api/fileResources/owners', {
    ...requestOptions(options),
    what: `read the owners of “${storageKey}”`,
    query: { storageKey },
  })
  const members = { domain: 'string!', id: 'string', de: 'string', ou: 'string', pe: 'string', co: 'string' } as const
  return readArray(json, 'the owners of a file').map((owner) => readObject(owner, 'an owner', members))
}

/** How a file resource is read. */
export interface DownloadFileResourceOptions extends RequestOptions {
  /** A smaller or larger copy of an image. Where there is none the server gives the original. Length and MD5 of a copy are not known. WIRE.md 1.7. */
  readonly dimension?: ImageFileDimension | undefined
}

export async function downloadFileResource(
  context: FilesContext,
  uid: string,
  options: DownloadFileResourceOptions = {},
): Promise<FileDownload> {
  const file = await getFileResource(context, uid, options)
  const { dimension } = options
  return createDownload(context, {
    path: `api/fileResources/${uidInPath(uid, 'uid')}/data`,
    query: { dimension },
    what: `file resource ${uid} (“${file.name}”)`,
    ...factsOf(file, dimension),
    options: requestOptions(options),
  })
}
