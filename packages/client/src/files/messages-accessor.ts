import type { RequestOptions } from '../http/call.js'
import type { FilesContext } from './context.js'
import type { FileDownload } from './download.js'
import type { MessageAttachment } from './conversations.js'
import type { MessageReply, NewMessage, SendOptions, SentMessage } from './messages.js'
import { withinTotal } from './total.js'

/** `client.files.messages`: the attachments of messages. WIRE.md 5.1. */
export class MessageFiles {
  readonly #context: FilesContext

  constructor(context: FilesContext) {
    this.#context = context
  }

  /**
   * Sends a message. Its files are uploaded first, and waited for. A file can be the attachment of one message alone, so with
   * attachments a send without a clear answer is repeated, and counts as done when the conversation that has them is found; a
   * message without attachments is sent once, and an error that is `doubtful` says that it may have arrived. When the
   * files are on the server and the message could not be sent, the error carries `fileResources`: pass them as attachments.
   * Whoever may sign in and knows the uid of an attachment can read it, by `downloadFileResource`.
   * @throws Dhis2Error `conflict` for an attachment that another message has
   */
  async send(message: NewMessage, options?: SendOptions): Promise<SentMessage> {
    const { sendMessage } = await import('./messages.js')
    return withinTotal(this.#context, 'send the message', options, (own) => sendMessage(this.#context, message, own))
  }

  /** Answers in a conversation, as {@link send}. @throws Dhis2Error `forbidden` for one that the user takes no part in */
  async reply(conversation: string, message: MessageReply, options?: SendOptions): Promise<SentMessage> {
    const { replyToConversation } = await import('./messages.js')
    return withinTotal(this.#context, `reply to conversation ${conversation}`, options, (own) =>
      replyToConversation(this.#context, conversation, message, own),
    )
  }

  /** The files of all messages of a conversation. @throws Dhis2Error */
  async listAttachments(conversation: string, options?: RequestOptions): Promise<readonly MessageAttachment[]> {
    return (await import('./conversations.js')).listAttachments(this.#context, conversation, options)
  }

  /** A file of a message. Membership is looked at here, but not by `downloadFileResource`. @throws Dhis2Error when it is read: `not-found`, `forbidden` */
  async downloadAttachment(
    conversation: string,
    message: string,
    file: string,
    options?: RequestOptions,
  ): Promise<FileDownload> {
    const { downloadAttachment } = await import('./conversations.js')
    return downloadAttachment(this.#context, conversation, message, file, options)
  }
}
