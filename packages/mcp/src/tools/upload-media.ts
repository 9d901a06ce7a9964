import type { ByteSource, FileResource, FilesAccessor } from '@dhis2-files/client'
import * as z from 'zod'
import { withUpload } from '../content/upload.js'
import { type MediaTarget, mediaTarget, targetOf } from '../media.js'
import { fileResource, leftBehind, profile, resource, uploading } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const uploadMedia: Tool = defineTool({
  name: 'files_media_upload',
  title: 'Upload a captured file',
  description:
    'Gives a data value, an event or a tracked entity a file: first the file, stored and compared, then the value. Whatever fails, the old value stays. A value that was there is replaced; everything else of the event or tracked entity stays.',
  access: 'write',
  destructive: true,
  idempotent: false,
  online: true,
  input: z.strictObject({ ...mediaTarget, ...uploading, file_resource: fileResource, profile }),
  output: z.object({ file_resource: resource, left_behind: leftBehind }),
  async run(input, call) {
    const target = targetOf(input)
    const { client } = await call.open(input.profile)
    return withUpload(input, call, async (source) => {
      const { fileResource, leftBehind } = await attach(client.files, target, source, {
        filename: input.filename,
        contentType: input.content_type,
        fileResource: input.file_resource,
        signal: call.signal,
        onProgress: call.onProgress,
      })
      return { structured: { file_resource: { ...fileResource }, left_behind: leftBehind ?? null } }
    })
  },
})

type Options = NonNullable<Parameters<FilesAccessor['tracker']['attachToEvent']>[3]>

function attach(
  files: FilesAccessor,
  target: MediaTarget,
  source: ByteSource,
  options: Options,
): Promise<{ readonly fileResource: FileResource; readonly leftBehind: string | undefined }> {
  switch (target.kind) {
    case 'data_value':
      return files.dataValues.upload(source, target.key, options)
    case 'event':
      return files.tracker.attachToEvent(target.event, target.dataElement, source, options)
    case 'tracked_entity': {
      const { trackedEntity, attribute, program } = target
      return files.tracker.attachToTrackedEntity(trackedEntity, attribute, source, { ...options, program })
    }
  }
}
