import { defineCommand } from '../../command.js'
import { checkUids } from '../uids.js'
import { printable } from '../../output/text.js'

export const rename = defineCommand({
  name: 'rename',
  summary: 'Renames a document, also an uploaded one, which DHIS2 itself refuses.',
  details:
    'For an uploaded document of somebody who is no superuser the file is copied on the server; the old file resource stays there for good, and is named.',
  examples: ['documents rename a2345678901 "Malaria report 2026"'],
  writes: true,
  arguments: [
    { name: 'uid', about: 'Uid of the document.' },
    { name: 'name', about: 'The new name, 1 to 230 characters.' },
  ],
  options: {},
  async run(context, { uid, name }) {
    const { out, signal } = context
    checkUids('a document', uid)
    const { files } = await context.client()
    if (context.dryRun) {
      const { name: old } = await files.getDocument(uid, { signal })
      out.result({ status: 'planned', dryRun: true, uid, name, old }, () =>
        printable(`would rename ${uid}  ${old} -> ${name}`),
      )
      return
    }
    const renamed = await files.renameDocument(uid, name, { signal })
    out.result(renamed, () => printable(`renamed ${uid}  ${name}`))
    const { leftBehind } = renamed
    if (leftBehind !== undefined) out.note(`File resource ${leftBehind} is left behind: DHIS2 keeps it for good.`)
  },
})
