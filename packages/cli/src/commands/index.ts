import type { Entry } from '../program.js'

/** Every command, in the order of the help. Code is loaded when it is asked for. */
export const ENTRIES: readonly Entry[] = [
  {
    name: 'documents',
    summary: 'Attachments of metadata: uploaded files and links (/api/documents).',
    load: async () => (await import('./documents/index.js')).DOCUMENTS,
  },
]
