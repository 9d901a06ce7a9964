import { defineCommand } from '../../command.js'
import { CliError } from '../../failure.js'
import { fileFacts } from '../file-facts.js'
import { checkUids } from '../uids.js'

export const get = defineCommand({
  name: 'get',
  summary: 'Shows the file of the picture of an organisation unit.',
  examples: ['orgunits get DiszpKrYNg8'],
  arguments: [{ name: 'uid', about: 'Uid of the organisation unit.' }],
  options: {},
  async run(context, { uid }) {
    checkUids('an organisation unit', uid)
    const { files } = await context.client()
    const file = await files.orgUnitImages.get(uid, { signal: context.signal })
    if (file === undefined) {
      throw new CliError(`Organisation unit ${uid} has no picture.`, {
        exit: 'not-found',
        hint: `orgunits set ${uid} FILE gives it one.`,
      })
    }
    context.out.result(file, () => fileFacts(file))
  },
})
