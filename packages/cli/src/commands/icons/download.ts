import { defineCommand } from '../../command.js'
import { checkTarget, RECEIVE_OPTIONS, receive } from '../receive.js'

export const download = defineCommand({
  name: 'download',
  summary: 'Downloads the image of an icon: an SVG of those that came with DHIS2, else a PNG.',
  examples: ['icons download ambulance_outline --to icons/', 'icons download ambulance_outline --to - > ambulance.svg'],
  arguments: [{ name: 'key', about: 'Key of the icon.' }],
  options: RECEIVE_OPTIONS,
  async run(context, { key, ...input }) {
    checkTarget(context, input)
    const { files } = await context.client()
    await receive(context, await files.icons.download(key, { signal: context.signal }), input)
  },
})
