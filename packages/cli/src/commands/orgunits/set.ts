import { defineCommand } from '../../command.js'
import { FILE_ARGUMENT, PROVIDE_OPTIONS, provide } from '../provide.js'
import { checkUids } from '../uids.js'
import { printable } from '../../output/text.js'

export const set = defineCommand({
  name: 'set',
  summary: 'Uploads a picture and makes it that of an organisation unit.',
  details:
    'A PNG, JPEG or GIF of at most 8 MB, which the server makes 800 pixels wide. Nothing else of the unit is touched.',
  examples: ['orgunits set DiszpKrYNg8 photo.jpg'],
  writes: true,
  arguments: [{ name: 'uid', about: 'Uid of the organisation unit.' }, FILE_ARGUMENT],
  options: PROVIDE_OPTIONS,
  async run(context, { uid, file, ...input }) {
    checkUids('an organisation unit', uid)
    const { files } = await context.client()
    const resource = await provide(context, { file, ...input }, (source, options) =>
      files.orgUnitImages.set(uid, source, options),
    )
    context.out.result(resource ?? { status: 'planned', dryRun: true, uid, file }, () =>
      printable(
        resource ? `set ${uid}  ${resource.name} (${resource.id})` : `would set the picture of ${uid} to ${file}`,
      ),
    )
  },
})
