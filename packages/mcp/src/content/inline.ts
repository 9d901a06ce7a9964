import type { FileDownload } from '@dhis2-files/client'
import type { ContentBlock } from '@modelcontextprotocol/server'
import { ToolError } from '../errors.js'
import type { OnProgress } from '../progress.js'
import { kindOfBytes } from './kind.js'

/** How a file is read into a message. */
export interface InlineOptions {
  /** Bytes at most. */
  readonly limit: number
  /** What to do instead with a file that is larger, as a sentence. */
  readonly instead: string
  readonly signal: AbortSignal
  readonly onProgress?: OnProgress | undefined
}

/**
 * The bytes of a file that fits into a message. A larger one is refused by what its metadata says, before a byte is asked for; one
 * that lies about its size is given up when the limit is passed.
 * @throws ToolError `too-large` · Dhis2Error
 */
export async function inlineBytes(download: FileDownload, options: InlineOptions): Promise<Uint8Array> {
  const { limit, signal, onProgress } = options
  if (download.size !== undefined && download.size > limit) throw tooLarge(download, `${download.size} bytes`, options)
  const abort = new AbortController()
  const onAbort = (): void => abort.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    return await download.bytes({
      signal: abort.signal,
      onProgress(progress) {
        if (progress.loaded > limit) abort.abort(tooLarge(download, `more than ${limit} bytes`, options))
        else onProgress?.(progress)
      },
    })
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function tooLarge({ name }: FileDownload, size: string, { limit, instead }: InlineOptions): ToolError {
  const most =
    limit === 0 ? 'this server sends no files inside messages' : `${limit} bytes fit into a message (--max-inline)`
  return new ToolError('too-large', `“${name}” has ${size}, and ${most}. ${instead}`)
}

/** A file as content: an image as one, text as text, all else as a resource with its bytes. An empty file has none. */
export function contentOf(
  bytes: Uint8Array,
  { type, uri }: { readonly type: string; readonly uri: string },
): ContentBlock[] {
  if (bytes.byteLength === 0) return []
  const kind = kindOfBytes(bytes, type)
  if (kind.kind === 'text') return [{ type: 'text', text: kind.text }]
  const data = base64Of(bytes)
  if (kind.kind === 'image') return [{ type: 'image', data, mimeType: kind.mimeType }]
  return [{ type: 'resource', resource: { uri, mimeType: kind.mimeType, blob: data } }]
}

export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
