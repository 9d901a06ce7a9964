import { expect } from 'vitest'
import type { World } from '../harness/world.js'
import { type Cases, NOBODY } from './case.js'

async function conversation(world: World): Promise<string> {
  const { id } = await world.client.system.me()
  const attachments = [new File(['Agenda.'], 'agenda.txt'), new File(['Carte.'], 'carte é.txt')]
  const sent = await world.client.files.messages.send({
    subject: 'Meeting',
    text: 'See both.',
    users: [id],
    attachments,
  })
  return sent.conversation
}

function conversations(world: World): Record<string, any>[] {
  return [...world.emulator.state.collection('messageConversations').values()]
}

export const MESSAGES: Cases = {
  'messages send': {
    async given(world) {
      await world.file('stock.csv', 'a,b\n')
      const { id } = await world.client.system.me()
      return ['Stock in March', '--text', 'See the sheet.', '--user', id, '--attach', 'stock.csv']
    },
    async json(value, world) {
      expect(conversations(world).map(({ id }) => id)).toEqual([value.conversation])
      const [attachment] = await world.client.files.messages.listAttachments(value.conversation)
      expect(attachment?.fileResource).toMatchObject({ name: 'stock.csv', contentLength: 4 })
    },
    text: /^sent \w{11} {2}Stock in March \(1 attachment\)\n$/,
    usage: [
      [],
      ['Subject', '--user', NOBODY],
      ['Subject', '--text', 'x'],
      ['Subject', '--text', 'x', '--user', 'short'],
    ],
  },
  'messages reply': {
    async given(world) {
      await world.file('signed.txt', 'Signed.')
      return [await conversation(world), '--text', 'Signed.', '--attach', 'signed.txt']
    },
    async json(value, world) {
      const names = await world.client.files.messages.listAttachments(value.conversation)
      expect(names.map(({ fileResource }) => fileResource?.name).sort()).toEqual([
        'agenda.txt',
        'carte é.txt',
        'signed.txt',
      ])
    },
    text: /^replied \w{11} {2}\(1 attachment\)\n$/,
    unknown: [NOBODY, '--text', 'Nobody reads this.'],
    usage: [[], [NOBODY], ['short', '--text', 'x'], [NOBODY, '--text', ' ']],
  },
  'messages attachments': {
    table: true,
    given: async (world) => [await conversation(world)],
    json(value) {
      expect(value).toHaveLength(2)
      expect(value).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ fileResource: expect.objectContaining({ name: 'agenda.txt' }) }),
        ]),
      )
    },
    text: /^\w{11}\t\w{11}\t(agenda|carte é)\.txt\t\S+\t\d\n\w{11}\t/,
    unknown: [NOBODY],
    usage: [[], ['short']],
  },
  'messages download': {
    async given(world) {
      await world.file('to/.keep', '')
      return [await conversation(world), '--to', 'to']
    },
    async json(value, world) {
      expect(value).toHaveLength(2)
      await expect(world.read('to/agenda.txt')).resolves.toBe('Agenda.')
      await expect(world.read('to/carte é.txt')).resolves.toBe('Carte.')
    },
    text: /^saved \S+\/to\/(agenda|carte é)\.txt {2}\d B\nsaved .*\n$/,
    unknown: [NOBODY],
    usage: [[], ['short'], [NOBODY, 'short']],
  },
}
