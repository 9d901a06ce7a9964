import { defineCommand } from '../../command.js'
import { checkTarget, DIMENSION_OPTIONS, dimensionOf, RECEIVE_OPTIONS, receive } from '../receive.js'
import { checkUids } from '../uids.js'
import { USER_OPTIONS } from './user.js'

export const download = defineCommand({
  name: 'download',
  summary: 'Downloads the avatar of a user.',
  examples: [
    'avatars download --to small.jpg',
    'avatars download --user u2345678901 --dimension small --to - > photo-small.jpg',
  ],
  arguments: [],
  options: { ...USER_OPTIONS, ...DIMENSION_OPTIONS, ...RECEIVE_OPTIONS },
  async run(context, { user, dimension: size, ...input }) {
    checkUids('a user', user)
    checkTarget(context, input)
    const { files } = await context.client()
    const { signal } = context
    const picture = await files.avatars.download({ user, dimension: dimensionOf(size), signal })
    await receive(context, picture, input)
  },
})
