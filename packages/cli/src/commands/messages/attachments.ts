import type { MessageAttachment } from '@dhis2-files/client'
import { defineCommand } from '../../command.js'
import { humanSize } from '../../output/human.js'
import { printAll } from '../../output/list.js'
import type { Column } from '../../output/table.js'
import { NDJSON_OPTIONS } from '../list-options.js'
import { checkUids } from '../uids.js'

const COLUMNS: readonly Column<MessageAttachment>[] = [
  { title: 'FILE', show: (row) => row.file },
  { title: 'MESSAGE', show: (row) => row.message },
  { title: 'NAME', show: (row) => row.fileResource?.name ?? '(lost)', cut: true },
  { title: 'CONTENT TYPE', show: (row) => row.fileResource?.contentType ?? '', cut: true },
  {
    title: 'SIZE',
    show: (row) => humanSize(row.fileResource?.contentLength),
    raw: (row) => String(row.fileResource?.contentLength ?? ''),
    right: true,
  },
]

export const attachments = defineCommand({
  name: 'attachments',
  summary: 'Lists the files of all messages of a conversation.',
  examples: ['messages attachments c2345678901'],
  arguments: [{ name: 'conversation', about: 'Uid of the conversation.' }],
  options: NDJSON_OPTIONS,
  async run(context, { conversation, ndjson }) {
    checkUids('a conversation', conversation)
    const { files } = await context.client()
    const found = await files.messages.listAttachments(conversation, { signal: context.signal })
    await printAll(context.out, found, { columns: COLUMNS, name: 'attachments' }, { ndjson })
  },
})
