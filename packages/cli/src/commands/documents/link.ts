import { defineCommand } from '../../command.js'
import { orPlanned } from '../../planned.js'
import { checkUids } from '../uids.js'
import { printable } from '../../output/text.js'

export const link = defineCommand({
  name: 'link',
  aliases: ['upload-url'],
  summary: 'Makes a document that is a link.',
  examples: ['documents link "WHO guidelines" https://www.who.int/publications'],
  writes: true,
  arguments: [
    { name: 'name', about: 'Name of the document.' },
    { name: 'url', about: 'Where it leads: http or https.' },
  ],
  options: {
    uid: {
      kind: 'text',
      value: 'UID',
      about: 'Uid of the document. Default: a new one. With it the command can be run again.',
    },
    code: { kind: 'text', value: 'CODE', about: 'Code of the document, unique among documents.' },
  },
  async run(context, { name, url, uid, code }) {
    const { out, signal } = context
    checkUids('a document', uid)
    const { files } = await context.client()
    const document = await orPlanned(context, () => files.createExternalDocument({ name, url, uid, code, signal }))
    out.result(document ?? { status: 'planned', dryRun: true, name, url, uid, code }, () =>
      printable(
        document ? `created ${document.id}  ${document.name} -> ${document.url}` : `would create ${name} -> ${url}`,
      ),
    )
  },
})
