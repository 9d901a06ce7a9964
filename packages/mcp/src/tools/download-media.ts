import type { FileDownload, FilesAccessor } from '@dhis2-files/client'
import * as z from 'zod'
import { deliver } from '../content/download.js'
import { ToolError } from '../errors.js'
import { type MediaTarget, mediaTarget, targetOf } from '../media.js'
import { dimension, downloaded, profile, saving } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const downloadMedia: Tool = defineTool({
  name: 'files_media_download',
  title: 'Download a captured file',
  description:
    'Fetches the file or photo of a data value, an event or a tracked entity: into a folder of this machine with path, else into this answer. files_media_list gives what it takes, as target.',
  access: 'read',
  savesFiles: true,
  destructive: true,
  idempotent: true,
  online: true,
  input: z.strictObject({ ...mediaTarget, dimension, ...saving, profile }),
  output: z.object({ ...downloaded }),
  async run(input, call) {
    const target = targetOf(input)
    const { client } = await call.open(input.profile)
    const found = await find(client.files, target, { dimension: input.dimension, signal: call.signal })
    const { file, content } = await deliver(
      found,
      input,
      call,
      `dhis2://file-resources/${found.fileResource?.id ?? 'unknown'}`,
    )
    return { structured: { ...file }, content }
  },
})

interface Reading {
  readonly dimension: 'SMALL' | 'MEDIUM' | 'LARGE' | 'ORIGINAL' | undefined
  readonly signal: AbortSignal
}

async function find(files: FilesAccessor, target: MediaTarget, options: Reading): Promise<FileDownload> {
  switch (target.kind) {
    case 'data_value':
      if (options.dimension !== undefined && options.dimension !== 'ORIGINAL') {
        throw new ToolError('invalid-input', 'Leave dimension out: of data values there are no smaller copies.')
      }
      return files.dataValues.download(target.key, { signal: options.signal })
    case 'event':
      return file(await files.tracker.downloadEventFile(target.event, target.dataElement, options))
    case 'tracked_entity': {
      const { trackedEntity, attribute, program } = target
      return file(await files.tracker.downloadAttributeFile(trackedEntity, attribute, { ...options, program }))
    }
  }
}

/** Without an etag there is always a file. */
function file<T extends { readonly kind: string }>(found: T): Extract<T, { kind: 'file' }> {
  if (found.kind === 'file') return found as Extract<T, { kind: 'file' }>
  throw new TypeError(`There is no file, but ${found.kind}.`)
}
