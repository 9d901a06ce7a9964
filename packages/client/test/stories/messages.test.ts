import { afterAll, expect, test } from 'vitest'
import { createUid } from '../../src/node.js'
import { failure } from '../doubles/failure.js'
import { text } from './capture.js'
import { describeTargets } from './targets.js'

describeTargets('messages', (target) => {
  afterAll(async () => {
    if (target.emulator !== undefined) return
    const query = { filter: `subject:like:${target.prefix.trim()}`, fields: 'id', pageSize: 200 }
    const list = await (await target.client.request('api/messageConversations', { query })).json()
    for (const { id } of (list as { messageConversations: readonly { id: string }[] }).messageConversations) {
      await target.client
        .request(`api/messageConversations/${id}`, { method: 'DELETE' })
        .catch((error: Error) => console.log(`Left on the server: conversation ${id}: ${error.message}`))
    }
  })
  const named = (name: string, content: string): File =>
    new File([content], `${target.prefix}${name}`, { type: 'text/plain' })
  const draft = async (subject: string) => {
    const { id } = await target.client.system.me()
    return { subject: `${target.prefix}${subject}`, text: 'See the agenda — ordre du jour', users: [id] }
  }

  test('files go with a message and a reply, are listed and come back', async () => {
    const { messages } = target.client.files
    const sent = await messages.send({
      ...(await draft('meeting')),
      attachments: [named('agenda.txt', 'agenda'), named('map.txt', 'map')],
    })
    await messages.reply(sent.conversation, {
      text: 'et le procès-verbal',
      attachments: [named('minutes.txt', 'minutes')],
    })
    const listed = await messages.listAttachments(sent.conversation)
    expect(listed.map(({ fileResource }) => fileResource?.name.replace(target.prefix, '')).sort()).toEqual([
      'agenda.txt',
      'map.txt',
      'minutes.txt',
    ])
    for (const { conversation, message, file, fileResource } of listed) {
      const download = await messages.downloadAttachment(conversation, message, file)
      expect(`${target.prefix}${await text(download)}.txt`).toBe(fileResource?.name)
    }
    const read = await target.client.request(`api/messageConversations/${sent.conversation}?fields=messages[text]`)
    expect(await read.json()).toMatchObject({
      messages: expect.arrayContaining([{ text: 'See the agenda — ordre du jour' }, { text: 'et le procès-verbal' }]),
    })
  })

  test('a message needs no file', async () => {
    const { messages } = target.client.files
    const { conversation } = await messages.send(await draft('plain'))
    expect(await messages.listAttachments(conversation)).toEqual([])
  })

  test('a file is in one message: the same message again is found, another one is a conflict', async () => {
    const { messages } = target.client.files
    const message = await draft('once')
    const sent = await messages.send({ ...message, attachments: [named('once.txt', 'once')] })
    const attachments = sent.attachments.map(({ id }) => id)
    expect((await messages.send({ ...message, attachments })).conversation).toBe(sent.conversation)
    const error = await failure(messages.send({ ...message, text: 'another', attachments }))
    expect(error).toMatchObject({ code: 'conflict', errorCode: 'E1004', fileResources: attachments })
  })

  test('what is not there is not-found', async () => {
    const { messages } = target.client.files
    const attachments = [createUid()]
    expect(await failure(messages.send({ ...(await draft('none')), attachments }))).toMatchObject({ code: 'not-found' })
    expect(await failure(messages.listAttachments(createUid()))).toMatchObject({ code: 'not-found' })
    const { conversation } = await messages.send({ ...(await draft('one')), attachments: [named('a.txt', 'a')] })
    const [one] = await messages.listAttachments(conversation)
    const other = await messages.send({ ...(await draft('two')), attachments: [named('b.txt', 'b')] })
    const foreign = await messages.downloadAttachment(conversation, one?.message ?? '', other.attachments[0]?.id ?? '')
    expect(await failure(foreign.bytes())).toMatchObject({ code: 'not-found' })
  })

  test.runIf(process.env['DHIS2_URL'] === undefined)(
    'a send whose answer is lost arrives once, with a file by being found, without by not being repeated',
    async () => {
      const { emulator } = target
      if (emulator === undefined) throw new Error('no emulator')
      const { messages } = target.client.files
      const fault = { kind: 'lost-answer', route: 'POST /api/messageConversations', count: 1 } as const
      const subjects = async (): Promise<string[]> => {
        const list = 'api/messageConversations?fields=subject&paging=false'
        const json = (await (await target.client.request(list)).json()) as {
          messageConversations: { subject: string }[]
        }
        return json.messageConversations.map(({ subject }) => subject.replace(target.prefix, ''))
      }
      emulator.inject(fault)
      const sent = await messages.send({ ...(await draft('lost with')), attachments: [named('l.txt', 'l')] })
      expect(await messages.listAttachments(sent.conversation)).toHaveLength(1)
      emulator.inject(fault)
      const error = await failure(messages.send(await draft('lost without')))
      expect(error).toMatchObject({ doubtful: true, hint: expect.stringContaining('may have been sent') })
      const there = await subjects()
      expect(there.filter((subject) => subject === 'lost with')).toHaveLength(1)
      expect(there.filter((subject) => subject === 'lost without')).toHaveLength(1)

      emulator.inject({ ...fault, route: `POST /api/messageConversations/${sent.conversation}` })
      await messages.reply(sent.conversation, { text: 'lost', attachments: [named('r.txt', 'r')] })
      expect(await messages.listAttachments(sent.conversation)).toHaveLength(2)
    },
  )
})
