import { defineCommand } from '../../command.js'
import { checkTarget, DIMENSION_OPTIONS, dimensionOf, RECEIVE_OPTIONS, receive } from '../receive.js'
import { checkUids } from '../uids.js'

export const download = defineCommand({
  name: 'download',
  summary: 'Downloads the picture of an organisation unit.',
  examples: ['orgunits download DiszpKrYNg8 --to clinic.jpg'],
  arguments: [{ name: 'uid', about: 'Uid of the organisation unit.' }],
  options: { ...DIMENSION_OPTIONS, ...RECEIVE_OPTIONS },
  async run(context, { uid, dimension: size, ...input }) {
    checkUids('an organisation unit', uid)
    checkTarget(context, input)
    const { files } = await context.client()
    const { signal } = context
    const picture = await files.orgUnitImages.download(uid, { dimension: dimensionOf(size), signal })
    await receive(context, picture, input)
  },
})
