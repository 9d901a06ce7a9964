import * as z from 'zod'
import { listing, pager, profile, resource, wrapped } from '../params.js'
import { listQuery, pageOf } from '../pages.js'
import { defineTool, type Tool } from '../tool.js'

export const listResources: Tool = defineTool({
  name: 'files_resources_list',
  title: 'List file resources',
  description:
    'Lists the file resources of DHIS2, one page at a time: the blobs behind documents, data values, events, messages and icons. DHIS2’s own icons are among them; filter domain:!eq:ICON leaves them out. storageStatus is NONE in lists: files_resources_get tells it.',
  access: 'read',
  destructive: false,
  idempotent: true,
  online: true,
  input: z.strictObject({ ...listing, profile }),
  output: wrapped(resource, { pager }),
  async run(input, call) {
    const { client } = await call.open(input.profile)
    return { structured: pageOf(await client.files.listFileResources({ ...listQuery(input), signal: call.signal })) }
  },
})
