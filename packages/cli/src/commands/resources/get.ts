import { defineCommand } from '../../command.js'
import { fileFacts } from '../file-facts.js'
import { checkUids } from '../uids.js'

export const get = defineCommand({
  name: 'get',
  summary: 'Shows a file resource, and whether its bytes are stored.',
  examples: ['resources get f2345678901 --json'],
  arguments: [{ name: 'uid', about: 'Uid of the file resource.' }],
  options: {},
  async run(context, { uid }) {
    checkUids('a file resource', uid)
    const { files } = await context.client()
    const file = await files.getFileResource(uid, { signal: context.signal })
    context.out.result(file, () => fileFacts(file))
  },
})
