import { defineCommand } from '../../command.js'
import { CliError } from '../../failure.js'
import { orPlanned } from '../../planned.js'
import { checkUids } from '../uids.js'
import { printable } from '../../output/text.js'

export const update = defineCommand({
  name: 'update',
  summary: 'Changes name, code or target of a link.',
  details:
    'For uploaded documents there are "documents rename" and "documents replace". The sharing of the document stays.',
  examples: ['documents update b2345678901 --url https://www.who.int/malaria'],
  writes: true,
  arguments: [{ name: 'uid', about: 'Uid of the document.' }],
  options: {
    name: { kind: 'text', value: 'NAME', about: 'The new name.' },
    url: { kind: 'text', value: 'URL', about: 'Where it is to lead.' },
    code: { kind: 'text', value: 'CODE', about: 'The new code.' },
  },
  async run(context, { uid, name, url, code }) {
    const { out, signal } = context
    checkUids('a document', uid)
    if (name === undefined && url === undefined && code === undefined) {
      throw new CliError('There is nothing to change.', { hint: 'Pass --name, --url or --code.' })
    }
    const { files } = await context.client()
    const document = await orPlanned(context, () => files.updateExternalDocument(uid, { name, url, code, signal }))
    out.result(document ?? { status: 'planned', dryRun: true, uid, name, url, code }, () =>
      printable(document ? `updated ${document.id}  ${document.name} -> ${document.url}` : `would update ${uid}`),
    )
  },
})
