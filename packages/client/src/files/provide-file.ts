import { digesting, digestOf } from '../bytes/integrity.js'
import { toSource, type Uploadable } from '../bytes/source.js'
import { Dhis2Error, type Dhis2ErrorOptions, isDhis2Error, withDetails } from '../errors.js'
import { type FileResource, type FileResourceDomain, isReencoded } from '../models/file-resource.js'
import type { FilesContext } from './context.js'
import { getFileResource, waitUntilStored } from './storage.js'
import { unreadable, type UploadOptions, uploadFile } from './upload.js'
import { assertUid } from './uid.js'

/** Which file is given to an object: the data, or what an earlier call has left on the server of it. */
export interface FileChoice {
  /** Uid of a file resource that is on the server already, such as `error.fileResource`: its MD5 is compared with the data, which is not sent again. Where there is none yet, the data is uploaded under this uid. */
  readonly fileResource?: string | undefined
}

/** How the file of an object is uploaded. It is always waited for: an object never gets a file that the server may still lose. */
export interface AttachOptions extends Omit<UploadOptions, 'uid' | 'until'>, FileChoice {}

/**
 * The file that an object is to have: the one that is there already, if it is the same, else a new one. Of an image that
 * the server encodes anew only domain and name can be compared.
 * @throws Dhis2Error `conflict` when another file has the uid
 */
export async function provideFile(
  context: FilesContext,
  data: Uploadable,
  options: Omit<UploadOptions, 'uid'> & FileChoice & { readonly domain: FileResourceDomain },
): Promise<FileResource> {
  const { fileResource: uid, domain } = options
  if (uid === undefined) return uploadFile(context, data, options)
  assertUid(uid, 'fileResource')
  const found = await getFileResource(context, uid, options).catch((error: unknown) => {
    if (isDhis2Error(error, 'not-found')) return undefined
    throw error
  })
  if (found === undefined) return uploadFile(context, data, { ...options, uid })
  const different = await difference(context, found, data, options)
  if (different !== undefined) {
    throw new Dhis2Error(
      `File resource ${found.id} (“${found.name}”, ${found.contentLength} bytes, MD5 ${found.contentMd5 ?? 'unknown'}) is not the file that was passed (${different}).`,
      { code: 'conflict', fileResource: found.id, hint: 'Leave fileResource out to upload the data as a new file.' },
    )
  }
  // a document takes a file of any domain
  if (domain !== 'DOCUMENT' && found.domain !== domain) {
    throw new Dhis2Error(`File resource ${found.id} is of domain ${found.domain}, and ${domain} is needed.`, {
      code: 'conflict',
      fileResource: found.id,
    })
  }
  return options.until === 'accepted' ? found : waitUntilStored(context, found.id, options)
}

async function difference(
  context: FilesContext,
  found: FileResource,
  data: Uploadable,
  options: UploadOptions & { readonly domain: FileResourceDomain },
): Promise<string | undefined> {
  const source = toSource(data)
  if (isReencoded(options.domain)) {
    const name = options.filename ?? source.name
    return name === '' || name === found.name ? undefined : `its name is “${name}”`
  }
  const local = await digestOf(
    digesting(source, () => context.platform.createMd5(source.size)),
    options.signal,
  ).catch((error: unknown) => {
    throw unreadable(source, options.filename ?? found.name, error, options.signal)
  })
  const same = found.contentMd5 === local?.md5 && found.contentLength === local?.size
  return same ? undefined : `${local?.size} bytes, MD5 ${local?.md5}`
}

/** The error of a step after the upload: it carries the file that is on the server, and says how to finish. */
export function carrying(error: unknown, file: FileResource, details: Partial<Dhis2ErrorOptions> = {}): unknown {
  if (!isDhis2Error(error)) return error
  const sentence = `Its file is on the server as file resource ${file.id}: pass { fileResource: '${file.id}' } to finish without sending it again.`
  return withDetails(error, sentence, { fileResource: file.id, ...details })
}
