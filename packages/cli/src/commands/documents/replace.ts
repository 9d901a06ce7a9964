import { defineCommand } from '../../command.js'
import { orPlanned } from '../../planned.js'
import { FILE_ARGUMENT, PROVIDE_OPTIONS, provideOptionsOf, sourceOf } from '../provide.js'
import { transferring } from '../transferring.js'
import { checkUids } from '../uids.js'

export const replace = defineCommand({
  name: 'replace',
  summary: 'Gives an uploaded document another file; name, code and sharing stay.',
  details:
    'The old file resource stays on the server for good, and is named. When the new file is there and could not be attached, --file-resource finishes without sending it again.',
  examples: ['documents replace a2345678901 report-revised.pdf'],
  writes: true,
  arguments: [{ name: 'uid', about: 'Uid of the document.' }, FILE_ARGUMENT],
  options: PROVIDE_OPTIONS,
  async run(context, { uid, file, ...input }) {
    const { out } = context
    checkUids('a document', uid)
    checkUids('a file resource', input.fileResource)
    const { files } = await context.client()
    const data = await sourceOf(context, file)
    const size = 'size' in data ? data.size : undefined
    const options = provideOptionsOf(context, input)
    const replaced = await orPlanned(context, () =>
      transferring(context, { name: file, size, done: 'uploaded' }, (onProgress) =>
        files.replaceDocument(uid, data, { ...options, onProgress }),
      ),
    )
    if (replaced === undefined) {
      out.result({ status: 'planned', dryRun: true, uid, file }, () => `would replace the file of ${uid} by ${file}`)
      return
    }
    out.result(replaced, () => `replaced the file of ${uid}  ${replaced.name}`)
    if (replaced.leftBehind !== undefined) {
      out.note(`File resource ${replaced.leftBehind} is left behind: DHIS2 keeps it for good.`)
    }
  },
})
