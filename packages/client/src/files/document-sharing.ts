import { Dhis2Error, isDhis2Error, withDetails } from '../errors.js'
import type { RequestOptions } from '../http/call.js'
import { readObject } from '../models/decode.js'
import type { Document } from '../models/document.js'
import { readSharing, sameSharing, type Sharing, sharingBody } from '../models/sharing.js'
import { type FilesContext, requestOptions } from './context.js'
import { getDocument } from './documents.js'
import { settle } from './echoes.js'
import { uidInPath } from './uid.js'

/** How long putting a sharing back may take, in milliseconds. The caller's signal does not end it: the document is open meanwhile. */
const RESTORE_TIME = 60_000

/** `GET /api/documents/{uid}?fields=sharing` */
export async function getDocumentSharing(
  context: FilesContext,
  uid: string,
  options: RequestOptions = {},
): Promise<Sharing> {
  return (await readShared(context, uid, 'sharing', options)).sharing
}

async function readShared(
  context: FilesContext,
  uid: string,
  fields: string,
  options: RequestOptions,
): Promise<{ readonly sharing: Sharing; readonly url?: string }> {
  const path = `api/documents/${uidInPath(uid, 'uid')}`
  const init = { ...requestOptions(options), what: `read the sharing of document ${uid}`, query: { fields } }
  const json = await context.call.json('GET', path, init)
  const { sharing, url } = readObject<{ sharing: unknown; url?: string }>(json, 'a document', {
    sharing: 'object!',
    url: 'string',
  })
  return { sharing: readSharing(sharing), ...(url === undefined ? {} : { url }) }
}

/**
 * Sets the sharing of a document whole, its owner included, and reads it back. WIRE.md 2.2.
 * @throws Dhis2Error `conflict` when the server has something else afterwards; it carries `sharing`.
 */
export async function shareDocument(
  context: FilesContext,
  uid: string,
  sharing: Sharing,
  options: RequestOptions = {},
): Promise<Sharing> {
  const path = `api/documents/${uidInPath(uid, 'uid')}/sharing`
  const owner = sharing.owner ?? (await ownerOf(context, uid, options))
  const wanted = { ...sharing, owner }
  const what = `share document ${uid}`
  const readBack = async (): Promise<Sharing | undefined> => {
    const found = await getDocumentSharing(context, uid, options)
    return sameSharing(found, wanted) ? found : undefined
  }
  try {
    await context.call.empty('PUT', path, { ...requestOptions(options), what, json: sharingBody(wanted, owner) })
  } catch (error) {
    return settle('share-document', error, readBack)
  }
  const found = await readBack()
  if (found !== undefined) return found
  throw new Dhis2Error(`Cannot ${what}: the server took the sharing, but has another one now.`, {
    code: 'conflict',
    document: uid,
    sharing: wanted,
    hint: 'Somebody else may have changed it at the same time: read it, and share again.',
  })
}

/** A document without an owner is open to everybody, so there has to be one. */
async function ownerOf(context: FilesContext, uid: string, options: RequestOptions): Promise<string> {
  const { owner } = await getDocumentSharing(context, uid, options)
  return owner ?? (await context.me(requestOptions(options))).id
}

/** A change of a document that resets its sharing. */
export interface SharedChange<P, T> {
  /** All that can be done before the document is touched; when it fails, nothing was changed. */
  readonly prepare: (document: Document) => Promise<P>
  /** The change itself, short. The document has the `url` that was read just before. */
  readonly write: (document: Document, prepared: P) => Promise<T>
  /** Says more about a failure that comes after `prepare`. */
  readonly explain?: (error: unknown, prepared: P) => unknown
}

/**
 * Makes a change that resets the sharing of a document to public, as every update does (WIRE.md 2.2), and puts the
 * sharing back: read just before, put back at once, read again. Between the two the document is open to everyone.
 * @throws Dhis2Error `forbidden` before anything is written where the user could not put the sharing back; with `sharing`
 * when it could not be put back
 */
export async function keepingSharing<P, T>(
  context: FilesContext,
  uid: string,
  options: RequestOptions,
  change: SharedChange<P, T>,
): Promise<T> {
  const document = await getDocument(context, uid, options)
  assertManageable(document)
  const prepared = await change.prepare(document)
  let before: Sharing | undefined
  let result: T
  try {
    const { sharing: now, url = document.url } = await readShared(context, uid, 'sharing,url', options)
    const owner = now.owner ?? document.createdBy?.id
    options.signal?.throwIfAborted()
    before = owner === undefined ? now : { ...now, owner }
    result = await change.write({ ...document, url }, prepared)
  } catch (error) {
    const explain = (reason: unknown): unknown => (change.explain ? change.explain(reason, prepared) : reason)
    if (before !== undefined && mayBeMade(error)) {
      await restore(context, uid, before, options, error).catch((worse: unknown) => {
        throw explain(worse)
      })
    }
    throw explain(error)
  }
  await restore(context, uid, before, options, undefined)
  return result
}

/** A change without a clear answer, or one that the caller no longer waits for. */
function mayBeMade(error: unknown): boolean {
  return !isDhis2Error(error) || error.doubtful || error.afterDoubt
}

function assertManageable({ id, access }: Document): void {
  const lacking = access?.manage !== true ? 'manage' : access.update === false ? 'update' : undefined
  if (lacking === undefined) return
  throw new Dhis2Error(
    `Cannot change document ${id}: every update opens it to everyone, and the signed-in user may not put its sharing back (access.${lacking} is not given). Nothing was changed.`,
    { code: 'forbidden', document: id, hint: 'Ask its owner, or somebody with write access to it.' },
  )
}

async function restore(
  context: FilesContext,
  uid: string,
  sharing: Sharing,
  { headers }: RequestOptions,
  after: unknown,
): Promise<void> {
  try {
    await shareDocument(context, uid, sharing, { headers, timeouts: { total: RESTORE_TIME } })
  } catch (error) {
    const more = after === undefined ? 'The change itself was made.' : `Before that: ${String(after)}`
    throw withDetails(
      error,
      `The sharing of document ${uid} was not put back: everyone who can sign in may read it now. Put it back with shareDocument(uid, error.sharing). ${more}`,
      { document: uid, sharing },
    )
  }
}
