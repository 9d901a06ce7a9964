import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { World } from '../harness/world.js'
import { type Cases, NOBODY } from './case.js'

/** An uploaded document of the operator's, shared with nobody. @returns Its uid. */
export async function uploaded(world: World, name = 'Malaria report', content = 'A report.'): Promise<string> {
  const bytes = new TextEncoder().encode(content)
  return (await world.client.files.uploadDocument(bytes, { name, filename: 'report.txt' })).uid
}

/** A document that is a link. @returns Its uid. */
export async function linked(world: World, name = 'WHO guidelines'): Promise<string> {
  return (await world.client.files.createExternalDocument({ name, url: 'https://www.who.int/publications' })).id
}

/** The only document of the server. */
export function onlyDocument(world: World): Record<string, any> {
  const [first, ...more] = [...world.emulator.state.documents.values()]
  expect(more).toEqual([])
  return first as Record<string, any>
}

export const DOCUMENTS: Cases = {
  'documents list': {
    table: true,
    async given(world) {
      await uploaded(world, 'تقرير الملاريا 🦟 for the whole of the northern region, first and second quarter')
      await linked(world)
      return ['--order', 'name:asc']
    },
    json(value) {
      expect(value).toMatchObject([
        { name: 'WHO guidelines', external: true, url: 'https://www.who.int/publications' },
        { name: 'تقرير الملاريا 🦟 for the whole of the northern region, first and second quarter', external: false },
      ])
    },
    text: /^\w{11}\tlink\tWHO guidelines\t\S+\thttps:\/\/www.who.int\/publications\n\w{11}\tfile\tتقرير/,
    usage: [['--limit', 'many'], ['--limit', '0'], ['--nonsense'], ['surplus']],
  },
  'documents get': {
    given: async (world) => [await uploaded(world)],
    json(value, world) {
      const { id, url } = onlyDocument(world)
      expect(value).toMatchObject({ id, url, name: 'Malaria report', fileResource: { id: url, contentLength: 9 } })
    },
    text: /^Uid: +\w{11}\nName: +Malaria report\nFile: +report.txt \(text\/plain, 9 B\)\n/,
    unknown: [NOBODY],
    usage: [[], ['one', 'two']],
  },
  'documents upload': {
    async given(world) {
      await world.file('one.txt', 'One.')
      await world.file('تقرير 🦟.txt', 'Two.')
      return ['one.txt', 'تقرير 🦟.txt', '--public', 'read']
    },
    async json(value, world) {
      expect(value).toMatchObject({
        files: [
          { status: 'uploaded', name: 'one.txt' },
          { status: 'uploaded', name: 'تقرير 🦟.txt' },
        ],
        summary: { done: 2, skipped: 0, failed: 0, left: 0, bytes: 8 },
      })
      for (const [index, content] of ['One.', 'Two.'].entries()) {
        const { uid, name } = value.files[index]
        const document = world.emulator.state.documents.get(uid) as Record<string, any>
        expect(document).toMatchObject({ name, external: false, sharing: { public: 'r-------' } })
        expect(new TextDecoder().decode(await world.emulator.state.bytes(document['url']))).toBe(content)
      }
      expect(world.emulator.state.documents.size).toBe(2)
    },
    text: /^uploaded \w{11} {2}one\.txt\nuploaded \w{11} {2}تقرير 🦟\.txt\n$|^uploaded \w{11} {2}تقرير 🦟\.txt\nuploaded \w{11} {2}one\.txt\n$/,
    usage: [
      [],
      ['-'],
      ['one.txt', 'two.txt', '--name', 'Both'],
      ['one.txt', '--concurrency', '0'],
      ['.'],
      ['*.pdf'],
      ['one.txt', '--public', 'all'],
    ],
  },
  'documents download': {
    async given(world) {
      await uploaded(world)
      await uploaded(world, 'Quarterly', 'Another report.')
      await linked(world)
      return ['--all', '--to', 'backup']
    },
    async json(value, world) {
      const statuses = value.files.map(({ status }: { status: string }) => status)
      expect(statuses.sort()).toEqual(['downloaded', 'downloaded', 'link'])
      const contents = value.files
        .flatMap(({ path }: { path?: string }) => path ?? [])
        .map((one: string) => world.read(one))
      expect((await Promise.all(contents)).sort()).toEqual(['A report.', 'Another report.'])
      expect((await world.read('backup/manifest.ndjson')).trimEnd().split('\n')).toHaveLength(3)
    },
    text: /^skipped \w{11} {2}WHO guidelines: it is a link to \S+\ndownloaded \w{11} {2}report.*\.txt\ndownloaded \w{11} {2}report.*\.txt\n$/,
    unknown: [NOBODY, '--to', 'backup/'],
    usage: [
      [],
      ['short'],
      ['--all'],
      [NOBODY, '--all', '--to', 'x'],
      ['--all', '--to', 'x', '--name-template', 'same'],
      ['--all', '--to', 'x', '--on-conflict', 'ask'],
    ],
  },
  'documents replace': {
    async given(world) {
      await world.file('revised.txt', 'A revised report.')
      return [await uploaded(world), 'revised.txt']
    },
    async json(value, world) {
      const { id, name, url } = onlyDocument(world)
      expect(value).toMatchObject({ leftBehind: expect.any(String) })
      expect({ id, name }).toMatchObject({ name: 'Malaria report' })
      expect(new TextDecoder().decode(await world.emulator.state.bytes(url))).toBe('A revised report.')
    },
    text: /^replaced the file of \w{11} {2}Malaria report\n$/,
    unknown: [NOBODY, fileURLToPath(import.meta.url)],
    usage: [[], [NOBODY], ['short', 'revised.txt'], [NOBODY, '-']],
  },
  'documents link': {
    given: () => ['WHO guidelines', 'https://www.who.int/malaria', '--code', 'WHO'],
    json(value, world) {
      expect(onlyDocument(world)).toMatchObject({
        id: value.id,
        name: 'WHO guidelines',
        code: 'WHO',
        url: 'https://www.who.int/malaria',
        external: true,
      })
    },
    text: /^created \w{11} {2}WHO guidelines -> https:\/\/www.who.int\/malaria\n$/,
    usage: [['only a name'], ['name', 'https://example.org', '--uid', 'short']],
  },
  'documents rename': {
    given: async (world) => [await uploaded(world), 'Malaria report 2026'],
    async json(_, world) {
      const { name, url } = onlyDocument(world)
      expect(name).toBe('Malaria report 2026')
      expect(new TextDecoder().decode(await world.emulator.state.bytes(url))).toBe('A report.')
    },
    text: /^renamed \w{11} {2}Malaria report 2026\n$/,
    unknown: [NOBODY, 'Another name'],
    usage: [[], [NOBODY], ['short', 'Another name']],
  },
  'documents update': {
    given: async (world) => [await linked(world), '--url', 'https://example.org/new', '--name', 'New name'],
    json(_, world) {
      expect(onlyDocument(world)).toMatchObject({ name: 'New name', url: 'https://example.org/new' })
    },
    text: /^updated \w{11} {2}New name -> https:\/\/example.org\/new\n$/,
    unknown: [NOBODY, '--name', 'New name'],
    usage: [[], [NOBODY], ['short', '--name', 'x']],
  },
  'documents delete': {
    given: async (world) => [await uploaded(world), await linked(world)],
    json(value, world) {
      expect(value).toMatchObject([{ status: 'deleted' }, { status: 'deleted' }])
      expect(world.emulator.state.documents.size).toBe(0)
    },
    text: /^deleted \w{11} {2}Malaria report\ndeleted \w{11} {2}WHO guidelines\n$/,
    unknown: [NOBODY],
    usage: [[], ['short']],
  },
  'documents share': {
    given: async (world) => [await uploaded(world), '--public', 'read'],
    json(_, world) {
      expect(onlyDocument(world)['sharing']).toMatchObject({ public: 'r-------' })
    },
    text: /^Owner: .*\nPublic: +r-------\n/,
    unknown: [NOBODY, '--public', 'none'],
    usage: [[], ['short'], [NOBODY, '--public', 'everything'], [NOBODY, '--user', 'nobody']],
  },
}
