import type { FileResourceOwner } from '@dhis2-files/client'
import { defineCommand } from '../../command.js'
import { printAll } from '../../output/list.js'
import type { Column } from '../../output/table.js'
import { NDJSON_OPTIONS } from '../list-options.js'

const COLUMNS: readonly Column<FileResourceOwner>[] = [
  { title: 'DOMAIN', show: (row) => row.domain },
  { title: 'OWNER', show: ownerOf },
]

export const owners = defineCommand({
  name: 'owners',
  summary: 'Tells who refers to the file under a key of the server’s store.',
  details:
    'The key is that of the file in the folder, bucket or log of the server, such as document/4ff9…. No owner is no proof that a file is not in use: DHIS2 does not find those of events, tracked entities and data values of type IMAGE.',
  examples: ['resources owners document/4ff9c2a1-5b8e-4f4e-9d55-0b8c6f1d2a77'],
  arguments: [{ name: 'key', about: 'Key of the file in the store.' }],
  options: NDJSON_OPTIONS,
  async run(context, { key, ndjson }) {
    const { files } = await context.client()
    const found = await files.fileResourceOwners(key, { signal: context.signal })
    await printAll(context.out, found, { columns: COLUMNS, name: 'owners' }, { ndjson })
  },
})

function ownerOf({ id, de, ou, pe, co }: FileResourceOwner): string {
  return (
    id ??
    Object.entries({ de, ou, pe, co })
      .map(([name, value]) => `${name}=${value ?? ''}`)
      .join(' ')
  )
}
