import { defineCommand } from '../../command.js'
import { humanSize } from '../../output/human.js'
import { eachOf } from '../each.js'
import { checkUids } from '../uids.js'

export const wait = defineCommand({
  name: 'wait',
  summary: 'Waits until the bytes of files are stored.',
  details:
    'DHIS2 answers an upload before it has stored the bytes, and may still lose them. What is too old to be on its way is told as lost.',
  examples: ['resources wait f2345678901 --deadline 120'],
  arguments: [{ name: 'uids', many: true, about: 'Uids of file resources.' }],
  options: {
    deadline: { kind: 'count', value: 'SECONDS', default: 60, about: 'How long to wait for each.' },
  },
  async run(context, { uids, deadline }) {
    checkUids('a file resource', ...uids)
    const { files } = await context.client()
    return eachOf(context, uids, {
      find: (uid) => files.waitUntilStored(uid, { deadline: deadline * 1000, signal: context.signal }),
      done: (file) => ({ value: file, text: `stored ${file.id}  ${file.name}  ${humanSize(file.contentLength)}` }),
    })
  },
})
