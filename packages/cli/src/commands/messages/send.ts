import { defineCommand } from '../../command.js'
import { CliError } from '../../failure.js'
import { counted } from '../../output/human.js'
import { orPlanned } from '../../planned.js'
import { checkUids } from '../uids.js'
import { messageOf, TEXT_OPTIONS } from './text.js'
import { printable } from '../../output/text.js'

export const send = defineCommand({
  name: 'send',
  summary: 'Sends a message with attachments.',
  details:
    'The files are uploaded first. A message with attachments arrives once, also when an answer is lost; one without is sent once, and an error says when it may have arrived. Whoever may sign in and knows the uid of an attachment can read it.',
  examples: ['messages send "Stock in March" --text "See the report." --user u2345678901 --attach report.pdf'],
  writes: true,
  arguments: [{ name: 'subject', about: 'Subject of the conversation.' }],
  options: {
    user: { kind: 'list', value: 'UID', about: 'A user to send it to. May be repeated.' },
    group: { kind: 'list', value: 'UID', about: 'A user group. May be repeated.' },
    orgUnit: { kind: 'list', value: 'UID', about: 'An organisation unit: all its users. May be repeated.' },
    ...TEXT_OPTIONS,
  },
  async run(context, { subject, user, group, orgUnit, ...input }) {
    checkUids('a user', ...user)
    checkUids('a user group', ...group)
    checkUids('an organisation unit', ...orgUnit)
    if (user.length + group.length + orgUnit.length === 0) {
      throw new CliError('There is nobody to send it to.', { hint: 'Pass --user, --group or --org-unit.' })
    }
    const { files } = await context.client()
    const { out, signal } = context
    const message = {
      subject,
      ...(await messageOf(context, input)),
      users: user,
      userGroups: group,
      organisationUnits: orgUnit,
    }
    const sent = await orPlanned(context, () => files.messages.send(message, { signal }))
    const attached = counted(message.attachments.length, 'attachment')
    const plan = {
      status: 'planned',
      dryRun: true,
      subject,
      users: user,
      userGroups: group,
      organisationUnits: orgUnit,
    }
    out.result(sent ?? plan, () =>
      printable(
        sent ? `sent ${sent.conversation}  ${subject} (${attached})` : `would send “${subject}” with ${attached}`,
      ),
    )
  },
})
