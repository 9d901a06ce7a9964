import { NO_CACHE_PRIVATE, type Reply, reply } from '../http/reply.js'
import { webMessage } from '../http/web-message.js'
import type { FileResource } from '../state.js'
import type { BlobReader } from '../storage/blob-store.js'
import type { Traits } from '../versions.js'

/**
 * The bytes of a file resource with the headers of every file route: no quotes around the name, a charset on every type.
 * `length`: what Content-Length says; some routes take it from the row, some from the blob.
 */
export function fileReply(file: FileResource, blob: BlobReader, options: { length?: number } = {}): Reply {
  const length = options.length ?? blob.size
  const made = reply(
    200,
    {
      'content-type': servedContentType(file.contentType),
      'content-length': String(length),
      'content-disposition': contentDisposition(file.name),
    },
    blob,
  )
  made.policy = 'file'
  if (length > blob.size) made.breakAfter = blob.size
  return made
}

/**
 * `filename=<name>`, unquoted and unescaped. Control characters become blanks; undefined when the name has a character that
 * Latin-1 lacks: the container then drops the header.
 */
export function contentDisposition(name: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const clean = name.replace(/[\u0000-\u001f\u007f]/g, ' ')
  return /^[\u0000-\u00ff]*$/.test(clean) ? `filename=${clean}` : undefined
}

/** The stored type as it arrives: with `charset=UTF-8` unless it names one itself. */
function servedContentType(contentType: string): string {
  return /;\s*charset\s*=/i.test(contentType) ? contentType : `${contentType};charset=UTF-8`
}

/** The 500 of `/fileResources/{uid}/data` for a blob that is not there: headers of the file, no body (WIRE.md 1.10). */
export function missingBlobReply(file: FileResource, traits: Traits): Reply {
  const made = missingBlobHead(file, traits)
  made.headers.set('content-length', '0')
  return made
}

/**
 * The 500 of `/documents/{uid}/data` and message attachments: a message that names the storage key, cut to the file's length
 * where the version has announced that already (WIRE.md 2.7).
 */
export function missingDocumentBlobReply(file: FileResource, traits: Traits): Reply {
  const made = missingBlobHead(file, traits)
  const text = JSON.stringify(webMessage(500, { message: `key '${file.storageKey}' not found.` }))
  const bytes = new TextEncoder().encode(text)
  made.body = bytes
  if (traits.missingBlobCutsBody) {
    made.headers.set('content-length', String(file.contentLength))
    if (file.contentLength < bytes.length) made.body = bytes.subarray(0, file.contentLength)
    else if (file.contentLength > bytes.length) made.breakAfter = bytes.length
  } else made.headers.set('content-length', String(bytes.length))
  return made
}

function missingBlobHead(file: FileResource, traits: Traits): Reply {
  const made = reply(500, {
    'content-type': traits.adviceContentType,
    'content-disposition': traits.missingBlobKeepsDisposition ? contentDisposition(file.name) : undefined,
    'cache-control': NO_CACHE_PRIVATE,
  })
  made.policy = 'file'
  return made
}
