import type { Uploadable } from '../bytes/source.js'
import type { RequestOptions } from '../http/call.js'
import type { Document } from '../models/document.js'
import type { FileResource, FileResourceOwner } from '../models/file-resource.js'
import type { Sharing } from '../models/sharing.js'
import { AvatarFiles } from './avatars-accessor.js'
import type { FilesContext } from './context.js'
import { DataValueFiles } from './data-values-accessor.js'
import type * as documentFiles from './document-files.js'
import type * as documents from './documents.js'
import type { FileDownload } from './download.js'
import type { ExternalLink } from './external-link.js'
import type * as fileResources from './file-resources.js'
import { IconFiles } from './icons-accessor.js'
import { DOCUMENTS, FILE_RESOURCES, type ListQuery, listObjects, type Paged } from './list.js'
import { MessageFiles } from './messages-accessor.js'
import { OrgUnitImageFiles } from './org-unit-images-accessor.js'
import type { WaitOptions } from './storage.js'
import { TrackerFiles } from './tracker-accessor.js'
import { withinTotal } from './total.js'

/**
 * `client.files`: every place where DHIS2 keeps files. Each method takes `{ signal, timeouts, retry, headers }` in its last
 * argument, and rejects with a `Dhis2Error`, with `signal.reason` after an abort, or with a `TypeError` for misuse.
 * No upload or download holds more than a chunk in memory, except where it says so. The code of each surface is loaded when it
 * is first used.
 */
export class FilesAccessor {
  /** Files of aggregate data values. */
  readonly dataValues: DataValueFiles
  /** Files of events and tracked entities. */
  readonly tracker: TrackerFiles
  /** Attachments of messages. */
  readonly messages: MessageFiles
  /** Icons, which are images with a key of their own. */
  readonly icons: IconFiles
  /** Pictures of users. */
  readonly avatars: AvatarFiles
  /** Pictures of organisation units. */
  readonly orgUnitImages: OrgUnitImageFiles
  readonly #context: FilesContext

  constructor(context: FilesContext) {
    this.#context = context
    this.dataValues = new DataValueFiles(context)
    this.tracker = new TrackerFiles(context)
    this.messages = new MessageFiles(context)
    this.icons = new IconFiles(context)
    this.avatars = new AvatarFiles(context)
    this.orgUnitImages = new OrgUnitImageFiles(context)
  }

  /**
   * Documents that the signed-in user may read. Await it for one page, iterate over it for all rows; then a stable order is
   * added. Holds a page. WIRE.md 1.8, 2.8.
   */
  listDocuments(query?: ListQuery & RequestOptions): Paged<Document> {
    return listObjects(this.#context, DOCUMENTS, query)
  }

  /** One document with all its members. WIRE.md 2.8. @throws Dhis2Error `not-found` also when it may not be read */
  async getDocument(uid: string, options?: RequestOptions): Promise<Document> {
    return (await import('./documents.js')).getDocument(this.#context, uid, options)
  }

  /**
   * Uploads a file and makes a document of it. With `until: 'stored'` (default) the document is made only when its file is
   * stored; `'accepted'` costs two requests and trusts the server. When the second step fails, the error carries
   * `fileResource`: the same call with it compares the bytes by MD5 and finishes without sending them again. `sharing` is put
   * right after creation: a user who may create public documents makes one that is open to all for that moment; if it cannot be
   * put, the document is deleted again, or the error says that it is open. WIRE.md 2.2–2.4.
   * @throws Dhis2Error `rejected-file` before a byte is sent, `too-large`, `already-exists` (the uid or code is another document's),
   * `forbidden`, `not-yet-stored`, `integrity`, `not-replayable` …
   */
  async uploadDocument(
    data: Uploadable,
    options: documentFiles.UploadDocumentOptions,
  ): Promise<documentFiles.UploadedDocument> {
    const { uploadDocument } = await import('./document-files.js')
    return withinTotal(this.#context, 'upload the document', options, (own) => uploadDocument(this.#context, data, own))
  }

  /** Makes a document that is a link. The URL is checked against the server's own pattern first. WIRE.md 2.3. @throws Dhis2Error */
  async createExternalDocument(options: documents.ExternalDocumentOptions): Promise<Document> {
    const { createExternalDocument } = await import('./documents.js')
    return withinTotal(this.#context, 'create the document', options, (own) =>
      createExternalDocument(this.#context, own),
    )
  }

  /**
   * Changes a link; what is left out stays. As every update it opens the document to everyone for a moment: its sharing is read
   * before and put back at once, and without `access.manage` nothing is written. WIRE.md 2.2, 2.5.
   * @throws Dhis2Error `forbidden`, `unsupported` for an uploaded document; with `sharing` when it could not be put back
   */
  async updateExternalDocument(uid: string, changes: documents.ExternalDocumentChanges): Promise<Document> {
    const { updateExternalDocument } = await import('./documents.js')
    return withinTotal(this.#context, `update document ${uid}`, changes, (own) =>
      updateExternalDocument(this.#context, uid, own),
    )
  }

  /**
   * Gives an uploaded document another file: a new file resource, and a PATCH of `/url`, which the server takes although it
   * refuses every other update (E4016). Name, code, translations, attribute values, attachment and contentType stay. The
   * document is open to everyone between the update and the moment its sharing is put back; without `access.manage` nothing is
   * written. The old file resource stays on the server for good; the result names it. WIRE.md 2.2, 2.3.
   * @throws Dhis2Error `forbidden`, `unsupported` for a link; with `fileResource` when the new file is there but not attached, with
   * `sharing` when that could not be put back
   */
  async replaceDocument(
    uid: string,
    data: Uploadable,
    options?: documentFiles.ReplaceDocumentOptions,
  ): Promise<documentFiles.ReplacedDocument> {
    const { replaceDocument } = await import('./document-files.js')
    return withinTotal(this.#context, `replace the file of document ${uid}`, options, (own) =>
      replaceDocument(this.#context, uid, data, own),
    )
  }

  /**
   * Renames a document. For an uploaded one a superuser's client writes the whole object without validation; anybody else's
   * streams the file from the server to itself and points the document at the copy, since the server refuses to keep the
   * file (E4016). Sharing as in {@link replaceDocument}. WIRE.md 2.3.
   * @throws Dhis2Error
   */
  async renameDocument(uid: string, name: string, options?: RequestOptions): Promise<documentFiles.RenamedDocument> {
    const { renameDocument } = await import('./document-files.js')
    return withinTotal(this.#context, `rename document ${uid}`, options, (own) =>
      renameDocument(this.#context, uid, name, own),
    )
  }

  /**
   * Deletes a document. Its file resource stays readable for two days at least, to whoever knows its uid. WIRE.md 2.6.
   * @throws Dhis2Error `not-found`, `forbidden` (DHIS2 itself gives no reason)
   */
  async deleteDocument(uid: string, options?: RequestOptions): Promise<void> {
    const { deleteDocument } = await import('./documents.js')
    return withinTotal(this.#context, `delete document ${uid}`, options, (own) =>
      deleteDocument(this.#context, uid, own),
    )
  }

  /**
   * The file of a document, or its link: decided from its metadata, before bytes are asked for. Document sharing is honoured
   * here, but not by `downloadFileResource`. WIRE.md 2.7.
   */
  async downloadDocument(
    uid: string,
    options?: documentFiles.DownloadDocumentOptions,
  ): Promise<FileDownload | ExternalLink> {
    return (await import('./document-files.js')).downloadDocument(this.#context, uid, options)
  }

  /** Who may do what with a document. */
  async getDocumentSharing(uid: string, options?: RequestOptions): Promise<Sharing> {
    return (await import('./document-sharing.js')).getDocumentSharing(this.#context, uid, options)
  }

  /**
   * Sets the sharing of a document whole, and reads it back. The owner is always sent: a document without one can be read and
   * changed by everybody. Where `sharing` names none the present owner stays. WIRE.md 2.2. @throws Dhis2Error
   */
  async shareDocument(uid: string, sharing: Sharing, options?: RequestOptions): Promise<Sharing> {
    const { shareDocument } = await import('./document-sharing.js')
    return withinTotal(this.#context, `share document ${uid}`, options, (own) =>
      shareDocument(this.#context, uid, sharing, own),
    )
  }

  /**
   * Uploads a file that other objects refer to: preflight, a uid of ours, send, on doubt send again with the same uid, wait
   * until it is stored, compare MD5. With your own `uid` the call can be made again and makes one file. Unattached files of the
   * domains DOCUMENT, ICON, ORG_UNIT and USER_AVATAR vanish after two days. WIRE.md 1.2–1.6, 6.1.
   * @throws Dhis2Error as {@link uploadDocument}
   */
  async uploadFileResource(
    data: Uploadable,
    options: fileResources.UploadFileResourceOptions = {},
  ): Promise<FileResource> {
    const { uploadFile } = await import('./upload.js')
    return withinTotal(this.#context, 'upload the file', options, (own) => uploadFile(this.#context, data, own))
  }

  /** One file resource, with its storage status as it is now. WIRE.md 1.9. @throws Dhis2Error */
  async getFileResource(uid: string, options?: RequestOptions): Promise<FileResource> {
    return (await import('./storage.js')).getFileResource(this.#context, uid, options)
  }

  /** File resources of all domains: any signed-in user sees all. The default icons are among them (`domain:!eq:ICON`). WIRE.md 1.8. */
  listFileResources(query?: ListQuery & RequestOptions): Paged<FileResource> {
    return listObjects(this.#context, FILE_RESOURCES, query)
  }

  /**
   * Polls until the bytes of a file are in the server's store. WIRE.md 1.6.
   * @throws Dhis2Error `not-yet-stored` when the deadline passes first, `lost-content` when the file is too old to be still on its way
   */
  async waitUntilStored(uid: string, options?: WaitOptions): Promise<FileResource> {
    const { waitUntilStored } = await import('./storage.js')
    return withinTotal(this.#context, `wait for file resource ${uid}`, options, (own) =>
      waitUntilStored(this.#context, uid, own),
    )
  }

  /** Who refers to the file under this key of the server's store. Not complete: WIRE.md 1.11. @throws Dhis2Error */
  async fileResourceOwners(storageKey: string, options?: RequestOptions): Promise<readonly FileResourceOwner[]> {
    return (await import('./file-resources.js')).fileResourceOwners(this.#context, storageKey, options)
  }

  /**
   * A file by its uid. Whoever may sign in may read it, whatever the sharing of the object that has it; files of data values are
   * refused here (`forbidden` names the routes that serve them). WIRE.md 1.10. @throws Dhis2Error
   */
  async downloadFileResource(uid: string, options?: fileResources.DownloadFileResourceOptions): Promise<FileDownload> {
    return (await import('./file-resources.js')).downloadFileResource(this.#context, uid, options)
  }
}
