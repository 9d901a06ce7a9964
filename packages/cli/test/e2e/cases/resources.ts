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
