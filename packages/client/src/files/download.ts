import { type Chunks, collect, fromBytes, openOf, toStream } from '../bytes/chunks.js'
import { verifying } from '../bytes/integrity.js'
import { type Progress, progressTaps } from '../bytes/progress.js'
import type { ByteSource } from '../bytes/source.js'
import { tap } from '../bytes/tap.js'
import { Dhis2Error, isDhis2Error, withDetails } from '../errors.js'
import { limitsOf, policyOf, type QueryValue, type RequestOptions } from '../http/call.js'
import { startDeadline } from '../http/deadline.js'
import { chunksOf } from '../http/answer.js'
import { isPage } from '../http/json.js'
import { discard } from '../http/response-body.js'
import { repeat } from '../http/retry.js'
import type { FileResource, ImageFileDimension } from '../models/file-resource.js'
import type { SavedFile } from '../platform.js'
import { type FilesContext, requestOptions } from './context.js'
import { explainMissingBytes } from './storage.js'

/** How the bytes of a download are read. */
export interface ReadOptions extends RequestOptions {
  /** Told of the bytes as they come; `loaded` starts anew when they are asked for again. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

export interface SaveOptions extends ReadOptions {
  /** Whether a file that is there may be replaced. Default `false`: `already-exists`. */
  readonly overwrite?: boolean | undefined
}

/**
 * A file in DHIS2 that can be read, as often as you like: nothing is asked for before. It is a source too, so it can be
 * uploaded elsewhere. Name, type, size and MD5 come from the file resource, because DHIS2's headers are not reliable
 * (WIRE.md 9); what is read is compared with them, and a difference is an `integrity` error at the end of the bytes.
 */
export interface FileDownload extends ByteSource {
  /** Tells a file from a link. */
  readonly kind: 'file'
  /** Lower-case hex; `undefined` when it is not known, and then nothing is compared. */
  readonly md5: string | undefined
  /** What the server knows of the file. */
  readonly fileResource: FileResource | undefined
  /** All of it in memory. A download that breaks off is asked for again. @throws Dhis2Error */
  bytes(options?: ReadOptions): Promise<Uint8Array>
  /** All of it in memory, with its type. @throws Dhis2Error */
  blob(options?: ReadOptions): Promise<Blob>
  /** Chunk by chunk. The stream fails with a Dhis2Error when the download breaks off or is not what it should be; begin anew then. */
  stream(options?: ReadOptions): Promise<ReadableStream<Uint8Array>>
  /**
   * Writes it to a file, whole or not at all: a temporary file beside the target, flushed to the disk, checked, then
   * renamed. A directory as target takes the file's own name, made safe. Node only; elsewhere `unsupported`.
   * @throws Dhis2Error
   */
  saveTo(target: string, options?: SaveOptions): Promise<SavedFile>
}

/** Where the bytes of a download come from, and what is known of them. */
export interface DownloadSource {
  readonly path: string
  readonly query?: Readonly<Record<string, QueryValue>> | undefined
  /** What it is, for messages: `document AbcDefGhi12`. */
  readonly what: string
  readonly name: string
  readonly type: string
  readonly size: number | undefined
  readonly md5: string | undefined
  readonly fileResource: FileResource | undefined
  /** Options of the method that made the download: they hold for every read unless that has its own. */
  readonly options: RequestOptions
}

/**
 * What the metadata of a file says about its bytes, for {@link createDownload}. Of a copy in another dimension length and MD5 are
 * not known (WIRE.md 1.7).
 */
export function factsOf(
  file: FileResource,
  dimension?: ImageFileDimension,
): Pick<DownloadSource, 'name' | 'type' | 'size' | 'md5' | 'fileResource'> {
  const original = dimension === undefined || dimension === 'ORIGINAL'
  return {
    name: file.name,
    type: file.contentType,
    size: original ? file.contentLength : undefined,
    md5: original ? file.contentMd5 : undefined,
    fileResource: file,
  }
}

/** Makes the download of one file. Sends nothing. */
export function createDownload(context: FilesContext, source: DownloadSource): FileDownload {
  const request = async (options: ReadOptions): Promise<Chunks> => {
    const response = await context.call('GET', source.path, {
      ...requestOptions(options),
      query: source.query,
      what: `download ${source.what}`,
    })
    if (isPage(response) && source.type !== '' && !/html/i.test(source.type)) {
      discard(response)
      const { status } = response
      const why = `the server answered ${status} with a web page. Is there a proxy or sign-in page before DHIS2?`
      const details = { code: 'protocol', retryable: true, method: 'GET', path: `/${source.path}`, status } as const
      throw new Dhis2Error(`Cannot download ${source.what}: ${why}`, details)
    }
    return chunksOf(response) ?? fromBytes(new Uint8Array())
  }
  return downloadOf(context, { ...source, request, missing: source.fileResource?.id })
}

/** What {@link downloadOf} is made of. */
export interface ReadableFile extends Omit<DownloadSource, 'path' | 'query'> {
  /** Asks for the bytes once, with the repeats that `options` allow until the head of the answer is there. */
  readonly request: (options: ReadOptions) => Promise<Chunks>
  /** The file resource to look at when the server has no bytes. */
  readonly missing: string | undefined
}

/** The reading, checking and saving of a file, wherever its bytes come from. */
export function downloadOf(context: FilesContext, file: ReadableFile): FileDownload {
  const { name, type, size, md5, fileResource } = file
  const merged = (options: ReadOptions = {}): ReadOptions => ({
    ...file.options,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  })
  const open = async (options: ReadOptions): Promise<Chunks> => {
    const chunks = verifying(await request(options), {
      size,
      md5,
      createMd5: () => context.platform.createMd5(size),
      describe: `The download of ${file.what}`,
    })
    return options.onProgress ? tap(chunks, progressTaps(size, options.onProgress)) : chunks
  }
  const request = async (options: ReadOptions): Promise<Chunks> => {
    try {
      return await file.request(options)
    } catch (error) {
      if (file.missing === undefined || !isDhis2Error(error, 'not-yet-stored')) throw error
      await explainMissingBytes(context, file.missing, options)
      throw withDetails(error, 'By now its metadata says that it is stored.', { code: 'server' })
    }
  }
  /** One policy and one total clock for the whole file: the requests below send once, so that repeats are not multiplied. */
  const whole = async <T>(options: ReadOptions, read: (chunks: Chunks) => Promise<T>): Promise<T> => {
    options.signal?.throwIfAborted()
    const { clock } = context
    const { total } = limitsOf(context.timeouts, options.timeouts)
    const message = `Cannot download ${file.what}: not done within ${total / 1000} s (timeouts.total).`
    const expired = (): Dhis2Error => new Dhis2Error(message, { code: 'timeout', clock: 'total' })
    const { signal, at: deadline, end } = startDeadline({ signal: options.signal, total, now: clock.now(), expired })
    const policy = policyOf(context.retry, options.retry)
    const once = { ...options, signal, retry: false, timeouts: { ...options.timeouts, total: Infinity } } as const
    try {
      return await repeat({ policy, clock, signal, deadline }, async () => read(await open(once)))
    } finally {
      end()
    }
  }
  const download: FileDownload = {
    kind: 'file',
    name,
    type,
    size,
    md5,
    fileResource,
    replayable: true,
    open: openOf((options) => open(merged(options))),
    stream: async (options) => toStream(await open(merged(options))),
    bytes: (options) => whole(merged(options), collect),
    async blob(options) {
      return new Blob([(await download.bytes(options)) as Uint8Array<ArrayBuffer>], { type })
    },
    saveTo(target, options) {
      const all = merged(options)
      return context.platform.save({
        target,
        name,
        overwrite: options?.overwrite ?? false,
        write: (sink) => whole(all, sink),
      })
    },
  }
  return download
}
