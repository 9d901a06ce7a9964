import { describe, expect, test } from 'vitest'
import {
  failure,
  fileStore,
  recorded,
  type Scripted,
  scripted,
  type StoredFile,
  storedFile,
  type Trouble,
  VERSIONS,
} from './scripted.js'

type Recorded = (typeof VERSIONS)[number][1]

interface Message {
  readonly id: string
  readonly text: string
  readonly attachments: readonly { readonly id: string }[]
}
interface Conversation {
  readonly id: string
  readonly subject: string
  readonly messages: Message[]
}
interface Messenger extends Scripted {
  readonly files: Map<string, StoredFile>
  readonly conversations: Conversation[]
}

/** Conversations, newest first; each file is taken once. */
function messenger(recording: Recorded): Messenger {
  const { files, routes } = fileStore()
  const conversations: Conversation[] = []
  const used = new Set<string>()
  const refusal = (uids: readonly string[]) => {
    for (const uid of uids) {
      if (!files.has(uid)) return recorded(recording, 'message.send.unknown-attachment', { frA1: uid })
      if (used.has(uid)) return recorded(recording, 'message.send.taken-attachment', { frA1: uid })
    }
    for (const uid of uids) used.add(uid)
    return undefined
  }
  const message = (text: string, uids: readonly string[]): Message => ({
    id: `Ms${String(used.size + conversations.length).padStart(9, '0')}`,
    text,
    attachments: uids.map((id) => ({ id })),
  })
  const server = scripted(recording.dhis2, {
    ...routes,
    'POST /api/messageConversations': ({ json }) => {
      const { subject, text, attachments } = json as Conversation & Message
      const uids = attachments.map(({ id }) => id)
      const refused = refusal(uids)
      if (refused !== undefined) return refused
      const id = `Mc${String(conversations.length).padStart(9, '0')}`
      conversations.unshift({ id, subject, messages: [message(text, uids)] })
      return recorded(recording, 'message.send-with-attachment', { conv: id, base: 'http://dhis2.test' })
    },
    'POST /api/messageConversations/*': ({ query, bytes }, id = '') => {
      const uids = query.get('attachments')?.split(',') ?? []
      const refused = refusal(uids)
      if (refused !== undefined) return refused
      conversations.find((one) => one.id === id)?.messages.push(message(Buffer.from(bytes).toString(), uids))
      return recorded(recording, 'message.reply-with-attachment', { conv: id, base: 'http://dhis2.test' })
    },
    'GET /api/messageConversations': ({ query }) => {
      const page = Number(query.get('page'))
      const rows = conversations.slice((page - 1) * 50, page * 50)
      const pageCount = Math.ceil(conversations.length / 50)
      return { json: { pager: { page, pageSize: 50, total: 1, pageCount }, messageConversations: rows } }
    },
    'GET /api/messageConversations/*': (_, id = '') => {
      const found = conversations.find((one) => one.id === id)
      return found
        ? { json: found }
        : { status: 404, json: { message: `No MessageConversation found with UID: ${id}` } }
    },
    'GET /api/messageConversations/*/*/attachments/*': (_, __, ___, file = '') =>
      files.has(file) ? { bytes: files.get(file)?.content ?? '' } : recorded(recording, 'message.attachment.unknown'),
  })
  return Object.assign(server, { files, conversations })
}

const AGENDA = new File(['agenda\n'], 'agenda.txt', { type: 'text/plain' })
const TO = { subject: 'Meeting', text: 'See the agenda', users: ['UsClerk0001'] }
const isSend = (method: string, path: string): boolean => method === 'POST' && path.includes('messageConversations')

describe.each(VERSIONS)('messages of %s', (_, recording) => {
  test('a message carries its files, and its conversation is told', async () => {
    const { client, received, files } = messenger(recording)
    const sent = await client.files.messages.send({ ...TO, attachments: [AGENDA], userGroups: ['UgClerks001'] })
    expect(sent.conversation).toBe('Mc000000000')
    expect(sent.attachments).toMatchObject([{ name: 'agenda.txt', domain: 'MESSAGE_ATTACHMENT' }])
    const [uid] = files.keys()
    expect(received.at(-1)?.json).toEqual({
      subject: 'Meeting',
      text: 'See the agenda',
      users: [{ id: 'UsClerk0001' }],
      userGroups: [{ id: 'UgClerks001' }],
      organisationUnits: [],
      attachments: [{ id: uid }],
    })
  })

  test('a reply is text in UTF-8, with its files in the query', async () => {
    const { client, received, conversations } = messenger(recording)
    const { conversation } = await client.files.messages.send(TO)
    const text = 'Voilà — 会议'
    const minutes = new File(['minutes\n'], 'minutes.txt')
    const { attachments } = await client.files.messages.reply(conversation, { text, attachments: [AGENDA, minutes] })
    expect(conversations[0]?.messages[1]).toMatchObject({ text, attachments: attachments.map(({ id }) => ({ id })) })
    expect(received.at(-1)?.headers.get('content-type')).toBe('text/plain;charset=UTF-8')
    expect(received.at(-1)?.query.get('attachments')).toBe(attachments.map(({ id }) => id).join(','))
  })

  test('lists the files of a conversation with one request for all, and reads one', async () => {
    const { client, lines } = messenger(recording)
    const { conversation } = await client.files.messages.send({ ...TO, attachments: [AGENDA] })
    await client.files.messages.reply(conversation, { text: 'more', attachments: [new File(['minutes\n'], 'm.txt')] })
    const before = lines().length
    const found = await client.files.messages.listAttachments(conversation)
    expect(lines().length - before).toBe(2)
    expect(found.map(({ fileResource }) => fileResource?.name)).toEqual(['agenda.txt', 'm.txt'])
    const { message = '', file = '' } = found[1] ?? {}
    const download = await client.files.messages.downloadAttachment(conversation, message, file)
    expect(download).toMatchObject({ name: 'm.txt', size: 8 })
    expect(Buffer.from(await download.bytes()).toString()).toBe('minutes\n')
  })

  test('a send whose answer is lost is repeated, sent once, and found by its file', async () => {
    const server = messenger(recording)
    for (let i = 0; i < 60; i++) await server.client.files.messages.send({ ...TO, text: `older ${i}` })
    let lost = 0
    server.trouble = ({ method, path }) => (isSend(method, path) && lost++ === 0 ? 'answer-lost' : undefined)
    const { conversation } = await server.client.files.messages.send({ ...TO, attachments: [AGENDA] })
    expect(lost).toBe(2)
    expect(server.conversations).toHaveLength(61)
    expect(conversation).toBe(server.conversations[0]?.id)
  })

  test('a reply whose answer is lost is repeated, and is there once', async () => {
    const server = messenger(recording)
    const { conversation } = await server.client.files.messages.send(TO)
    let lost = 0
    server.trouble = ({ method, path }) => (isSend(method, path) && lost++ === 0 ? 'answer-lost' : undefined)
    await server.client.files.messages.reply(conversation, { text: 'and this', attachments: [AGENDA] })
    expect(server.conversations[0]?.messages).toHaveLength(2)
  })

  test('no attempt with a clear answer: the message that was sent is found', async () => {
    const server = messenger(recording)
    server.trouble = ({ method, path }) => (isSend(method, path) ? 'answer-lost' : undefined)
    const { conversation } = await server.client.files.messages.send({ ...TO, attachments: [AGENDA] })
    expect(conversation).toBe('Mc000000000')
  })

  test('without attachments a doubtful send is not repeated, and says that it may have arrived', async () => {
    const server = messenger(recording)
    server.trouble = ({ method, path }) => (isSend(method, path) ? 'answer-lost' : undefined)
    const error = await failure(server.client.files.messages.send(TO))
    expect(error).toMatchObject({
      code: 'network',
      doubtful: true,
      hint: expect.stringContaining('may have been sent'),
    })
    expect(server.conversations).toHaveLength(1)
  })

  test('a file that another message has is a conflict', async () => {
    const { client, files, conversations } = messenger(recording)
    await client.files.messages.send({ ...TO, attachments: [AGENDA] })
    const [uid = ''] = files.keys()
    const error = await failure(client.files.messages.send({ ...TO, text: 'again', attachments: [uid] }))
    expect(error).toMatchObject({ code: 'conflict', errorCode: 'E1004', fileResources: [uid] })
    expect(conversations).toHaveLength(1)
  })

  test('the same message with the same uids again is the one that was sent', async () => {
    const { client, files, conversations } = messenger(recording)
    const first = await client.files.messages.send({ ...TO, attachments: [AGENDA] })
    const second = await client.files.messages.send({ ...TO, attachments: [...files.keys()] })
    expect(second.conversation).toBe(first.conversation)
    expect(conversations).toHaveLength(1)
  })

  test('files that are on the server when a send fails are carried, and not sent again', async () => {
    const server = messenger(recording)
    server.files.set('FrMinutes01', storedFile('FrMinutes01', 'MESSAGE_ATTACHMENT', 'm', 'text/plain', 'm'))
    const refused: Trouble = { status: 409, json: { status: 'ERROR', message: 'No recipients selected.' } }
    server.trouble = ({ method, path }) => (isSend(method, path) ? refused : undefined)
    const draft = { ...TO, attachments: ['FrMinutes01', AGENDA] }
    const error = await failure(server.client.files.messages.send(draft))
    const fileResources = error['fileResources'] as string[]
    expect(fileResources).toHaveLength(2)
    expect(fileResources[0]).toBe('FrMinutes01')
    server.trouble = () => undefined
    await server.client.files.messages.send({ ...TO, attachments: fileResources })
    expect(server.files.size).toBe(2)
  })

  test('an unknown attachment and an unknown conversation are not-found', async () => {
    const { client } = messenger(recording)
    const unknown = client.files.messages.send({ ...TO, attachments: ['Unknown0001'] })
    expect(await failure(unknown)).toMatchObject({ code: 'not-found' })
    const error = await failure(client.files.messages.listAttachments('Unknown0001'))
    expect(error).toMatchObject({ code: 'not-found', hint: undefined })
  })

  test('the recorded refusals have their codes', async () => {
    const server = messenger(recording)
    server.files.set('FrMinutes01', storedFile('FrMinutes01', 'MESSAGE_ATTACHMENT', 'm', 'text/plain', 'm'))
    const attachments = ['FrMinutes01']
    for (const [id, code] of [
      ['message.send.wrong-domain', 'conflict'],
      ['message.send.unknown-attachment', 'not-found'],
    ] as const) {
      server.trouble = ({ method, path }) => (isSend(method, path) ? recorded(recording, id) : undefined)
      expect(await failure(server.client.files.messages.send({ ...TO, attachments }))).toMatchObject({ code })
    }
    server.trouble = ({ path }) =>
      path.includes('/attachments/') ? recorded(recording, 'message.attachment.not-a-member') : undefined
    const download = await server.client.files.messages.downloadAttachment('Mc1', 'Ms1', 'FrMinutes01')
    expect(await failure(download.bytes())).toMatchObject({ code: 'forbidden', errorCode: 'E1006' })
  })
})

test('a message without text, subject or recipients is misuse', async () => {
  const { client } = scripted('2.43.1', {})
  for (const draft of [
    { ...TO, text: ' ' },
    { ...TO, subject: '' },
    { ...TO, users: [] },
  ]) {
    expect(await failure(client.files.messages.send(draft))).toBeInstanceOf(TypeError)
  }
})
