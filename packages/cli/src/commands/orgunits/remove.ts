import { defineCommand } from '../../command.js'
import { counted } from '../../output/human.js'
import { eachOf } from '../each.js'
import { checkUids } from '../uids.js'

export const remove = defineCommand({
  name: 'remove',
  aliases: ['rm', 'delete'],
  summary: 'Takes the pictures of organisation units off.',
  details: 'A unit without one is left as it is.',
  examples: ['orgunits remove DiszpKrYNg8 --yes'],
  writes: true,
  deletes: true,
  arguments: [{ name: 'uids', many: true, about: 'Uids of organisation units.' }],
  options: {},
  async run(context, { uids }) {
    checkUids('an organisation unit', ...uids)
    const { files } = await context.client()
    const { signal } = context
    return eachOf(context, uids, {
      find: async (uid) => ({ uid, file: await files.orgUnitImages.get(uid, { signal }) }),
      confirm: (found) => `Remove the pictures of ${counted(found.length, 'organisation unit')}?`,
      act: ({ uid }) => files.orgUnitImages.remove(uid, { signal }),
      done: ({ uid, file }) => ({
        value: { status: file ? 'removed' : 'absent', uid, fileResource: file?.id },
        text: file ? `removed ${uid}  ${file.name}` : `${uid} had no picture`,
      }),
      would: ({ uid, file }) => (file ? `would remove ${uid}  ${file.name}` : `${uid} has no picture`),
    })
  },
})
