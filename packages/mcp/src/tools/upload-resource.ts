import * as z from 'zod'
import { withUpload } from '../content/upload.js'
import { profile, resource, uid, uploading } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const uploadResource: Tool = defineTool({
  name: 'files_resources_upload',
  title: 'Upload a file resource',
  description:
    'Uploads a file that some other object will refer to by the uid that is returned. For documents, data values, events and tracked entities use files_documents_upload and files_media_upload, which do both steps. What nothing refers to vanishes after two days, or stays for good, by domain.',
  access: 'write',
  destructive: false,
  idempotent: false,
  online: true,
  input: z.strictObject({
    ...uploading,
    domain: z
      .string()
      .optional()
      .describe(
        'What it is for: DATA_VALUE, DOCUMENT, MESSAGE_ATTACHMENT, ICON, ORG_UNIT, USER_AVATAR, JOB_DATA. Default DATA_VALUE.',
      ),
    uid: uid('the file resource to be')
      .optional()
      .describe('Uid of the file resource to be: the same call again then makes no second one.'),
    profile,
  }),
  output: resource,
  async run(input, call) {
    const { client } = await call.open(input.profile)
    return withUpload(input, call, async (source) => ({
      structured: {
        ...(await client.files.uploadFileResource(source, {
          filename: input.filename,
          contentType: input.content_type,
          domain: input.domain,
          uid: input.uid,
          signal: call.signal,
          onProgress: call.onProgress,
        })),
      },
    }))
  },
})
