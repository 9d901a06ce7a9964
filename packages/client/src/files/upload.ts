import { contentTypeOf } from '../bytes/content-type.js'
import { type Digest, type DigestingSource, digesting, digestOf, limited } from '../bytes/integrity.js'
import { multipartBody } from '../bytes/multipart.js'
import { peekHead } from '../bytes/peek.js'
import { type Progress, withProgress } from '../bytes/progress.js'
import { type ByteSource, toSource, type Uploadable } from '../bytes/source.js'
import { Dhis2Error, isDhis2Error, withDetails } from '../errors.js'
import type { RequestOptions } from '../http/call.js'
import { abortable } from '../signals.js'
import { readObject } from '../models/decode.js'
import { type FileResource, type FileResourceDomain, isReencoded, readFileResource } from '../models/file-resource.js'
import type { SpooledSource } from '../platform.js'
import { type FilesContext, requestOptions } from './context.js'
import { settle } from './echoes.js'
import { HEAD_BYTES, preflight, type PreflightFacts, sizeLimit, tooLargeError } from './preflight.js'
import { getFileResource, waitUntilStored } from './storage.js'
import { assertUid, createUid } from './uid.js'
import type { VersionTraits } from '../versions.js'

/** How the bytes of a file are sent, on every surface. */
export interface UploadOptions extends RequestOptions {
  /** Name of the file in DHIS2. Default: the source's own, else `untitled`. */
  readonly filename?: string | undefined
  /** MIME type. Default: the Blob's or file's own, else by extension, else `application/octet-stream`. Image types lose their parameters. */
  readonly contentType?: string | undefined
  /** Uid of the file resource. Default: a new one. With a uid of your own the same call can be made again, and makes one file. */
  readonly uid?: string | undefined
  /** `stored` (default): resolves when the bytes are in the server's store; `accepted`: when the server has taken them, which it may still lose. */
  readonly until?: 'stored' | 'accepted' | undefined
  /** How long to wait for `stored`, in milliseconds. Default 60,000. */
  readonly deadline?: number | undefined
  /** Told of the bytes as they are sent; `loaded` starts anew when they are sent again. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** `false` sends without looking at size, name, type and bytes first. Default `true`. */
  readonly preflight?: boolean | undefined
  /** The server's `max.file_upload_size`, in bytes. Default the client's option, else 10,000,000. */
  readonly maxFileUploadSize?: number | undefined
  /** Keeps a one-shot stream in a temporary file (elsewhere than in Node: in memory), so that it can be sent again. Default `false`. */
  readonly spool?: boolean | undefined
}

/**
 * The chain of every upload: preflight, a uid of ours, send, on doubt send again with the same uid, wait until it is
 * stored, compare MD5 and length. Streams; holds no more than a chunk.
 * @throws Dhis2Error
 */
export async function uploadFile(
  context: FilesContext,
  data: Uploadable,
  options: UploadOptions & { readonly domain?: FileResourceDomain | undefined },
): Promise<FileResource> {
  if (options.uid !== undefined) assertUid(options.uid, 'uid')
  options.signal?.throwIfAborted()
  const given = toSource(data)
  const spooled = options.spool && !given.replayable ? await spool(context, given, options) : undefined
  try {
    return await sendFile(context, spooled ?? given, options)
  } finally {
    await spooled?.dispose()
  }
}

function spool(context: FilesContext, source: ByteSource, options: UploadOptions): Promise<SpooledSource> {
  const { signal = new AbortController().signal } = options
  return context.platform.spool(source, signal).catch((error: unknown) => {
    throw unreadable(source, nameOf(source, options), error, signal)
  })
}

function nameOf(source: ByteSource, { filename }: UploadOptions): string {
  return filename ?? (source.name === '' ? 'untitled' : source.name)
}

/** One file on its way to the server. */
interface Sending {
  readonly uid: string
  /** Whether the uid was made here, so that nobody else can have used it. */
  readonly ownUid: boolean
  readonly domain: FileResourceDomain
  readonly filename: string
  readonly type: string
  readonly file: DigestingSource
  readonly options: UploadOptions
}

async function sendFile(
  context: FilesContext,
  given: ByteSource,
  options: UploadOptions & { readonly domain?: FileResourceDomain | undefined },
): Promise<FileResource> {
  const { traits } = await context.version(requestOptions(options))
  const domain = (options.domain || 'DATA_VALUE').toUpperCase()
  const filename = nameOf(given, options)
  const type = contentTypeOf({ given: options.contentType, blobType: given.type, filename })
  const checked =
    options.preflight === false ? given : await check(context, given, { ...options, domain, filename, type }, traits)
  const file = digesting(checked, () => context.platform.createMd5(checked.size))
  const uid = options.uid ?? createUid()
  const sending: Sending = { uid, ownUid: options.uid === undefined, domain, filename, type, file, options }
  const accepted = await send(context, sending, traits).catch((error: unknown) => {
    if (options.preflight !== false) release(checked, error)
    throw error
  })
  if (options.until === 'accepted' || accepted.storageStatus === 'STORED') return accepted
  try {
    return await waitUntilStored(context, accepted.id, options)
  } catch (error) {
    throw isDhis2Error(error) ? withDetails(error, '', { fileResource: accepted.id }) : error
  }
}

/** Looks at the file before a byte is sent; a stream of unknown length is watched while it is sent. */
async function check(
  context: FilesContext,
  given: ByteSource,
  options: UploadOptions & { readonly domain: FileResourceDomain; readonly filename: string; readonly type: string },
  traits: VersionTraits,
): Promise<ByteSource> {
  const { filename, type, domain } = options
  const peeked = peekHead(given, HEAD_BYTES, options.signal)
  // a source that takes no notice of an abort while it opens is let go when it opens after all
  const looked = options.signal ? abortable(peeked, options.signal) : peeked
  const { head, source } = await looked.catch((error: unknown) => {
    throw unreadable(given, filename, error, options.signal)
  })
  const size = source.size ?? (head.byteLength < HEAD_BYTES ? head.byteLength : undefined)
  const maxFileUploadSize = options.maxFileUploadSize ?? context.maxFileUploadSize
  const facts: PreflightFacts = { filename, type, domain, traits, size, head, maxFileUploadSize }
  try {
    preflight(facts)
  } catch (error) {
    release(source, error)
    throw error
  }
  const limit = sizeLimit(facts)
  if (size !== undefined || limit === undefined) return source
  return limited(source, limit, (loaded) => tooLargeError(facts, loaded))
}

/** What a source fails with before anything is sent; it is told in the same words when it fails later. */
export function unreadable(
  source: ByteSource,
  filename: string,
  error: unknown,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted || isDhis2Error(error) || error instanceof TypeError) return error
  const why = error instanceof Error ? error.message : String(error)
  return new Dhis2Error(`Cannot upload “${filename}”: the bytes to send cannot be read: ${why}`, {
    code: 'network',
    retryable: source.replayable,
    cause: error,
  })
}

async function send(context: FilesContext, sending: Sending, traits: VersionTraits): Promise<FileResource> {
  const { uid, domain, filename, type, file, options } = sending
  const { onProgress } = options
  const { collectsBodies } = context.platform
  const source = onProgress && !collectsBodies ? withProgress(file, onProgress) : file
  const anyName = options.preflight === false
  let resource: FileResource
  try {
    const json = await context.call.json('POST', 'api/fileResources', {
      ...requestOptions(options),
      what: `upload “${filename}”`,
      query: { domain, uid },
      body: multipartBody(source, {
        filename,
        type,
        traits,
        anyName,
        onProgress: collectsBodies ? onProgress : undefined,
      }),
      // the uid is chosen here: the second time DHIS2 answers E1119
      idempotent: true,
    })
    resource = acceptedResource(json)
  } catch (error) {
    resource = await settle('upload-file', error, () => readBack(context, sending))
  }
  const sent = file.result()
  if (sent !== undefined && !isReencoded(domain)) compare(resource, sent, filename)
  return resource
}

function acceptedResource(json: unknown): FileResource {
  const { response } = readObject<{ response: unknown }>(json, 'the answer to an upload', { response: 'object!' })
  return readFileResource(readObject<{ fileResource: unknown }>(response, 'response', {}).fileResource)
}

/**
 * The file under our uid, if it is the one that was to be sent: by MD5, length and domain (`DOCUMENT` once a document has
 * it). Where the server encodes anew, name and uploader are all that can be compared, and only for a uid made here.
 */
async function readBack(context: FilesContext, sending: Sending): Promise<FileResource | undefined> {
  const { uid, ownUid, domain, filename, options, file } = sending
  if (isReencoded(domain)) {
    if (!ownUid) return undefined
    const found = await getFileResource(context, uid, options)
    const { id } = await context.me(requestOptions(options))
    return found.name === filename && found.createdBy?.id === id ? found : undefined
  }
  const found = await getFileResource(context, uid, options)
  const sent = file.result() ?? (file.replayable ? await digestOf(file, options.signal) : undefined)
  const same = sent !== undefined && found.contentMd5 === sent.md5 && found.contentLength === sent.size
  return same && (found.domain === domain || found.domain === 'DOCUMENT') ? found : undefined
}

function compare(resource: FileResource, sent: Digest, filename: string): void {
  if (resource.contentLength === sent.size && (resource.contentMd5 ?? sent.md5) === sent.md5) return
  throw new Dhis2Error(
    `“${filename}” arrived damaged: ${sent.size} bytes with MD5 ${sent.md5} were sent, file resource ${resource.id} has ${resource.contentLength} with ${resource.contentMd5 ?? 'none'}. Upload it again under another uid.`,
    { code: 'integrity', fileResource: resource.id, hint: 'Upload it again under another uid.' },
  )
}

/** Ends a one-shot stream that was peeked at and is not sent. One that was sent has ended already. */
function release(source: ByteSource, reason: unknown): void {
  if (source.replayable) return
  source
    .open()
    .then((stream) => stream.cancel(reason))
    .catch(() => undefined)
}
