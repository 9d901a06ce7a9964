import { bytesSource, type Uploadable } from '../bytes/source.js'
import { Dhis2Error, isDhis2Error, withDetails } from '../errors.js'
import type { CallInit } from '../http/call.js'
import { discard } from '../http/response-body.js'
import type { FileResource } from '../models/file-resource.js'
import { type FilesContext, requestOptions } from './context.js'
import { CONVERSATIONS, CONVERSATIONS_ROUTE, type Message, MESSAGES, readMessages } from './conversations.js'
import { settle } from './echoes.js'
import { listObjects } from './list.js'
import { waitUntilStored } from './storage.js'
import { type UploadOptions, uploadFile } from './upload.js'
import { assertUid, uidInPath } from './uid.js'

/** What a message says, and what comes with it. */
export interface MessageText {
  /** What is written, as plain text. */
  readonly text: string
  /** Files, or uids of file resources of domain MESSAGE_ATTACHMENT that no message has yet, such as `error.fileResources`. */
  readonly attachments?: readonly (Uploadable | string)[] | undefined
}

/** A message to somebody. At least one recipient is needed. */
export interface NewMessage extends MessageText {
  /** Subject of the conversation. */
  readonly subject: string
  /** Uids of users. */
  readonly users?: readonly string[] | undefined
  /** Uids of user groups. */
  readonly userGroups?: readonly string[] | undefined
  /** Uids of organisation units: all users of theirs. */
  readonly organisationUnits?: readonly string[] | undefined
}

/** An answer in a conversation. */
export interface MessageReply extends MessageText {
  /** Only for those who manage feedback messages. Default `false`. */
  readonly internal?: boolean | undefined
}

/** How attachments are uploaded. Each is waited for: a message never gets a file that the server may still lose. */
export interface SendOptions extends Omit<UploadOptions, 'uid' | 'until' | 'filename' | 'contentType'> {}

/** A message that was sent. */
export interface SentMessage {
  /** Uid of the conversation. */
  readonly conversation: string
  /** The attachments in their order. */
  readonly attachments: readonly FileResource[]
}

/** How many of the newest conversations are looked at for a message that may have been sent. */
const LOOK_BACK = 200

export async function sendMessage(
  context: FilesContext,
  message: NewMessage,
  options: SendOptions = {},
): Promise<SentMessage> {
  const { subject, text, users = [], userGroups = [], organisationUnits = [] } = message
  assertText(subject, 'subject')
  assertText(text, 'text')
  if (users.length + userGroups.length + organisationUnits.length === 0) {
    throw new TypeError('Pass users, userGroups or organisationUnits: a message needs somebody to go to.')
  }
  const attachments = await provideAttachments(context, message.attachments ?? [], options)
  const references = (uids: readonly string[]): readonly { id: string }[] => uids.map((id) => ({ id }))
  const find = async (): Promise<string | undefined> => {
    let looked = 0
    const query = { ...requestOptions(options), fields: `id,subject,${MESSAGES}`, order: 'created:desc', pageSize: 50 }
    for await (const conversation of listObjects(context, CONVERSATIONS, query)) {
      const same = conversation.subject?.trim() === subject.trim()
      if (same && conversation.messages?.some((one) => isSame(one, text, attachments))) return conversation.id
      if (++looked === LOOK_BACK) return undefined
    }
    return undefined
  }
  const json = {
    subject,
    text,
    users: references(users),
    userGroups: references(userGroups),
    organisationUnits: references(organisationUnits),
    attachments: attachments.map(({ id }) => ({ id })),
  }
  const what = `send the message “${subject}”`
  const conversation = await post(
    context,
    CONVERSATIONS_ROUTE,
    { ...requestOptions(options), what, json },
    attachments,
    find,
  )
  return { conversation, attachments }
}

export async function replyToConversation(
  context: FilesContext,
  conversation: string,
  message: MessageReply,
  options: SendOptions = {},
): Promise<SentMessage> {
  const { text, internal } = message
  assertText(text, 'text')
  const path = `${CONVERSATIONS_ROUTE}/${uidInPath(conversation, 'conversation')}`
  const attachments = await provideAttachments(context, message.attachments ?? [], options)
  const find = async (): Promise<string | undefined> => {
    const { messages } = await readMessages(context, conversation, options)
    return messages?.some((one) => isSame(one, text, attachments)) ? conversation : undefined
  }
  const uids = attachments.length === 0 ? undefined : attachments.map(({ id }) => id).join(',')
  const init = {
    ...requestOptions(options),
    what: `reply to conversation ${conversation}`,
    query: { attachments: uids, internal },
    body: bytesSource(new TextEncoder().encode(text), { type: 'text/plain;charset=UTF-8' }),
  }
  await post(context, path, init, attachments, find)
  return { conversation, attachments }
}

/**
 * Sends, and resolves with the uid of the conversation. DHIS2 has no uid of ours for a message, so one without attachments
 * is sent once, whatever happens. A file can be the attachment of one message alone: with attachments the request can be
 * repeated, since the server refuses the second time, and that the files are used proves that the first one was sent.
 * Then, and when no attempt gets a clear answer, the conversation that holds them is looked for (WIRE.md 5.1).
 */
async function post(
  context: FilesContext,
  path: string,
  init: CallInit,
  attachments: readonly FileResource[],
  find: () => Promise<string | undefined>,
): Promise<string> {
  const idempotent = attachments.length > 0
  try {
    const response = await context.call('POST', path, { ...init, idempotent })
    discard(response)
    const uid = /\/(\w+)$/.exec(response.headers.get('location') ?? '')?.[1] ?? (await find())
    if (uid !== undefined) return uid
    throw new Dhis2Error(`Cannot tell the uid of the conversation: the server took the message and did not say it.`, {
      code: 'protocol',
    })
  } catch (error) {
    if (idempotent) {
      return settle('send-message', error, find).catch((final: unknown) => {
        throw carryingAll(final, attachments)
      })
    }
    const doubtful = isDhis2Error(error) && error.doubtful
    if (!doubtful) throw error
    const hint = 'It may have been sent: look, because a message without attachments is not sent twice.'
    throw withDetails(error, hint, { hint })
  }
}

/** Uploads what is data, and looks whether what is a uid is stored. One after the other: their order is that of the message. */
async function provideAttachments(
  context: FilesContext,
  given: readonly (Uploadable | string)[],
  options: SendOptions,
): Promise<readonly FileResource[]> {
  for (const one of given) if (typeof one === 'string') assertUid(one, 'attachments')
  const files: FileResource[] = []
  for (const one of given) {
    try {
      files.push(
        typeof one === 'string'
          ? await waitUntilStored(context, one, options)
          : await uploadFile(context, one, { ...options, until: 'stored', domain: 'MESSAGE_ATTACHMENT' }),
      )
    } catch (error) {
      throw carryingAll(error, files)
    }
  }
  return files
}

function carryingAll(error: unknown, files: readonly FileResource[]): unknown {
  if (!isDhis2Error(error) || files.length === 0) return error
  const fileResources = files.map(({ id }) => id)
  const sentence = `On the server already: ${fileResources.join(', ')}. Pass these uids as attachments instead of the data.`
  return withDetails(error, sentence, { fileResources })
}

/** Whether it is the message that was to be sent. A file is in one message alone. */
function isSame(message: Message, text: string, attachments: readonly FileResource[]): boolean {
  const there = new Set(message.attachments?.map(({ id }) => id))
  return message.text?.trim() === text.trim() && attachments.every(({ id }) => there.has(id))
}

function assertText(text: unknown, name: string): void {
  if (typeof text !== 'string' || text.trim() === '') throw new TypeError(`${name} must be a text that is not empty.`)
}
