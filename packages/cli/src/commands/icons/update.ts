import { defineCommand } from '../../command.js'
import { CliError } from '../../failure.js'
import { orPlanned } from '../../planned.js'
import { printable } from '../../output/text.js'

export const update = defineCommand({
  name: 'update',
  summary: 'Changes description or keywords of an icon of your own.',
  details: 'Its image cannot be changed: make another one.',
  examples: ['icons update clinic --keyword health --keyword building'],
  writes: true,
  arguments: [{ name: 'key', about: 'Key of the icon.' }],
  options: {
    description: { kind: 'text', value: 'TEXT', about: 'The new description.' },
    keyword: { kind: 'list', short: 'k', value: 'WORD', about: 'The new keywords, all of them. May be repeated.' },
    clearKeywords: { kind: 'flag', about: 'No keywords any more.' },
  },
  async run(context, { key, description, keyword, clearKeywords }) {
    if (clearKeywords && keyword.length > 0) {
      throw new CliError('--clear-keywords and --keyword exclude each other.', { hint: 'Leave out one of them.' })
    }
    if (description === undefined && keyword.length === 0 && !clearKeywords) {
      throw new CliError('There is nothing to change.', { hint: 'Pass --description, --keyword or --clear-keywords.' })
    }
    const keywords = keyword.length > 0 || clearKeywords ? keyword : undefined
    const { files } = await context.client()
    const changes = { description, keywords, signal: context.signal }
    const icon = await orPlanned(context, () => files.icons.update(key, changes))
    context.out.result(icon ?? { status: 'planned', dryRun: true, key, description, keywords }, () =>
      printable(icon ? `updated ${icon.key}` : `would update ${key}`),
    )
  },
})
