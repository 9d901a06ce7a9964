import { isDhis2Error } from '@dhis2-files/client'
import { defineCommand } from '../../command.js'
import { counted } from '../../output/human.js'
import { eachOf } from '../each.js'

export const remove = defineCommand({
  name: 'remove',
  aliases: ['rm', 'delete'],
  summary: 'Deletes icons of your own.',
  details: 'Their files can be read for two days more. Those that came with DHIS2 cannot be deleted.',
  examples: ['icons remove clinic --yes'],
  writes: true,
  deletes: true,
  arguments: [{ name: 'keys', many: true, about: 'Keys of icons.' }],
  options: { missingOk: { kind: 'flag', about: 'An icon that is not there counts as deleted.' } },
  async run(context, { keys, missingOk }) {
    const { files } = await context.client()
    const { signal } = context
    return eachOf(context, keys, {
      key: 'key',
      find: (key) => files.icons.get(key, { signal }),
      skip: (error) => missingOk && isDhis2Error(error, 'not-found'),
      confirm: (icons) => `Delete ${counted(icons.length, 'icon')}: ${icons.map(({ key }) => key).join(', ')}?`,
      act: ({ key }) => files.icons.remove(key, { signal }),
      done: ({ key }) => ({ value: { status: 'deleted', key }, text: `deleted ${key}` }),
      would: ({ key }) => `would delete ${key}`,
    })
  },
})
