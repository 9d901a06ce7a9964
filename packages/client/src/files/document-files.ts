import { toSource, type Uploadable } from '../bytes/source.js'
import { Dhis2Error, isDhis2Error, withDetails } from '../errors.js'
import type { RequestOptions } from '../http/call.js'
import { readObject } from '../models/decode.js'
import type { Document } from '../models/document.js'
import type { FileResource } from '../models/file-resource.js'
import type { Sharing } from '../models/sharing.js'
import { type FilesContext, requestOptions } from './context.js'
import { keepingSharing, shareDocument } from './document-sharing.js'
import {
  assertName,
  createDocument,
  type DocumentDraft,
  deleteDocument,
  getDocument,
  patchDocument,
} from './documents.js'
import { createDownload, type FileDownload } from './download.js'
import { createExternalLink, type ExternalLink } from './external-link.js'
import { settle } from './echoes.js'
import { carrying, type FileChoice, provideFile } from './provide-file.js'
import { getFileResource } from './storage.js'
import { type UploadOptions, uploadFile } from './upload.js'
import { assertUid, createUid, uidFromHex, uidInPath } from './uid.js'

/** What an uploaded document is made of. */
export interface UploadDocumentOptions extends Omit<UploadOptions, 'uid'>, FileChoice {
  /** Name of the document, 1 to 230 characters. Where the data has no name of its own it names the file too. */
  readonly name: string
  /** Uid of the document. Default: a new one. With a uid of your own the same call can be made again, and makes one document and one file. */
  readonly uid?: string | undefined
  /** Unique among documents, at most 50 characters. */
  readonly code?: string | undefined
  /** Without effect on uploaded files; kept for those who read it. */
  readonly attachment?: boolean | undefined
  /** Put right after creation, and read back. Until then the document has DHIS2's default: public for a user who may create public documents. */
  readonly sharing?: Sharing | undefined
}

/** A document with its file. */
export interface UploadedDocument {
  readonly uid: string
  readonly name: string
  readonly fileResource: FileResource
}

export async function uploadDocument(
  context: FilesContext,
  data: Uploadable,
  options: UploadDocumentOptions,
): Promise<UploadedDocument> {
  assertName(options.name)
  if (options.uid !== undefined) assertUid(options.uid, 'uid')
  const { name, code, attachment, sharing } = options
  const uid = options.uid ?? createUid()
  // asked before, so that the document is open for no longer than one request takes
  const shared = sharing && { ...sharing, owner: sharing.owner ?? (await context.me(requestOptions(options))).id }
  const fileResource = await provideDocumentFile(context, data, { ...options, name, document: options.uid })
  const draft = { id: uid, name, external: false, code, attachment }
  const made = await createDocument(context, { ...draft, url: fileResource.id }, options).then(
    () => fileResource,
    (error: unknown) => withFreshFile(context, data, draft, fileResource, error, options),
  )
  if (shared !== undefined) await shareOrDelete(context, uid, shared, made, options)
  return { uid, name, fileResource: made }
}

/**
 * The file under the uid that follows from the document's may belong to an earlier document of that uid, for good
 * (WIRE.md 2.3): then the document gets a file of its own.
 */
async function withFreshFile(
  context: FilesContext,
  data: Uploadable,
  draft: Omit<DocumentDraft, 'url'>,
  taken: FileResource,
  error: unknown,
  options: UploadDocumentOptions,
): Promise<FileResource> {
  const derived = options.uid !== undefined && options.fileResource === undefined
  const again = isDhis2Error(error) && error.errorCode === 'E4016' && derived && toSource(data).replayable
  if (!again) throw carrying(error, taken, { document: draft.id })
  const fresh = await provideDocumentFile(context, data, { ...options, document: undefined })
  try {
    await createDocument(context, { ...draft, url: fresh.id }, options)
    return fresh
  } catch (second) {
    throw carrying(second, fresh, { document: draft.id })
  }
}

async function shareOrDelete(
  context: FilesContext,
  uid: string,
  sharing: Sharing,
  file: FileResource,
  options: RequestOptions,
): Promise<void> {
  try {
    await shareDocument(context, uid, sharing, options)
  } catch (error) {
    const later = { timeouts: { total: 60_000 } }
    const deleted = await deleteDocument(context, uid, later).then(
      () => true,
      () => false,
    )
    if (!isDhis2Error(error) && deleted) throw error
    throw withDetails(
      error,
      deleted
        ? `The document was deleted again, because it was open to everyone without its sharing; its file resource is ${file.id}.`
        : `The document ${uid} is open to everyone: share it with shareDocument(uid, error.sharing), or delete it.`,
      { document: uid, sharing, fileResource: file.id },
    )
  }
}

/** How the file of a document is replaced. */
export interface ReplaceDocumentOptions extends Omit<UploadOptions, 'uid'>, FileChoice {}

/** A document after its file has been replaced. */
export interface ReplacedDocument extends UploadedDocument {
  /** Uid of the file resource that the document had before. DHIS2 keeps it for good: nothing over HTTP can delete it. */
  readonly leftBehind: string
}

export async function replaceDocument(
  context: FilesContext,
  uid: string,
  data: Uploadable,
  options: ReplaceDocumentOptions = {},
): Promise<ReplacedDocument> {
  return keepingSharing(context, uid, options, {
    async prepare(document) {
      assertUploaded(document, 'replaced')
      return provideDocumentFile(context, data, { ...options, name: document.name, document: undefined })
    },
    async write(document, file) {
      const what = `replace the file of document ${uid}`
      if (document.url !== file.id) await attach(context, document, file, [], what, options)
      return { uid, name: document.name, fileResource: file, leftBehind: document.url }
    },
  })
}

/** A document after it has been renamed. */
export interface RenamedDocument {
  readonly uid: string
  readonly name: string
  /** Uid of the file resource that the document had before and no longer has; `undefined` when it kept it. DHIS2 keeps the old one for good. */
  readonly leftBehind: string | undefined
}

export async function renameDocument(
  context: FilesContext,
  uid: string,
  name: string,
  options: RequestOptions = {},
): Promise<RenamedDocument> {
  assertName(name)
  const what = `rename document ${uid}`
  const setName = { op: 'add', path: '/name', value: name }
  return keepingSharing(context, uid, options, {
    /** The copy of the file that the document gets with its new name, where it needs one. */
    async prepare(document) {
      if (document.external || (await maySkipValidation(context, options))) return undefined
      return copyFile(context, document, options)
    },
    async write(document, copy) {
      if (copy !== undefined) {
        await attach(context, document, copy, [setName], what, options)
        return { uid, name, leftBehind: document.url }
      }
      if (document.external) await patchDocument(context, uid, [setName], what, options)
      else await putUnvalidated(context, uid, name, options)
      return { uid, name, leftBehind: undefined }
    },
  })
}

async function maySkipValidation(context: FilesContext, options: RequestOptions): Promise<boolean> {
  return (await context.me(requestOptions(options))).authorities.includes('ALL')
}

/** Streams a document's bytes from the server to itself. */
async function copyFile(context: FilesContext, document: Document, options: RequestOptions): Promise<FileResource> {
  const file = await getFileResource(context, document.url, options)
  return uploadFile(context, fileOf(context, document, file, options), {
    ...requestOptions(options),
    domain: 'DOCUMENT',
    // the server has these bytes by whatever rules it had when it took them
    preflight: false,
  })
}

/** A superuser may write an uploaded document with its own file, if all validation is switched off (WIRE.md 2.3). */
async function putUnvalidated(
  context: FilesContext,
  uid: string,
  name: string,
  options: RequestOptions,
): Promise<void> {
  const path = `api/documents/${uidInPath(uid, 'uid')}`
  const read = { ...requestOptions(options), what: `read document ${uid}`, query: { fields: ':owner' } }
  const whole = readObject<Record<string, unknown>>(await context.call.json('GET', path, read), 'a document', {})
  await context.call.empty('PUT', path, {
    ...requestOptions(options),
    what: `rename document ${uid}`,
    query: { skipValidation: true },
    json: { ...whole, name },
  })
  const after = await getDocument(context, uid, options)
  if (after.name === name && after.url === whole['url']) return
  throw new Dhis2Error(
    `Cannot rename document ${uid}: the server took the change, but the document is not as it should be.`,
    {
      code: 'conflict',
      document: uid,
    },
  )
}

/** Points a document at another file, and sets more of it in the same request. */
async function attach(
  context: FilesContext,
  document: Document,
  file: FileResource,
  more: readonly { readonly op: string; readonly path: string; readonly value: unknown }[],
  what: string,
  options: RequestOptions,
): Promise<void> {
  const operations = [...more, { op: 'add', path: '/url', value: file.id }]
  try {
    await patchDocument(context, document.id, operations, what, options)
  } catch (error) {
    await settle('update-document', error, async () =>
      (await getDocument(context, document.id, options)).url === file.id ? true : undefined,
    ).catch((final: unknown) => {
      throw carrying(final, file, { document: document.id })
    })
  }
}

/** The file of a document: the one that is there already, else a new one. */
async function provideDocumentFile(
  context: FilesContext,
  data: Uploadable,
  options: Omit<UploadOptions, 'uid'> & FileChoice & { readonly name: string; readonly document: string | undefined },
): Promise<FileResource> {
  const source = toSource(data)
  const filename = options.filename ?? (source.name === '' ? options.name : source.name)
  const upload = { ...options, filename, domain: 'DOCUMENT' }
  if (options.fileResource !== undefined) return provideFile(context, source, upload)
  // the same document uid gives the same file uid, so that a call made again after a crash makes one file
  const uid = options.document === undefined ? undefined : await derivedUid(context, options.document)
  return uploadUnder(context, source, { ...upload, uid })
}

/** Uploads under a uid of ours; where other bytes have it already (a document that was deleted and is made anew), under a fresh one. */
async function uploadUnder(
  context: FilesContext,
  source: Uploadable,
  options: UploadOptions & { readonly domain: string },
): Promise<FileResource> {
  try {
    return await uploadFile(context, source, options)
  } catch (error) {
    const taken = isDhis2Error(error, 'already-exists') && options.uid !== undefined
    if (!taken || !toSource(source).replayable) throw error
    return uploadFile(context, source, { ...options, uid: undefined })
  }
}

async function derivedUid(context: FilesContext, document: string): Promise<string> {
  const md5 = await context.platform.createMd5()
  md5.update(new TextEncoder().encode(`dhis2-files document ${document}`))
  return uidFromHex(md5.digest())
}

/** How a document's file is read. */
export interface DownloadDocumentOptions extends RequestOptions {
  /** `false` does not ask for the file resource: name, type, length and MD5 are then not known, and nothing is compared. Default `true`. */
  readonly verify?: boolean | undefined
}

export async function downloadDocument(
  context: FilesContext,
  uid: string,
  options: DownloadDocumentOptions = {},
): Promise<FileDownload | ExternalLink> {
  const document = await getDocument(context, uid, options)
  if (document.external) return createExternalLink(context, document.url, document.name)
  const file = options.verify === false ? undefined : await fileBehind(context, document, options)
  return fileOf(context, document, file, options)
}

function fileOf(
  context: FilesContext,
  document: Document,
  file: FileResource | undefined,
  options: RequestOptions,
): FileDownload {
  return createDownload(context, {
    path: `api/documents/${document.id}/data`,
    what: `document ${document.id} (“${document.name}”)`,
    name: file?.name ?? document.name,
    type: file?.contentType ?? '',
    size: file?.contentLength,
    md5: file?.contentMd5,
    fileResource: file,
    options: requestOptions(options),
  })
}

/** The file resource of a document. A document from before file resources has none (WIRE.md 2.7). */
async function fileBehind(
  context: FilesContext,
  document: Document,
  options: RequestOptions,
): Promise<FileResource | undefined> {
  if (!/^[A-Za-z0-9]{1,11}$/.test(document.url)) return undefined
  try {
    return await getFileResource(context, document.url, options)
  } catch (error) {
    if (isDhis2Error(error, 'not-found')) return undefined
    throw error
  }
}

function assertUploaded(document: Document, how: string): void {
  if (!document.external) return
  throw new Dhis2Error(
    `Document ${document.id} is a link to ${document.name}: it has no file that could be ${how}. Use updateExternalDocument.`,
    { code: 'unsupported', document: document.id },
  )
}
