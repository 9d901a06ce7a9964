import { isDhis2Error } from '@dhis2-files/client'
import type { Step } from '../demo.js'
import { Failure } from '../failure.js'
import { DELETED_WITH_MESSAGE } from '../leftovers.js'

/** To ourselves, so that nobody else hears of it. */
export const message: Step = {
  title: ({ file }) => `Send ${file.name} to ourselves with a message, and read the attachment`,
  async run({ client, screen, signal, file, name, leftovers }) {
    const { id: user } = await client.system.me({ signal })
    const text = 'Sent by the demonstration of dhis2-files.'
    const { source } = file
    try {
      const onProgress = screen.progress('sent')
      const options = { maxFileUploadSize: Math.max(10_000_000, file.size), onProgress, signal }
      const sent = await client.files.messages.send(
        { subject: name, text, users: [user], attachments: [source] },
        options,
      )
      leftovers.mayExist(`conversation ${sent.conversation}`, (base, more) =>
        base.request(`api/messageConversations/${sent.conversation}`, { method: 'DELETE', ...more }),
      )
      for (const { id } of sent.attachments) leftovers.fileStays(id, DELETED_WITH_MESSAGE)
      const [found] = await client.files.messages.listAttachments(sent.conversation, { signal })
      if (found === undefined) throw new Failure(`Conversation ${sent.conversation} has no attachment.`)
      const { messages } = client.files
      const attachment = await messages.downloadAttachment(found.conversation, found.message, found.file, { signal })
      await attachment.bytes({ onProgress: screen.progress('received') })
      if (attachment.md5 !== file.md5) throw new Failure(`The server has MD5 ${attachment.md5}, not ${file.md5}.`)
      screen.result(`conversation ${sent.conversation} with ${attachment.name}; MD5 ${attachment.md5}: the same`)
    } catch (error) {
      if (isDhis2Error(error)) {
        for (const uid of error.fileResources ?? []) leftovers.fileStays(uid, DELETED_WITH_MESSAGE)
      }
      throw error
    }
  },
}
