import type { RequestOptions } from '../http/call.js'
import { readArray, readObject } from '../models/decode.js'
import type { FileResource } from '../models/file-resource.js'
import { fetchFileResources } from './by-uid.js'
import { type FilesContext, requestOptions } from './context.js'
import { createDownload, factsOf, type FileDownload } from './download.js'
import type { ListSource } from './list.js'
import { getFileResource } from './storage.js'
import { uidInPath } from './uid.js'

/** A file of a message. */
export interface MessageAttachment {
  /** Uid of the conversation. */
  readonly conversation: string
  /** Uid of the message. */
  readonly message: string
  /** Uid of the file resource. */
  readonly file: string
  /** `undefined` where it is no longer there. */
  readonly fileResource: FileResource | undefined
}

export const CONVERSATIONS_ROUTE = 'api/messageConversations'

/** A conversation, as far as its files go. */
export interface Conversation {
  readonly id: string
  readonly subject?: string
  readonly messages?: readonly Message[]
}

export interface Message {
  readonly id: string
  readonly text?: string
  readonly attachments?: readonly { readonly id: string }[]
}

/** `fields` of the messages of a conversation. */
export const MESSAGES = 'messages[id,text,attachments[id]]'

export const CONVERSATIONS: ListSource<Conversation> = {
  path: CONVERSATIONS_ROUTE,
  key: 'messageConversations',
  name: 'conversations',
  read: readConversation,
}

/** The messages of a conversation. */
export async function readMessages(context: FilesContext, uid: string, options: RequestOptions): Promise<Conversation> {
  const path = `${CONVERSATIONS_ROUTE}/${uidInPath(uid, 'conversation')}`
  const query = { fields: `id,${MESSAGES}` }
  const what = `read conversation ${uid}`
  return readConversation(await context.call.json('GET', path, { ...requestOptions(options), what, query }))
}

function readConversation(value: unknown): Conversation {
  const found = readObject<Conversation>(value, 'a conversation', {
    id: 'string!',
    messages: 'array',
    subject: 'string',
  })
  for (const message of found.messages ?? []) {
    const { attachments } = readObject<Message>(message, 'a message', { id: 'string', attachments: 'array' })
    for (const one of readArray(attachments ?? [], 'attachments')) readObject(one, 'an attachment', { id: 'string!' })
  }
  return found
}

export async function listAttachments(
  context: FilesContext,
  conversation: string,
  options: RequestOptions = {},
): Promise<readonly MessageAttachment[]> {
  const { messages = [] } = await readMessages(context, conversation, options)
  const found = messages.flatMap(({ id: message, attachments = [] }) =>
    attachments.map(({ id: file }) => ({ conversation, message, file })),
  )
  const uids = found.map(({ file }) => file)
  const files = await fetchFileResources(context, uids, options)
  return found.map((one) => ({ ...one, fileResource: files.get(one.file) }))
}

export async function downloadAttachment(
  context: FilesContext,
  conversation: string,
  message: string,
  file: string,
  options: RequestOptions = {},
): Promise<FileDownload> {
  const owner = `${CONVERSATIONS_ROUTE}/${uidInPath(conversation, 'conversation')}/${uidInPath(message, 'message')}`
  const path = `${owner}/attachments/${uidInPath(file, 'file')}`
  const resource = await getFileResource(context, file, options)
  return createDownload(context, {
    path,
    what: `attachment ${file} (“${resource.name}”)`,
    ...factsOf(resource),
    options: requestOptions(options),
  })
}
