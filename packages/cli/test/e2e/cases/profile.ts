import { readFile, stat } from 'node:fs/promises'
import { expect } from 'vitest'
import { PASSWORD } from '../harness/secrets.js'
import type { World } from '../harness/world.js'
import type { Cases } from './case.js'

const LOCAL = 'it is about a file of this machine'
const BY_ENVIRONMENT = { DHIS2_PASSWORD: PASSWORD }

/** What the profile file says, which nobody else can read. */
async function saved(world: World): Promise<string> {
  expect((await stat(world.profilesPath)).mode & 0o777).toBe(0o600)
  return readFile(world.profilesPath, 'utf8')
}

/** The profile `here`, for sign-in by session. */
async function session(world: World): Promise<void> {
  await world.saveProfile({ base_url: world.url, auth: 'session', username: 'operator' })
}

export const PROFILE: Cases = {
  'profile list': {
    local: LOCAL,
    table: true,
    given: () => [],
    json(value, world) {
      expect(value).toMatchObject([
        { name: 'here', base_url: world.url, auth: 'basic', username: 'operator', default: true },
      ])
      expect(value[0]).not.toHaveProperty('password')
    },
    text: /^\*\there\tglobal\tbasic\toperator\thttp:\/\/127\S+\n$/,
    usage: [['surplus'], ['--nonsense']],
  },
  'profile show': {
    local: LOCAL,
    given: () => ['here'],
    json(value, world) {
      expect(value).toMatchObject({ name: 'here', base_url: world.url, secrets: [{ name: 'password' }] })
    },
    text: /^Name: +here\nURL: +http:\S+\nAuth: +basic\nUser: +operator\nPassword: +\S+ in .*\n/,
    usage: [['one', 'two']],
  },
  'profile add': {
    local: LOCAL,
    env: BY_ENVIRONMENT,
    given: ({ url }) => [
      'play',
      '--url',
      url,
      '--auth',
      'basic',
      '--username',
      'operator',
      '--from-env',
      '--keep',
      'file',
    ],
    async json(value, world) {
      expect(value).toMatchObject({ status: 'added', name: 'play', base_url: world.url })
      expect(await saved(world)).toMatch(/\[profiles\.here\][\s\S]*\[profiles\.play\]/)
      expect(await world.run(['documents', 'list', '--profile', 'play', '--json'])).toMatchObject({
        code: 0,
        stdout: '[]\n',
      })
    },
    text: /^added play {2}http:\S+ \(basic\) in \S+; secrets in the same file \(0600\)\n$/,
    usage: [
      [],
      ['play'],
      ['play', '--url', 'http://127.0.0.1'],
      ['play', '--auth', 'magic'],
      ['play', '--global', '--local'],
    ],
  },
  'profile remove': {
    local: LOCAL,
    given: () => ['here'],
    async json(value, world) {
      expect(value).toMatchObject({ status: 'removed', name: 'here', was_default: true })
      expect(await saved(world)).not.toMatch(/here|operator/)
    },
    text: /^removed here from \S+\n$/,
    usage: [[], ['here', '--global', '--local']],
  },
  'profile rename': {
    local: LOCAL,
    given: () => ['here', 'there'],
    async json(value, world) {
      expect(value).toMatchObject({ status: 'renamed', name: 'there' })
      expect(await saved(world)).toMatch(/^default = "there"\n\n\[profiles\.there\]\n/)
    },
    text: /^renamed here to there {2}http:/,
    usage: [[], ['here']],
  },
  'profile default': {
    local: LOCAL,
    given: () => ['here'],
    async json(value, world) {
      expect(value).toMatchObject({ status: 'saved', default: 'here' })
      expect(await saved(world)).toMatch(/^default = "here"\n/)
    },
    text: /^here is the default in \S+\n$/,
    usage: [
      ['here', '--clear'],
      ['here', '--global', '--local'],
    ],
  },
  'profile verify': {
    given: () => ['here'],
    json(value, world) {
      expect(value).toMatchObject({
        name: 'here',
        ok: true,
        base_url: world.url,
        username: 'operator',
        can_write: true,
      })
      expect(value.version).toContain(world.version)
    },
    text: /^Profile: +here: good\nURL: +http:\S+\nUser: +operator\nVersion: +2\.4\S+\nLatency: +\d+ ms\nWriting: +files can be written\n/,
    usage: [
      ['here', '--all'],
      ['one', 'two'],
    ],
  },
  'profile login': {
    local: 'its password comes another way: see sign-in.test.ts',
    env: BY_ENVIRONMENT,
    async given(world) {
      await session(world)
      return ['here', '--from-env', '--keep', 'file']
    },
    async json(value, world) {
      expect(value).toMatchObject({ status: 'signed-in', name: 'here', username: 'operator' })
      expect(await world.run(['documents', 'list', '--json'])).toMatchObject({ code: 0, stdout: '[]\n' })
    },
    text: /^signed in to http:\S+ as operator \(kept in the file\b.*\)\n$/,
    usage: [['one', 'two'], ['--keep', 'nowhere'], ['here']],
  },
  'profile logout': {
    local: 'what is to be forgotten is forgotten without a server too',
    async given(world) {
      await session(world)
      const ran = await world.run(['profile', 'login', '--from-env', '--keep', 'file'], { env: BY_ENVIRONMENT })
      expect(ran.code, ran.stderr).toBe(0)
      return ['here']
    },
    async json(value, world) {
      expect(value).toMatchObject({ status: 'signed-out', name: 'here', ended_on_server: true })
      expect((await world.run(['documents', 'list'])).code).toBe(4)
    },
    text: /^signed out here of http:\S+\n$/,
    usage: [['one', 'two']],
  },
  'profile env': {
    local: LOCAL,
    reveals: true,
    given: () => ['here'],
    json(value, world) {
      expect(value).toMatchObject({ DHIS2_URL: world.url, DHIS2_USERNAME: 'operator', DHIS2_PASSWORD: PASSWORD })
    },
    text: /export DHIS2_URL=.*\n[\s\S]*export DHIS2_PASSWORD=/,
    usage: [
      ['one', 'two'],
      ['here', '--shell', 'tcsh'],
    ],
  },
}
