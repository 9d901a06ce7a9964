import type { Step } from '../demo.js'

export const list: Step = {
  title: () => 'List the documents',
  async run({ client, screen, signal, document }) {
    const query = { fields: 'id,name,created', order: 'created:desc', pageSize: 5, signal }
    const { items, pager } = await client.files.listDocuments(query)
    for (const { id, name } of items) screen.note(`     ${id}  ${name}${id === document ? '  (ours)' : ''}`)
    screen.result(`${items.length} of ${pager.total}, the newest first`)
  },
}
