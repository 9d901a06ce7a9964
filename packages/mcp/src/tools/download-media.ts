import type { FileDownload, FilesAccessor } from '@dhis2-files/client'
import * as z from 'zod'
import { deliver } from '../content/download.js'
import { ToolError } from '../errors.js'
import { mediaKind, type MediaTarget, mediaTarget, targetOf } from '../media.js'
import { dimension, downloaded, profile, saving, uid } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

const kind = z
  .enum([...mediaKind.options, 'file'])
  .describe(
    'Which kind of captured data: data_value (aggregate; data_element, org_unit and period), event (event and data_element), tracked_entity (tracked_entity and attribute); or file: any file of captured data by its uid, also one that was replaced.',
  )

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
  input: z.strictObject({
    ...mediaTarget,
    kind,
    uid: uid('the file resource').optional().describe('Uid of the file resource, with kind file.'),
    dimension,
    ...saving,
    profile,
  }),
  output: z.object({ ...downloaded }),
  async run(input, call) {
    const target = input.kind === 'file' ? fileOf(input.uid) : targetOf({ ...input, kind: input.kind })
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

/** A file that may belong to no value any more. */
interface LooseFile {
  readonly kind: 'file'
  readonly uid: string
}

function fileOf(uid: string | undefined): LooseFile {
  if (uid !== undefined) return { kind: 'file', uid }
  throw new ToolError('invalid-input', 'Pass uid: kind file needs it.')
}

interface Reading {
  readonly dimension: 'SMALL' | 'MEDIUM' | 'LARGE' | 'ORIGINAL' | undefined
  readonly signal: AbortSignal
}

async function find(files: FilesAccessor, target: MediaTarget | LooseFile, options: Reading): Promise<FileDownload> {
  const { dimension, signal } = options
  const smaller = dimension !== undefined && dimension !== 'ORIGINAL'
  if (smaller && (target.kind === 'data_value' || target.kind === 'file')) {
    throw new ToolError('invalid-input', 'Leave dimension out: of data values there are no smaller copies.')
  }
  switch (target.kind) {
    case 'file':
      return files.dataValues.downloadByFile(target.uid, { signal })
    case 'data_value':
      return files.dataValues.download(target.key, { signal })
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
