import { defineCommand } from '../../command.js'
import { factLines } from '../../output/facts.js'
import { humanDate } from '../../output/human.js'

export const get = defineCommand({
  name: 'get',
  summary: 'Shows an icon.',
  examples: ['icons get ambulance_outline --json'],
  arguments: [{ name: 'key', about: 'Key of the icon.' }],
  options: {},
  async run(context, { key }) {
    const { files } = await context.client()
    const icon = await files.icons.get(key, { signal: context.signal })
    context.out.result(icon, () =>
      factLines({
        Key: icon.key,
        Type: icon.custom ? 'custom' : 'came with DHIS2',
        Description: icon.description,
        Keywords: icon.keywords.join(', '),
        'File resource': icon.fileResource?.id,
        Created: humanDate(icon.created),
        Updated: humanDate(icon.lastUpdated),
      }),
    )
  },
})
