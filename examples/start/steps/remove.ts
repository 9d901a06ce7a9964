import type { Step } from '../demo.js'

export const remove: Step = {
  title: () => 'Delete the document',
  async run({ client, screen, signal, document, leftovers }) {
    await client.files.deleteDocument(document, { signal })
    leftovers.documentIsGone()
    screen.result(`document ${document} is gone`)
  },
}
