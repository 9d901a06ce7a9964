import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { World } from '../harness/world.js'
import { type Cases, NOBODY } from './case.js'

const FIXTURES = new URL('../../../../../test/conformance/fixtures/', import.meta.url)

async function picture(world: World, name: string, fixture = name): Promise<string> {
  return world.file(name, await readFile(fileURLToPath(new URL(fixture, FIXTURES))))
}

async function pictureFile(name: string, fixture = name): Promise<File> {
  return new File([await readFile(fileURLToPath(new URL(fixture, FIXTURES)))], name)
}

async function ownIcon(world: World, key = 'clinic'): Promise<string> {
  return (await world.client.files.icons.create(await pictureFile('icon.png'), { key, keywords: ['health'] })).key
}

/** An organisation unit. @returns Its uid. */
export async function unit(world: World): Promise<string> {
  const id = world.emulator.state.newUid()
  const organisationUnits = [{ id, name: 'Clinic', shortName: 'Clinic', openingDate: '2020-01-01T00:00:00.000' }]
  await world.client.request('api/metadata?importStrategy=CREATE', { method: 'POST', json: { organisationUnits } })
  return id
}

async function unitWithPicture(world: World): Promise<string> {
  const uid = await unit(world)
  await world.client.files.orgUnitImages.set(uid, await pictureFile('photo.png'))
  return uid
}

/** That of the unit alone. */
async function pictureOf(world: World): Promise<unknown> {
  const [only] = [...world.emulator.state.organisationUnits.values()]
  return world.client.files.orgUnitImages.get(only?.id ?? '')
}

const PNG = '\u0089PNG'

export const PICTURES: Cases = {
  'icons list': {
    table: true,
    async given(world) {
      await ownIcon(world)
      return ['--custom']
    },
    json(value) {
      expect(value).toMatchObject([{ key: 'clinic', custom: true, keywords: ['health'] }])
    },
    text: /^clinic\tcustom\t\thealth\n$/,
    usage: [['--limit', '-1'], ['surplus']],
  },
  'icons get': {
    given: async (world) => [await ownIcon(world)],
    json(value) {
      expect(value).toMatchObject({ key: 'clinic', custom: true })
    },
    text: /^Key: +clinic\nType: +custom\nKeywords: +health\n/,
    unknown: ['no_such_icon'],
    usage: [[], ['one', 'two']],
  },
  'icons create': {
    async given(world) {
      await picture(world, 'clinic.png', 'icon.png')
      return ['clinic.png', '--description', 'A clinic', '--keyword', 'health']
    },
    async json(value, world) {
      expect(value).toMatchObject({ key: 'clinic', description: 'A clinic', keywords: ['health'], custom: true })
      await expect(world.client.files.icons.get('clinic')).resolves.toMatchObject({ description: 'A clinic' })
    },
    text: /^created clinic\n$/,
    usage: [[], ['-'], ['a clinic.png']],
  },
  'icons update': {
    given: async (world) => [await ownIcon(world), '--keyword', 'building'],
    async json(_, world) {
      await expect(world.client.files.icons.get('clinic')).resolves.toMatchObject({ keywords: ['building'] })
    },
    text: /^updated clinic\n$/,
    unknown: ['no_such_icon', '--keyword', 'building'],
    usage: [[], ['clinic'], ['clinic', '--keyword', 'x', '--clear-keywords']],
  },
  'icons remove': {
    given: async (world) => [await ownIcon(world), await ownIcon(world, 'tent')],
    async json(value, world) {
      expect(value).toMatchObject([
        { status: 'deleted', key: 'clinic' },
        { status: 'deleted', key: 'tent' },
      ])
      await expect(world.client.files.icons.list({ type: 'CUSTOM' })).resolves.toMatchObject({ items: [] })
    },
    text: /^deleted clinic\ndeleted tent\n$/,
    unknown: ['no_such_icon'],
    usage: [[]],
  },
  'icons download': {
    given: async (world) => [await ownIcon(world), '--to', 'clinic.png'],
    async json(value, world) {
      expect(value).toMatchObject({ status: 'saved', path: world.path('clinic.png') })
      expect(await world.read('clinic.png', 'latin1')).toContain(PNG)
    },
    text: /^saved \S+\/clinic\.png {2}\S+ [kM]?B\n$/,
    unknown: ['no_such_icon'],
    usage: [[]],
  },
  'avatars get': {
    async given(world) {
      await world.client.files.avatars.set(await pictureFile('photo.png'))
      return []
    },
    json(value) {
      expect(value).toMatchObject({ name: 'photo.png', domain: 'USER_AVATAR' })
    },
    text: /^Uid: +\w{11}\nName: +photo.png\nDomain: +USER_AVATAR\n/,
    unknown: ['--user', NOBODY],
    usage: [['--user', 'short']],
  },
  'avatars set': {
    async given(world) {
      await picture(world, 'me.png', 'photo.png')
      return ['me.png']
    },
    async json(value, world) {
      await expect(world.client.files.avatars.get()).resolves.toMatchObject({ id: value.id, name: 'me.png' })
    },
    text: /^set your avatar to me\.png \(\w{11}\)\n$/,
    usage: [[], ['me.png', '--user', 'short']],
  },
  'avatars remove': {
    async given(world) {
      await world.client.files.avatars.set(await pictureFile('photo.png'))
      return []
    },
    async json(value, world) {
      expect(value).toMatchObject({ status: 'removed' })
      await expect(world.client.files.avatars.get()).resolves.toBeUndefined()
    },
    text: /^removed your avatar\n$/,
    unknown: ['--user', NOBODY],
    usage: [['surplus'], ['--user', 'short']],
  },
  'avatars download': {
    async given(world) {
      await world.client.files.avatars.set(await pictureFile('photo.png'))
      return ['--to', 'me.png']
    },
    async json(value, world) {
      expect(value).toMatchObject({ status: 'saved', path: world.path('me.png') })
      expect(await world.read('me.png', 'latin1')).toContain(PNG)
    },
    text: /^saved \S+\/me\.png {2}\S+ [kM]?B\n$/,
    unknown: ['--user', NOBODY],
    usage: [
      ['--user', 'short'],
      ['--dimension', 'huge'],
    ],
  },
  'orgunits get': {
    given: async (world) => [await unitWithPicture(world)],
    json(value) {
      expect(value).toMatchObject({ name: 'photo.png', domain: 'ORG_UNIT' })
    },
    text: /^Uid: +\w{11}\nName: +photo.png\nDomain: +ORG_UNIT\n/,
    unknown: [NOBODY],
    usage: [[], ['short']],
  },
  'orgunits set': {
    async given(world) {
      await picture(world, 'clinic.jpg', 'photo.jpg')
      return [await unit(world), 'clinic.jpg']
    },
    async json(value, world) {
      await expect(pictureOf(world)).resolves.toMatchObject({ id: value.id, name: 'clinic.jpg' })
    },
    text: /^set \w{11} {2}clinic\.jpg \(\w{11}\)\n$/,
    unknown: [NOBODY, fileURLToPath(new URL('photo.png', FIXTURES))],
    usage: [[], [NOBODY], ['short', 'clinic.jpg']],
  },
  'orgunits remove': {
    given: async (world) => [await unitWithPicture(world)],
    async json(value, world) {
      expect(value).toMatchObject({ status: 'removed' })
      await expect(pictureOf(world)).resolves.toBeUndefined()
    },
    text: /^removed \w{11} {2}photo\.png\n$/,
    unknown: [NOBODY],
    usage: [[], ['short']],
  },
  'orgunits download': {
    given: async (world) => [await unitWithPicture(world), '--to', 'clinic.png'],
    async json(value, world) {
      expect(value).toMatchObject({ status: 'saved', path: world.path('clinic.png') })
      expect(await world.read('clinic.png', 'latin1')).toContain(PNG)
    },
    text: /^saved \S+\/clinic\.png {2}\S+ [kM]?B\n$/,
    unknown: [NOBODY],
    usage: [[], ['short'], [NOBODY, '--dimension', 'huge']],
  },
}
