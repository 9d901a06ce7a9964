import { basename, extname } from 'node:path'
import { defineCommand } from '../../command.js'
import { CliError } from '../../failure.js'
import { FILE_ARGUMENT, PROVIDE_OPTIONS, provide } from '../provide.js'
import { printable } from '../../output/text.js'

export const create = defineCommand({
  name: 'create',
  summary: 'Uploads a PNG and makes an icon of it.',
  details: 'The server makes it 48 × 48 pixels. An icon that is there already with this file counts as made.',
  examples: ['icons create hut.png --description "A hut" --keyword health'],
  writes: true,
  arguments: [FILE_ARGUMENT],
  options: {
    key: {
      kind: 'text',
      value: 'KEY',
      about: 'What it is called by: letters, digits, _, + and -. Default: the name of the file.',
    },
    description: { kind: 'text', value: 'TEXT', about: 'What it shows.' },
    keyword: { kind: 'list', short: 'k', value: 'WORD', about: 'A word to find it by. May be repeated.' },
    ...PROVIDE_OPTIONS,
  },
  async run(context, { file, key: given, description, keyword, ...input }) {
    const key = given ?? basename(file, extname(file))
    if (given === undefined && (file === '-' || !/^[a-zA-Z0-9_+-]+$/.test(key))) {
      throw new CliError(`The name “${file}” makes no key of an icon.`, {
        hint: 'Pass one with --key: letters, digits, _, + and -.',
      })
    }
    const { files } = await context.client()
    const icon = await provide(context, { file, ...input }, (source, options) =>
      files.icons.create(source, { key, description, keywords: keyword, ...options }),
    )
    context.out.result(icon ?? { status: 'planned', dryRun: true, key, file }, () =>
      printable(icon ? `created ${icon.key}` : `would create ${key} of ${file}`),
    )
  },
})
