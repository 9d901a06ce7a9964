import { isDhis2Error } from '@dhis2-files/client'
import { defineCommand } from '../../command.js'
import { counted } from '../../output/human.js'
import { checkUids } from '../uids.js'
import { eachOf } from '../each.js'

export const remove = defineCommand({
  name: 'delete',
  aliases: ['rm', 'remove'],
  summary: 'Deletes documents.',
  details: 'Their files stay readable for two days at least, to whoever knows the uid of the file resource.',
  examples: ['documents delete a2345678901 --yes'],
  writes: true,
  deletes: true,
  arguments: [{ name: 'uids', many: true, about: 'Uids of documents.' }],
  options: {
    missingOk: { kind: 'flag', about: 'A document that is not there counts as deleted.' },
  },
  async run(context, { uids, missingOk }) {
    checkUids('a document', ...uids)
    const { files } = await context.client()
    const { signal } = context
    return eachOf(context, uids, {
      find: (uid) => files.getDocument(uid, { signal }),
      skip: (error) => missingOk && isDhis2Error(error, 'not-found'),
      confirm: (documents) =>
        `Delete ${counted(documents.length, 'document')}: ${documents.map(({ name }) => `“${name}”`).join(', ')}?`,
      act: async ({ id }) => files.deleteDocument(id, { signal }),
      done: ({ id, name }) => ({ value: { status: 'deleted', uid: id, name }, text: `deleted ${id}  ${name}` }),
      would: ({ id, name }) => `would delete ${id}  ${name}`,
    })
  },
})
