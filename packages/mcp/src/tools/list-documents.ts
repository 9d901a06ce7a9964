import * as z from 'zod'
import { document, listing, pager, profile, wrapped } from '../params.js'
import { listQuery, pageOf } from '../pages.js'
import { defineTool, type Tool } from '../tool.js'

export const listDocuments: Tool = defineTool({
  name: 'files_documents_list',
  title: 'List documents',
  description:
    'Lists the documents of DHIS2 (uploaded files and links) that the user may read, one page at a time. Find a document by its name with filter name:ilike:TEXT.',
  access: 'read',
  destructive: false,
  idempotent: true,
  online: true,
  input: z.strictObject({ ...listing, profile }),
  output: wrapped(document, { pager }),
  async run(input, call) {
    const { client } = await call.open(input.profile)
    return { structured: pageOf(await client.files.listDocuments({ ...listQuery(input), signal: call.signal })) }
  },
})
