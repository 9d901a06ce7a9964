import { defineCommand } from '../../command.js'
import { counted } from '../../output/human.js'
import { orPlanned } from '../../planned.js'
import { checkUids } from '../uids.js'
import { messageOf, TEXT_OPTIONS } from './text.js'

export const reply = defineCommand({
  name: 'reply',
  summary: 'Answers in a conversation, with attachments.',
  details: 'As "messages send": the files are uploaded first, and with attachments the answer arrives once.',
  examples: ['messages reply c2345678901 --text "Signed." --attach signed.pdf'],
  writes: true,
  arguments: [{ name: 'conversation', about: 'Uid of the conversation.' }],
  options: {
    ...TEXT_OPTIONS,
    internal: { kind: 'flag', about: 'Only for those who manage feedback messages.' },
  },
  async run(context, { conversation, internal, ...input }) {
    checkUids('a conversation', conversation)
    const { files } = await context.client()
    const { out, signal } = context
    const message = { ...(await messageOf(context, input)), internal: internal || undefined }
    const sent = await orPlanned(context, () => files.messages.reply(conversation, message, { signal }))
    const attached = counted(message.attachments.length, 'attachment')
    out.result(sent ?? { status: 'planned', dryRun: true, conversation }, () =>
      sent ? `replied ${sent.conversation}  (${attached})` : `would reply in ${conversation} with ${attached}`,
    )
  },
})
