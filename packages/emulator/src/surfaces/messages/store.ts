import { conflict } from '../../http/web-message.js'
import type { EmulatorState, FileResource, User } from '../../state.js'
import type { Row } from '../../storage/collection.js'

/** A message of a conversation. Attachments are uids of file resources. */
export interface Message extends Row {
  text: string
  sender: { id: string }
  internal: boolean
  created: string
  attachments: string[]
}

/** A conversation and who takes part in it. */
export interface Conversation extends Row {
  subject: string
  userMessages: { id: string; user: { id: string }; read: boolean; followUp: boolean }[]
  messages: Message[]
  lastMessage: string
  lastSender: { id: string }
}

/** The conversations of a state. */
export class MessageStore {
  readonly #state: EmulatorState

  constructor(state: EmulatorState) {
    this.#state = state
  }

  get(uid: string): Conversation | undefined {
    return this.#rows.get(uid)
  }

  delete(uid: string): void {
    this.#rows.delete(uid)
  }

  /** The conversations that a user takes part in, the last one that something was said in first. */
  of(user: User): Conversation[] {
    return this.#rows
      .filter((row) => isMember(row, user))
      .sort((a, b) => (a.lastMessage === b.lastMessage ? 0 : a.lastMessage < b.lastMessage ? 1 : -1))
  }

  /** The messages that a file is attached to. */
  withAttachment(uid: string): Message[] {
    return [...this.#rows].flatMap(({ messages }) => messages).filter(({ attachments }) => attachments.includes(uid))
  }

  /** Begins a conversation; who begins it takes part, and has read it. */
  begin(options: {
    subject: string
    text: string
    users: ReadonlySet<string>
    attachments: string[]
    sender: User
  }): Conversation {
    const { subject, text, users, attachments, sender } = options
    const now = this.#state.timestamp()
    const message = this.#message({ text, attachments, sender, internal: false })
    const conversation: Conversation = {
      id: this.#state.newUid(),
      name: subject,
      subject,
      created: now,
      lastUpdated: now,
      createdBy: { id: sender.id },
      lastUpdatedBy: { id: sender.id },
      messageType: 'PRIVATE',
      priority: 'NONE',
      status: 'NONE',
      messageCount: 1,
      lastMessage: now,
      lastSender: { id: sender.id },
      lastSenderFirstname: sender.firstName,
      lastSenderSurname: sender.surname,
      userFirstname: sender.firstName,
      userSurname: sender.surname,
      messages: [message],
      userMessages: [],
    }
    this.invite(conversation, new Set([...users, sender.id]))
    markRead(conversation, sender, true)
    return this.#rows.put(conversation)
  }

  /** Says something in a conversation: for the others it is unread then. */
  reply(
    conversation: Conversation,
    options: { text: string; attachments: string[]; sender: User; internal: boolean },
  ): void {
    const { sender } = options
    const message = this.#message(options)
    conversation.messages.push(message)
    for (const entry of conversation.userMessages) entry.read = entry.user.id === sender.id
    Object.assign(conversation, {
      messageCount: conversation.messages.length,
      lastUpdated: message.created,
      lastMessage: message.created,
      lastSender: { id: sender.id },
      lastSenderFirstname: sender.firstName,
      lastSenderSurname: sender.surname,
    })
  }

  /** Adds users who do not take part yet. */
  invite(conversation: Conversation, users: ReadonlySet<string>): void {
    for (const id of users)
      if (!conversation.userMessages.some(({ user }) => user.id === id))
        conversation.userMessages.push({ id: this.#state.newUid(), user: { id }, read: false, followUp: false })
  }

  #message(options: { text: string; attachments: string[]; sender: User; internal: boolean }): Message {
    const now = this.#state.timestamp()
    return {
      id: this.#state.newUid(),
      created: now,
      lastUpdated: now,
      text: options.text,
      sender: { id: options.sender.id },
      internal: options.internal,
      attachments: options.attachments,
    }
  }

  get #rows() {
    return this.#state.collection<Conversation>('messageConversations')
  }
}

/** Whether a user takes part in a conversation. */
export function isMember(conversation: Conversation, user: User): boolean {
  return conversation.userMessages.some((entry) => entry.user.id === user.id)
}

/** Notes that a user has read a conversation, or has not. Says whether that is news. */
export function markRead(conversation: Conversation, user: User, read: boolean): boolean {
  const entry = conversation.userMessages.find((one) => one.user.id === user.id)
  if (entry === undefined || entry.read === read) return false
  entry.read = read
  return true
}

/**
 * Takes files for a message, one by one: when a later one is refused, those before it stay taken (WIRE.md 5.1).
 *
 * @throws ApiError 409 for a file that is not there, is taken, or was uploaded for something else
 */
export function takeAttachments(state: EmulatorState, uids: readonly string[]): string[] {
  return [...new Set(uids)].map((uid) => {
    const file: FileResource | undefined = state.fileResources.get(uid)
    if (file === undefined) throw conflict(`Attachment '${uid}' not found.`)
    if (file.domain !== 'MESSAGE_ATTACHMENT' || file.assigned)
      throw conflict(`Attachment '${uid}' is already used or not a valid attachment.`)
    state.fileResources.update(uid, { assigned: true, lastUpdated: state.timestamp() })
    return uid
  })
}
