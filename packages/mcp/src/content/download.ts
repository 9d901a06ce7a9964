import type { FileDownload } from '@dhis2-files/client'
import type { ContentBlock } from '@modelcontextprotocol/server'
import { ToolError } from '../errors.js'
import { saveBelow } from '../sandbox/write.js'
import type { ToolCall } from '../tool.js'
import { contentOf, inlineBytes } from './inline.js'

/** What `downloaded` of params.ts says of a file. */
export interface Delivered {
  readonly name: string
  readonly content_type: string | null
  readonly size: number | null
  readonly md5: string | null
  readonly file_resource: string | null
  readonly path: string | null
}

/**
 * Brings a file to where the caller wants it: below a root, or into the answer.
 * @throws ToolError · Dhis2Error
 */
export async function deliver(
  download: FileDownload,
  input: { readonly path?: string | undefined; readonly overwrite?: boolean | undefined },
  call: ToolCall,
  uri: string,
): Promise<{ readonly file: Delivered; readonly content: readonly ContentBlock[] }> {
  const { signal, onProgress } = call
  const { name, type, md5 = null } = download
  const facts = { name, content_type: type || null, md5, file_resource: download.fileResource?.id ?? null }
  if (input.path !== undefined) {
    if (input.overwrite) checkOverwrite(call)
    const { overwrite } = input
    const { path, size } = await saveBelow(download, input.path, call.roots, { overwrite, signal, onProgress })
    return { file: { ...facts, size, path }, content: [] }
  }
  const instead =
    call.roots.length > 0
      ? 'Pass path to save it.'
      : 'Pass path to save it below a root; a server without one must be started with --root DIR first.'
  const bytes = await inlineBytes(download, { limit: call.maxInline, instead, signal, onProgress })
  return { file: { ...facts, size: bytes.byteLength, path: null }, content: contentOf(bytes, { type, uri }) }
}

/** Replacing a file of this machine is a write too. */
function checkOverwrite({ policy }: ToolCall): void {
  const refusal = policy.refusal('write')
  if (refusal === undefined) return
  throw new ToolError(
    refusal.code,
    `overwrite is not allowed: ${refusal.reason}. Without it, choose a path where no file is.`,
  )
}
