import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { type Capture, makeCapture } from '../../../../client/test/stories/capture.js'
import type { World } from '../harness/world.js'
import { type Cases, NOBODY } from './case.js'

const PERIOD = '202601'

function prepared(world: World): Promise<Capture> {
  return makeCapture({ client: world.client, prefix: 'e2e ' })
}

/** A data set with one value that is a file. @returns The words that select it. */
async function withValue(world: World): Promise<readonly string[]> {
  const { dataSet, dataElements, orgUnit } = await prepared(world)
  const file = new File(['A photo.'], 'صورة.txt', { type: 'text/plain' })
  await world.client.files.dataValues.upload(file, { de: dataElements.file, ou: orgUnit, pe: PERIOD, ds: dataSet })
  return ['--data-set', dataSet, '--org-unit', orgUnit, '--period', PERIOD]
}

export const MEDIA: Cases = {
  'media list': {
    table: true,
    given: withValue,
    json(value) {
      expect(value).toMatchObject([
        { kind: 'data-value', fileResource: { name: 'صورة.txt', contentLength: 8 }, when: PERIOD },
      ])
    },
    text: /^\w{11}\t\w{11}\/\w{11}\/202601\/\w{11}\tصورة\.txt\ttext\/plain\t8\t202601\n$/,
    usage: [[], ['--data-set', NOBODY], ['--data-set', 'short'], ['--program', NOBODY, '--data-set', NOBODY]],
  },
  'media upload': {
    async given(world) {
      const { dataElements, orgUnit, dataSet } = await prepared(world)
      await world.file('photo.txt', 'A photo.')
      return [
        'photo.txt',
        '--data-element',
        dataElements.file,
        '--org-unit',
        orgUnit,
        '--period',
        PERIOD,
        '--data-set',
        dataSet,
      ]
    },
    async json(value, world) {
      const { id } = value.fileResource
      expect(world.emulator.state.fileResources.get(id)).toMatchObject({ name: 'photo.txt', domain: 'DATA_VALUE' })
      expect(new TextDecoder().decode(await world.emulator.state.bytes(id))).toBe('A photo.')
    },
    text: /^uploaded \w{11} {2}photo\.txt as \w{11}\/\w{11}\/202601\n$/,
    unknown: [fileURLToPath(import.meta.url), '--event', NOBODY, '--data-element', NOBODY],
    usage: [
      [],
      ['photo.txt'],
      ['photo.txt', '--event', NOBODY],
      ['photo.txt', '--event', 'short', '--data-element', NOBODY],
    ],
  },
  'media download': {
    given: async (world) => [...(await withValue(world)), '--to', 'photos'],
    async json(value, world) {
      expect(value).toMatchObject({ files: [{ status: 'downloaded' }], summary: { done: 1 } })
      await expect(world.read('photos/صورة.txt')).resolves.toBe('A photo.')
    },
    text: /^downloaded \w{11} {2}صورة\.txt\n$/,
    usage: [
      [],
      ['--data-set', NOBODY],
      ['--to', 'x'],
      ['--to', 'x', '--program', NOBODY, '--name-template', '{nonsense}'],
    ],
  },
}
