import { toSource, type Uploadable } from '../bytes/source.js'
import { Dhis2Error, isDhis2Error, withDetails } from '../errors.js'
import type { RequestOptions } from '../http/call.js'
import { isUidLike, readObject } from '../models/decode.js'
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
  settleUpdate,
} from './documents.js'
import { createDownload, type FileDownload } from './download.js'
import { createExternalLink, type ExternalLink } from './external-link.js'
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
  /** Uid of the document. */
  readonly uid: string
  /** Name of the document. */
  readonly name: string
  /** Its file. */
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
    (how) => ({ how, file: fileResource }),
    (error: unknown) => withFreshFile(context, data, draft, fileResource, error, options),
  )
  if (shared !== undefined) await shareOrDelete(context, uid, shared, made, options)
  return { uid, name, fileResource: made.file }
}

interface Made {
  /** Whether the document was there before the call, as far as can be told. */
  readonly how: 'made' | 'found' | 'unsure'
  readonly file: FileResource
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
): Promise<Made> {
  const derived = options.uid !== undefined && options.fileResource === undefined
  // where there is a document of that uid too, another file does not help
  const fileIsTaken = isDhis2Error(error, 'conflict') && error.errorCode === 'E4016'
  if (!fileIsTaken || !derived || !isReplayable(data)) throw carrying(error, taken, { document: draft.id })
  const fresh = await provideDocumentFile(context, data, { ...options, document: undefined })
  try {
    return { how: await createDocument(context, { ...draft, url: fresh.id }, options), file: fresh }
  } catch (second) {
    throw carrying(second, fresh, { document: draft.id })
  }
}

/** Whether the data can be sent once more, now that it has been sent: a stream is locked by then. */
function isReplayable(data: Uploadable): boolean {
  return !(data instanceof ReadableStream) && !(data instanceof Response) && toSource(data).replayable
}

async function shareOrDelete(
  context: FilesContext,
  uid: string,
  sharing: Sharing,
  { how, file }: Made,
  options: UploadDocumentOptions,
): Promise<void> {
  try {
    await shareDocument(context, uid, sharing, options)
  } catch (error) {
    const details = { document: uid, sharing, fileResource: file.id }
    if (how === 'found') {
      const sentence = `The document ${uid} was there before this call and stays, with the sharing that it had: share it with shareDocument(uid, error.sharing).`
      throw isDhis2Error(error) ? withDetails(error, sentence, details) : error
    }
    // the caller's signal does not end it: the document is open meanwhile
    const later = { headers: options.headers, timeouts: { total: 60_000 } }
    // under a uid of the caller's it may be one that was there before, which is not ours to delete
    const ours = how === 'made' || options.uid === undefined
    const deleted =
      ours &&
      (await deleteDocument(context, uid, later).then(
        () => true,
        () => false,
      ))
    if (!isDhis2Error(error) && deleted) throw error
    throw withDetails(
      error,
      deleted
        ? `The document was deleted again, because it was open to everyone without its sharing; its file resource is ${file.id}.`
        : `The document ${uid} is open to everyone: share it with shareDocument(uid, error.sharing), or delete it.`,
      details,
    )
  }
}

/** How the file of a document is replaced. */
export interface ReplaceDocumentOptions extends Omit<UploadOptions, 'uid'>, FileChoice {}

/** A document after its file has been replaced. */
export interface ReplacedDocument extends UploadedDocument {
  /** Uid of the file resource that the document had before; `undefined` when it had this one already. DHIS2 keeps it for good: nothing over HTTP can delete it. */
  readonly leftBehind: string | undefined
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
      const there = document.url === file.id
      if (!there) await attach(context, document, file, [], `replace the file of document ${uid}`, options)
      return { uid, name: document.name, fileResource: file, leftBehind: there ? undefined : document.url }
    },
    explain: (error, file) => carrying(error, file, { document: uid }),
  })
}

/** A document after it has been renamed. */
export interface RenamedDocument {
  /** Uid of the document: the same as before. */
  readonly uid: string
  /** The name that it has now. */
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
  const renamed = await keepingSharing(context, uid, options, {
    async prepare(document): Promise<NewForm> {
      const { url } = document
      if (document.external) return { url }
      if (await maySkipValidation(context, options)) return { url, whole: await readWhole(context, uid, options) }
      return { url, copy: await copyFile(context, document, options) }
    },
    async write(document, { url, copy, whole }) {
      if (document.url !== url && !document.external) throw changedMeanwhile(uid, what)
      if (copy !== undefined) await attach(context, document, copy, [setName], what, options)
      else if (whole !== undefined) await putUnvalidated(context, uid, { ...whole, name }, what, options)
      else await patchDocument(context, uid, [setName], what, options, (found) => found.name === name)
      return { uid, name, leftBehind: copy && document.url, url: copy?.id ?? document.url }
    },
    explain: (error, { copy }) =>
      copy !== undefined && isDhis2Error(error)
        ? withDetails(error, `A copy of its file is left as file resource ${copy.id}.`, { document: uid })
        : error,
  })
  const { url, ...result } = renamed
  const after = await getDocument(context, uid, options)
  if (after.name === name && after.url === url) return result
  throw new Dhis2Error(`Cannot ${what}: the server took the change, but the document is not as it should be.`, {
    code: 'conflict',
    document: uid,
    hint: 'Somebody else may have changed it at the same time: read it, and rename it again.',
  })
}

/** What was prepared is of the file that the document had: to write it would bring that file back. */
function changedMeanwhile(uid: string, what: string): Dhis2Error {
  const hint = 'Rename it again.'
  return new Dhis2Error(`Cannot ${what}: somebody has given it another file meanwhile. Nothing was changed. ${hint}`, {
    code: 'conflict',
    document: uid,
    hint,
  })
}

/** What a document is renamed by: a copy of its file, its whole object, or, for a link, neither. */
interface NewForm {
  /** What the document referred to when this was made. */
  readonly url: string
  readonly copy?: FileResource
  readonly whole?: Readonly<Record<string, unknown>>
}

async function maySkipValidation(context: FilesContext, options: RequestOptions): Promise<boolean> {
  return (await context.me(requestOptions(options))).authorities.includes('ALL')
}

/** Streams a document's bytes from the server to itself. */
async function copyFile(context: FilesContext, document: Document, options: RequestOptions): Promise<FileResource> {
  const file = await fileBehind(context, document, options)
  if (file === undefined) {
    throw new Dhis2Error(
      `Cannot rename document ${document.id}: it has no file resource that could be copied (“${document.url}”), as documents from before file resources. A superuser can rename it.`,
      { code: 'unsupported', document: document.id, hint: 'Ask a superuser to rename it.' },
    )
  }
  // repeated as a whole by the upload, so that repeats are not multiplied
  return uploadFile(context, fileOf(context, document, file, { ...options, retry: false }), {
    ...requestOptions(options),
    domain: 'DOCUMENT',
    // the server has these bytes by whatever rules it had when it took them
    preflight: false,
  })
}

async function readWhole(
  context: FilesContext,
  uid: string,
  options: RequestOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const init = { ...requestOptions(options), what: `read document ${uid}`, query: { fields: ':owner' } }
  return readObject(await context.call.json('GET', `api/documents/${uidInPath(uid, 'uid')}`, init), 'a document', {})
}

/** A superuser may write an uploaded document with its own file, if all validation is switched off (WIRE.md 2.3). */
async function putUnvalidated(
  context: FilesContext,
  uid: string,
  whole: Readonly<Record<string, unknown>>,
  what: string,
  options: RequestOptions,
): Promise<void> {
  const init = { ...requestOptions(options), what, query: { skipValidation: true }, json: whole }
  try {
    await context.call.empty('PUT', `api/documents/${uidInPath(uid, 'uid')}`, init)
  } catch (error) {
    const done = (found: Document): boolean => found.name === whole['name'] && found.url === whole['url']
    await settleUpdate(context, uid, error, options, done)
  }
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
  await patchDocument(context, document.id, operations, what, options, (found) => found.url === file.id)
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
  await md5.update(new TextEncoder().encode(`dhis2-files document ${document}`))
  return uidFromHex(await md5.digest())
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
  if (!isUidLike(document.url)) return undefined
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
    `Document ${document.id} is a link: it has no file that could be ${how}. Use updateExternalDocument.`,
    { code: 'unsupported', document: document.id },
  )
}
