import { defineCommand } from '../../command.js'
import { FILE_ARGUMENT, PROVIDE_OPTIONS, provide } from '../provide.js'
import { checkUids } from '../uids.js'
import { printable } from '../../output/text.js'

export const replace = defineCommand({
  name: 'replace',
  summary: 'Gives an uploaded document another file; name, code and sharing stay.',
  details:
    'The old file resource stays on the server for good, and is named. When the new file is there and could not be attached, --file-resource finishes without sending it again.',
  examples: ['documents replace a2345678901 report-revised.pdf'],
  writes: true,
  arguments: [{ name: 'uid', about: 'Uid of the document.' }, FILE_ARGUMENT],
  options: PROVIDE_OPTIONS,
  async run(context, { uid, ...input }) {
    const { out } = context
    checkUids('a document', uid)
    const { files } = await context.client()
    const replaced = await provide(context, input, (source, options) => files.replaceDocument(uid, source, options))
    if (replaced === undefined) {
      const { file } = input
      out.result({ status: 'planned', dryRun: true, uid, file }, () =>
        printable(`would replace the file of ${uid} by ${file}`),
      )
      return
    }
    out.result(replaced, () => printable(`replaced the file of ${uid}  ${replaced.name}`))
    if (replaced.leftBehind !== undefined) {
      out.note(`File resource ${replaced.leftBehind} is left behind: DHIS2 keeps it for good.`)
    }
  },
})
