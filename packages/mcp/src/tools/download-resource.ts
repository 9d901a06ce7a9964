import * as z from 'zod'
import { deliver } from '../content/download.js'
import { dimension, downloaded, profile, saving, uid } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

export const downloadResource: Tool = defineTool({
  name: 'files_resources_download',
  title: 'Download a file resource',
  description:
    'Fetches the file of a file resource, into a folder of this machine with path, else into this answer. Files of data values, events and tracked entities (domain DATA_VALUE) are refused here by DHIS2: files_media_download reads them.',
  access: 'read',
  savesFiles: true,
  destructive: true,
  idempotent: true,
  online: true,
  input: z.strictObject({ uid: uid('the file resource'), dimension, ...saving, profile }),
  output: z.object({ uid: z.string(), ...downloaded }),
  async run(input, call) {
    const { client } = await call.open(input.profile)
    const { dimension } = input
    const found = await client.files.downloadFileResource(input.uid, { dimension, signal: call.signal })
    const { file, content } = await deliver(found, input, call, `dhis2://file-resources/${input.uid}`)
    return { structured: { uid: input.uid, ...file }, content }
  },
})
