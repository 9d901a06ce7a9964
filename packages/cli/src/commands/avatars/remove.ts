import { defineCommand } from '../../command.js'
import { checkUids } from '../uids.js'
import { ownerOf, USER_OPTIONS } from './user.js'

export const remove = defineCommand({
  name: 'remove',
  aliases: ['rm', 'delete'],
  summary: 'Takes the avatar of a user off.',
  details: 'Without one nothing happens.',
  examples: ['avatars remove --yes'],
  writes: true,
  deletes: true,
  arguments: [],
  options: USER_OPTIONS,
  async run(context, { user }) {
    checkUids('a user', user)
    const { files } = await context.client()
    const { out, signal, dryRun } = context
    const file = await files.avatars.get({ user, signal })
    const owner = ownerOf(user)
    const told = { user, fileResource: file?.id }
    if (file === undefined) return out.result({ status: 'absent', ...told }, () => `There was no picture for ${owner}.`)
    await context.confirm(`Remove ${owner} (“${file.name}”)?`)
    if (dryRun) return out.result({ status: 'planned', dryRun, ...told }, () => `would remove ${owner}`)
    await files.avatars.remove({ user, signal })
    out.result({ status: 'removed', ...told }, () => `removed ${owner}`)
  },
})
