import type { Api } from '../api.js'
import { hasAnyAuthority, isSuperuser } from '../auth/authorities.js'
import type { Call } from '../http/call.js'
import { type Reply, empty, json } from '../http/reply.js'
import {
  ApiError,
  conflict,
  forbidden,
  messageReply,
  objectNotFound,
  reportReply,
  uncoded,
  webMessage,
} from '../http/web-message.js'
import { fileReply, missingDocumentBlobReply } from './file-reply.js'
import { readConversation, recipientsOf } from './messages/recipients.js'
import { type Conversation, type Message, MessageStore, isMember, markRead, takeAttachments } from './messages/store.js'
import { MessageView } from './messages/view.js'

const PATH = '/api/messageConversations'
const NOT_A_MEMBER = 'Not authorized to access this conversation.'
/** A 404 or 409 that the controller makes itself. */
const made = (status: number, message: string) => new ApiError(status, message, { rendering: 'controller' })

/** `/api/messageConversations`: conversations, replies, and what is attached to them (WIRE.md 5.1). */
export function messages(api: Api): void {
  const { routes, state } = api
  const store = new MessageStore(state)
  const view = new MessageView(api)
  api.files.owners.set('MESSAGE_ATTACHMENT', (file) =>
    store.withAttachment(file.id).map(({ id }) => ({ domain: file.domain, id })),
  )

  routes.get(PATH, (call) => view.list(store.of(call.user), call))

  routes.post(PATH, async (call) => {
    call.requireType('application/json')
    const sent = readConversation(api, await call.text())
    const users = recipientsOf(api, sent)
    if (users.size === 0) throw conflict('No recipients selected.')
    const attachments = takeAttachments(
      state,
      (sent.attachments ?? []).map(({ id }) => id),
    )
    const subject = String(sent.subject ?? '')
    const text = String(sent.text ?? '')
    return created(call, store.begin({ subject, text, users, attachments, sender: call.user }))
  })

  const mark = (read: boolean) => async (call: Call) => {
    const uids: unknown = call.params['uid'] === undefined ? await call.json() : [call.param('uid')]
    const found = (Array.isArray(uids) ? uids : []).flatMap((uid) => store.get(String(uid)) ?? [])
    if (found.length === 0)
      return json({ message: 'No MessageConversations found for the given IDs.' }, { status: 404 })
    const marked = found.filter((conversation) => markRead(conversation, call.user, read)).map(({ id }) => id)
    return json({ [read ? 'markedRead' : 'markedUnread']: marked })
  }
  routes.post(`${PATH}/read`, mark(true))
  routes.post(`${PATH}/unread`, mark(false))
  routes.post(`${PATH}/:uid/read`, mark(true))
  routes.post(`${PATH}/:uid/unread`, mark(false))

  routes.get(`${PATH}/:uid`, (call) => {
    const conversation = find(call)
    if (!mayRead(conversation, call)) throw forbidden(NOT_A_MEMBER)
    if (call.parameter('markRead') === 'true') markRead(conversation, call.user, true)
    return view.one(conversation, call)
  })

  routes.post(`${PATH}/:uid`, async (call) => {
    const uid = call.param('uid')
    const conversation = store.get(uid)
    const text = await call.text()
    if (text === '') throw uncoded(400, 'Required request body is missing')
    if (conversation === undefined) return messageReply(404, { message: `Message conversation does not exist: ${uid}` })
    const internal = call.parameter('internal') === 'true'
    if (internal && !view.seesInternal(call.user)) throw forbidden('Not authorized to send internal messages')
    const wanted = (call.parameter('attachments') ?? '').split(',').filter((one) => one !== '')
    const attachments = takeAttachments(state, wanted)
    store.reply(conversation, { text, attachments, sender: call.user, internal })
    return created(call, conversation)
  })

  routes.post(`${PATH}/:uid/recipients`, async (call) => {
    const conversation = store.get(call.param('uid'))
    if (conversation === undefined) throw made(404, `Message conversation does not exist: ${call.param('uid')}`)
    store.invite(conversation, recipientsOf(api, readConversation(api, await call.text())))
    return empty(204)
  })

  routes.delete(`${PATH}/:uid`, (call) => {
    if (!hasAnyAuthority(state, call.user, ['F_METADATA_IMPORT']))
      throw forbidden('Access is denied, requires one Authority from [F_METADATA_IMPORT]')
    const { id: uid } = find(call)
    store.delete(uid)
    const klass = 'org.hisp.dhis.message.MessageConversation'
    return reportReply(200, { response: { responseType: 'ObjectReport', klass, uid, errorReports: [] } })
  })

  routes.delete(`${PATH}/:uid/:user`, (call) => {
    const user = state.users.get(call.param('user'))
    if (user === undefined) return json({ message: `No user with uid: ${call.param('user')}` }, { status: 404 })
    if (user.id !== call.user.id && !isSuperuser(state, call.user))
      throw forbidden(`Not authorized to modify user: ${user.id}`)
    const conversation = find(call)
    const left = conversation.userMessages.filter((entry) => entry.user.id !== user.id)
    const removed = left.length < conversation.userMessages.length ? [conversation.id] : []
    conversation.userMessages = left
    return json({ removed })
  })

  routes.get(`${PATH}/:uid/:message/attachments/:file`, (call) => {
    try {
      return attachment(call)
    } catch (error) {
      if (error instanceof ApiError) error.policy = 'file-error'
      throw error
    }
  })

  function attachment(call: Call): Reply {
    const uid = call.param('file')
    const { attachments } = findMessage(call)
    const file = state.fileResources.get(uid)
    if (file === undefined || !attachments.includes(uid)) throw made(404, `No messageattachment found with id '${uid}'`)
    if (file.domain !== 'MESSAGE_ATTACHMENT') throw made(409, 'Invalid messageattachment.')
    const blob = state.blob(file)
    return blob === undefined
      ? missingDocumentBlobReply(file, api.traits)
      : fileReply(file, blob, { length: file.contentLength })
  }

  function findMessage(call: Call): Message {
    const uid = call.param('uid')
    const conversation = store.get(uid)
    if (conversation === undefined) throw made(404, `No message conversation with uid '${uid}'`)
    if (!mayRead(conversation, call)) throw forbidden(NOT_A_MEMBER)
    const message = conversation.messages.find(({ id }) => id === call.param('message'))
    // the missing quote is the server's
    if (message === undefined)
      throw made(404, `No message with uid '${call.param('message')}' in messageConversation '${uid}`)
    if (message.internal && !view.seesInternal(call.user)) throw made(409, 'Not authorized to access this message')
    return message
  }

  function find(call: Call): Conversation {
    const conversation = store.get(call.param('uid'))
    if (conversation === undefined) throw objectNotFound('MessageConversation', call.param('uid'))
    return conversation
  }

  function mayRead(conversation: Conversation, { user }: Call): boolean {
    return isMember(conversation, user) || isSuperuser(state, user)
  }
}

/** The 201 of a new conversation, and of a reply too. */
function created(call: Call, { id }: Conversation): Reply {
  return json(webMessage(201, { message: 'Message conversation created' }), {
    status: 201,
    headers: { location: `${call.apiBase}/messageConversations/${id}` },
  })
}
