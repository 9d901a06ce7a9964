import { expect } from 'vitest'
import type { World } from '../harness/world.js'
import { type Cases, NOBODY } from './case.js'
import { uploaded } from './documents.js'

/** A file resource that nothing refers to. @returns Its uid. */
export async function resource(world: World, name = 'photo.txt', content = 'A photo.'): Promise<string> {
  const file = new File([content], name, { type: 'text/plain' })
  return (await world.client.files.uploadFileResource(file, { domain: 'DATA_VALUE' })).id
}

function onlyFile(world: World): Record<string, any> {
  const [first, ...more] = [...world.emulator.state.fileResources.values()]
  expect(more).toEqual([])
  return first as Record<string, any>
}

export const RESOURCES: Cases = {
  'resources list': {
    table: true,
    async given(world) {
      await resource(world)
      await uploaded(world)
      return ['--order', 'name:desc']
    },
    json(value) {
      expect(value).toMatchObject([
        { name: 'report.txt', domain: 'DOCUMENT', contentLength: 9 },
        { name: 'photo.txt', domain: 'DATA_VALUE', contentLength: 8 },
      ])
    },
    text: /^\w{11}\tDOCUMENT\treport.txt\ttext\/plain\t9\t\S+\n\w{11}\tDATA_VALUE\tphoto.txt\t/,
    usage: [
      ['--domain', 'NOWHERE'],
      ['--page', 'x'],
    ],
  },
  'resources get': {
    given: async (world) => [await resource(world)],
    json(value, world) {
      expect(value).toMatchObject({ id: onlyFile(world)['id'], name: 'photo.txt', storageStatus: 'STORED' })
    },
    text: /^Uid: +\w{11}\nName: +photo.txt\nDomain: +DATA_VALUE\n/,
    unknown: [NOBODY],
    usage: [[], ['short']],
  },
  'resources upload': {
    async given(world) {
      await world.file('photo.txt', 'A photo.')
      return ['photo.txt', '--domain', 'DOCUMENT']
    },
    async json(value, world) {
      const file = onlyFile(world)
      expect(value).toMatchObject({ files: [{ status: 'uploaded', uid: file['id'] }], summary: { done: 1, failed: 0 } })
      expect(file).toMatchObject({ name: 'photo.txt', domain: 'DOCUMENT', contentLength: 8 })
    },
    text: /^uploaded \w{11} {2}photo\.txt\n$/,
    usage: [[], ['photo.txt', '--uid', 'short'], ['-'], ['photo.txt', '--until', 'later']],
  },
  'resources download': {
    async given(world) {
      await resource(world)
      await uploaded(world)
      return ['--all', '--to', 'files']
    },
    async json(value, world) {
      expect(value.summary).toMatchObject({ done: 2, failed: 0 })
      await expect(world.read('files/photo.txt')).resolves.toBe('A photo.')
      await expect(world.read('files/report.txt')).resolves.toBe('A report.')
    },
    text: /^(downloaded \w{11} {2}(photo|report)\.txt\n){2}$/,
    unknown: [NOBODY],
    usage: [[], ['--all'], [NOBODY, '--dimension', 'huge']],
  },
  'resources wait': {
    given: async (world) => [await resource(world)],
    json(value, world) {
      expect(value).toMatchObject({ id: onlyFile(world)['id'], storageStatus: 'STORED' })
    },
    text: /^stored \w{11} {2}photo.txt {2}8 B\n$/,
    unknown: [NOBODY],
    usage: [[], ['short'], [NOBODY, '--deadline', 'soon']],
  },
  'resources owners': {
    table: true,
    async given(world) {
      await uploaded(world)
      return [onlyFile(world)['storageKey']]
    },
    json(value, world) {
      const [id] = [...world.emulator.state.documents.values()].map((document) => document.id)
      expect(value).toMatchObject([{ domain: 'DOCUMENT', id }])
    },
    text: /^DOCUMENT\t\w{11}\n$/,
    usage: [[], ['a', 'b']],
  },
}
