import { defineCommand } from '../../command.js'
import { CliError } from '../../failure.js'
import { fileFacts } from '../file-facts.js'
import { checkUids } from '../uids.js'
import { ownerOf, USER_OPTIONS } from './user.js'

export const get = defineCommand({
  name: 'get',
  summary: 'Shows the file of an avatar.',
  examples: ['avatars get', 'avatars get --user u2345678901 --json'],
  arguments: [],
  options: USER_OPTIONS,
  async run(context, { user }) {
    checkUids('a user', user)
    const { files } = await context.client()
    const file = await files.avatars.get({ user, signal: context.signal })
    if (file === undefined) {
      throw new CliError(`There is no picture for ${ownerOf(user)}.`, {
        exit: 'not-found',
        hint: 'avatars set FILE gives one.',
      })
    }
    context.out.result(file, () => fileFacts(file))
  },
})
