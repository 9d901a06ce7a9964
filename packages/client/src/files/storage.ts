import { Dhis2Error } from '../errors.js'
import type { RequestOptions } from '../http/call.js'
import { type FileResource, readFileResource } from '../models/file-resource.js'
import { type FilesContext, requestOptions } from './context.js'
import { uidInPath } from './uid.js'

/** How long to wait for a file to be stored. */
export interface WaitOptions extends RequestOptions {
  /** In milliseconds, from the call. Default 60,000. */
  readonly deadline?: number | undefined
}

const DEFAULT_DEADLINE = 60_000
const FIRST_WAIT = 50
const LONGEST_WAIT = 2_000

/** Storing takes a second or so. What has not come after this long, in milliseconds by the server's clock, does not come. */
const LOST_AFTER = 15 * 60_000

/** `GET /api/fileResources/{uid}`, without `fields`: with them `storageStatus` is not computed (WIRE.md 1.6). */
export async function getFileResource(
  context: FilesContext,
  uid: string,
  options: RequestOptions = {},
): Promise<FileResource> {
  const path = `api/fileResources/${uidInPath(uid, 'uid')}`
  return readFileResource(
    await context.call.json('GET', path, { ...requestOptions(options), what: `read file resource ${uid}` }),
  )
}

/**
 * Polls until the bytes are in the server's store. WIRE.md 1.6.
 * @throws Dhis2Error `not-yet-stored` when the deadline passes first, `lost-content` when the file is too old to be still on its way.
 */
export async function waitUntilStored(
  context: FilesContext,
  uid: string,
  options: WaitOptions = {},
): Promise<FileResource> {
  const { clock } = context
  const signal = options.signal ?? new AbortController().signal
  const deadline = options.deadline ?? DEFAULT_DEADLINE
  const started = clock.now()
  let aged = false
  for (let wait = FIRST_WAIT; ; wait = Math.min(LONGEST_WAIT, wait * 2)) {
    const resource = await getFileResource(context, uid, options)
    if (resource.storageStatus === 'STORED') return resource
    const waited = clock.now() - started
    if (!aged && wait >= 400) {
      aged = true
      await failIfLost(context, resource, options)
    }
    if (waited + wait > deadline) throw notYetStored(resource, waited)
    await clock.sleep(wait, signal)
  }
}

/**
 * After a download that found no bytes: tells a file that is on its way from one that is lost.
 * Resolves when the bytes are there by now.
 * @throws Dhis2Error `lost-content`, or `not-yet-stored` (retryable)
 */
export async function explainMissingBytes(context: FilesContext, uid: string, options: RequestOptions): Promise<void> {
  const resource = await getFileResource(context, uid, options)
  if (resource.storageStatus === 'STORED') return
  await failIfLost(context, resource, options)
  throw notYetStored(resource, undefined)
}

async function failIfLost(context: FilesContext, resource: FileResource, options: RequestOptions): Promise<void> {
  const { serverDate } = await context.systemInfo(requestOptions(options))
  const age = serverTime(serverDate) - serverTime(resource.created)
  if (!(age > LOST_AFTER)) return
  throw new Dhis2Error(
    `The bytes of file resource ${resource.id} (“${resource.name}”) are lost: the server has had the file for ${Math.floor(age / 60_000)} minutes and has no bytes for it. Upload the file again.`,
    {
      code: 'lost-content',
      fileResource: resource.id,
      hint: 'Upload the file again; the server’s log says why it could not be stored.',
    },
  )
}

/** The server's local time without a zone. Read as if it were UTC, so that no change of the clocks here falls between two of them. */
function serverTime(date: string | undefined): number {
  return Date.parse(/[+-]\d\d:?\d\d$|Z$/.test(date ?? '') ? (date ?? '') : `${date}Z`)
}

function notYetStored(resource: FileResource, waited: number | undefined): Dhis2Error {
  const after = waited === undefined ? '' : ` after ${Math.round(waited / 1000)} s`
  const hint = `DHIS2 stores files after it has answered, and says nothing when that fails: a store that is down, or an image (${resource.contentType}) that it cannot read.`
  return new Dhis2Error(
    `File resource ${resource.id} (“${resource.name}”) is not stored yet${after}: its status is ${resource.storageStatus}. ${hint}`,
    { code: 'not-yet-stored', retryable: true, fileResource: resource.id, hint },
  )
}
