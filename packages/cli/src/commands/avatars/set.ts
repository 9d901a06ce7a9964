import { defineCommand } from '../../command.js'
import { FILE_ARGUMENT, PROVIDE_OPTIONS, provide } from '../provide.js'
import { checkUids } from '../uids.js'
import { ownerOf, USER_OPTIONS } from './user.js'
import { printable } from '../../output/text.js'

export const set = defineCommand({
  name: 'set',
  summary: 'Uploads a picture and makes it the avatar of a user.',
  details: 'A PNG, JPEG or GIF of at most 2 MB, which the server makes 200 pixels wide.',
  examples: ['avatars set me.jpg', 'avatars set photo.jpg --user u2345678901'],
  writes: true,
  arguments: [FILE_ARGUMENT],
  options: { ...USER_OPTIONS, ...PROVIDE_OPTIONS },
  async run(context, { file, user, ...input }) {
    checkUids('a user', user)
    const { files } = await context.client()
    const resource = await provide(context, { file, ...input }, (source, options) =>
      files.avatars.set(source, { user, ...options }),
    )
    context.out.result(resource ?? { status: 'planned', dryRun: true, user, file }, () =>
      printable(
        resource
          ? `set ${ownerOf(user)} to ${resource.name} (${resource.id})`
          : `would set ${ownerOf(user)} to ${file}`,
      ),
    )
  },
})
