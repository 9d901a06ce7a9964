import { Dhis2Error, isDhis2Error } from '../errors.js'
import type { RequestOptions } from '../http/call.js'
import { type Document, readDocument } from '../models/document.js'
import { type FilesContext, requestOptions } from './context.js'
import { keepingSharing } from './document-sharing.js'
import { settle } from './echoes.js'
import { DOCUMENTS, listObjects } from './list.js'
import { assertUid, createUid, uidInPath } from './uid.js'

/** What DHIS2 takes as the URL of a link. WIRE.md 2.3. */
const LINK = /^https?:\/\/[-a-zA-Z0-9+&@#/%?=~_|!:,.;]*[-a-zA-Z0-9+&@#/%=~_|]$/

/** `GET /api/documents/{uid}` with all members. */
export async function getDocument(context: FilesContext, uid: string, options: RequestOptions = {}): Promise<Document> {
  const path = `api/documents/${uidInPath(uid, 'uid')}`
  const init = { ...requestOptions(options), what: `read document ${uid}`, query: { fields: '*' } }
  return readDocument(await context.call.json('GET', path, init))
}

/** What a new document is. */
export interface DocumentDraft {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly external: boolean
  readonly code?: string | undefined
  readonly attachment?: boolean | undefined
}

/**
 * `POST /api/documents`. With an id of ours it can be sent again; one that is there already with the same url and name is
 * success: `found` when it was there before this call, `unsure` when an attempt without a clear answer may have made it.
 */
export async function createDocument(
  context: FilesContext,
  draft: DocumentDraft,
  options: RequestOptions,
): Promise<'made' | 'found' | 'unsure'> {
  const init = { ...requestOptions(options), what: `create document “${draft.name}”`, json: draft, idempotent: true }
  try {
    await context.call.json('POST', 'api/documents', init)
    return 'made'
  } catch (error) {
    await settle('create-document', error, async () => {
      const found = await getDocument(context, draft.id, options)
      return found.url === draft.url && found.name === draft.name && found.external === draft.external
        ? true
        : undefined
    })
    return isDhis2Error(error) && !error.doubtful && !error.afterDoubt ? 'found' : 'unsure'
  }
}

/** What a link is made of. */
export interface ExternalDocumentOptions extends RequestOptions {
  /** 1 to 230 characters. */
  readonly name: string
  /** An http or https URL of the characters that DHIS2 takes. */
  readonly url: string
  /** Uid of the document. Default: a new one. */
  readonly uid?: string | undefined
  /** Unique among documents, at most 50 characters. */
  readonly code?: string | undefined
}

export async function createExternalDocument(
  context: FilesContext,
  options: ExternalDocumentOptions,
): Promise<Document> {
  assertName(options.name)
  checkLink(options.url)
  if (options.uid !== undefined) assertUid(options.uid, 'uid')
  const { name, url, code } = options
  const id = options.uid ?? createUid()
  await createDocument(context, { id, name, url, external: true, code }, options)
  return getDocument(context, id, options)
}

/** What can be changed of a link. What is left out stays. */
export interface ExternalDocumentChanges extends RequestOptions {
  /** Name of the document, 1 to 230 characters. Default: as it is. */
  readonly name?: string | undefined
  /** Where the link leads. Default: as it is. */
  readonly url?: string | undefined
  /** Unique among documents, at most 50 characters. Default: as it is. */
  readonly code?: string | undefined
}

export async function updateExternalDocument(
  context: FilesContext,
  uid: string,
  changes: ExternalDocumentChanges,
): Promise<Document> {
  const { name, url, code } = changes
  if (name !== undefined) assertName(name)
  if (url !== undefined) checkLink(url)
  const operations = Object.entries({ name, url, code })
    .filter(([, value]) => value !== undefined)
    .map(([member, value]) => ({ op: 'add', path: `/${member}`, value }))
  if (operations.length === 0) throw new TypeError('Nothing to change: pass name, url or code.')
  await keepingSharing(context, uid, changes, {
    prepare: (document) => Promise.resolve(assertLink(document)),
    write: () =>
      patchDocument(context, uid, operations, `update document ${uid}`, changes, (found) =>
        operations.every(({ path, value }) => found[path.slice(1)] === value),
      ),
  })
  return getDocument(context, uid, changes)
}

function assertLink({ id, external }: Document): void {
  if (external) return
  throw new Dhis2Error(`Document ${id} is an uploaded file, not a link: use replaceDocument or renameDocument.`, {
    code: 'unsupported',
    document: id,
  })
}

/** One change of a JSON Patch (RFC 6902). */
export interface PatchOperation {
  readonly op: string
  readonly path: string
  readonly value?: unknown
}

/**
 * `PATCH /api/documents/{uid}`. The operations set values, so that sending them twice does no more than once. A failure
 * after which the document is as it was meant to be is success.
 */
export async function patchDocument(
  context: FilesContext,
  uid: string,
  operations: readonly PatchOperation[],
  what: string,
  options: RequestOptions,
  done: (document: Document) => boolean,
): Promise<void> {
  const init = { ...requestOptions(options), what, json: operations, idempotent: true }
  const path = `api/documents/${uidInPath(uid, 'uid')}`
  try {
    await context.call.empty('PATCH', path, { ...init, jsonType: 'application/json-patch+json' })
  } catch (error) {
    await settleUpdate(context, uid, error, options, done)
  }
}

/** After a failed update: resolves when the document is as it was meant to be. */
export function settleUpdate(
  context: FilesContext,
  uid: string,
  error: unknown,
  options: RequestOptions,
  done: (document: Document) => boolean,
): Promise<true> {
  return settle('update-document', error, async () =>
    done(await getDocument(context, uid, options)) ? true : undefined,
  )
}

export async function deleteDocument(context: FilesContext, uid: string, options: RequestOptions = {}): Promise<void> {
  const path = `api/documents/${uidInPath(uid, 'uid')}`
  try {
    await context.call.empty('DELETE', path, { ...requestOptions(options), what: `delete document ${uid}` })
  } catch (error) {
    await settle('delete-document', error, () => isGone(context, uid, options))
  }
}

async function isGone(context: FilesContext, uid: string, options: RequestOptions): Promise<true | undefined> {
  const query = { filter: `id:eq:${uid}`, fields: 'id', pageSize: 1, ...requestOptions(options) }
  const { items } = await listObjects(context, DOCUMENTS, query)
  return items.length === 0 ? true : undefined
}

/** @throws TypeError unless it can be the name of a document. */
export function assertName(name: unknown): asserts name is string {
  if (typeof name !== 'string' || name.trim() === '') throw new TypeError('name must be given: a document has one.')
  const length = [...name].length
  if (length > 230) throw new TypeError(`name may have 230 characters, but has ${length}.`)
}

function checkLink(url: unknown): void {
  if (typeof url !== 'string') throw new TypeError('url must be given: an http or https URL.')
  if (LINK.test(url)) return
  const shown = url.replace(/\/\/[^/]*@/, '//•••@').slice(0, 120)
  const bad = /[^-a-zA-Z0-9+&@#/%?=~_|!:,.;]/.exec(url)?.[0]
  const why = !/^https?:\/\//.test(url)
    ? 'it must begin with http:// or https://'
    : bad === undefined
      ? 'it must not end with ? ! : , . or ;'
      : `“${bad}” is not among the characters that DHIS2 takes: percent-encode it`
  throw new Dhis2Error(`DHIS2 does not take “${shown}” as the URL of a document: ${why}.`, {
    code: 'conflict',
    errorCode: 'E4004',
    hint: why,
  })
}
