import { lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { NewProfile, ProfileStore } from '../src/index.js'
import { createWorld, MemoryKeyring, modeOf, textOf, type World } from './world.js'

const PROD: NewProfile = {
  name: 'prod',
  baseUrl: 'https://dhis2.example.org/hmis',
  auth: 'pat',
  secrets: { token: ' d2p_secret\n' },
}

function settingsOf(world: World): string {
  return textOf(join(dirname(world.globalPath), 'dhis2-files.toml'))
}

function onlyEntry(keyring: MemoryKeyring): unknown {
  expect(keyring.entries.size).toBe(1)
  const { origin, text } = JSON.parse([...keyring.entries.values()][0] ?? '') as { origin: string; text: string }
  return { origin, secrets: JSON.parse(text) as unknown }
}

async function secretsOf(store: ProfileStore, name: string): Promise<Record<string, string | undefined>> {
  const secrets = Object.entries(await store.secrets(store.get(name)))
  return Object.fromEntries(secrets.map(([key, secret]) => [key, secret?.reveal()]))
}

describe('a new profile', () => {
  test('is in the file of the user, with its secret in the keyring', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    const store = await world.open({ keyring })
    const added = await store.add({ ...PROD, version: 'v43', settings: { readOnly: true, proxy: false } })
    expect(added).toMatchObject({ path: world.globalPath, place: 'keyring', fallback: undefined })
    expect(added.profile).toMatchObject({ name: 'prod', settings: { readOnly: true, proxy: false } })
    expect(textOf(world.globalPath)).toBe(
      '[profiles.prod]\nbase_url = "https://dhis2.example.org/hmis"\nauth = "pat"\nversion = "v43"\n',
    )
    expect(settingsOf(world)).toMatch(
      /^\[profiles\.prod\]\nproxy = false\nread_only = true\nid = "prod\.[0-9a-f]{12}"\nsecrets = "keyring"\n$/,
    )
    expect(onlyEntry(keyring)).toEqual({ origin: 'https://dhis2.example.org', secrets: { token: 'd2p_secret' } })
    expect(await secretsOf(await world.open({ keyring }), 'prod')).toEqual({ token: 'd2p_secret' })
  })

  test('is written for its owner alone, in a folder that is its owner’s', async () => {
    const world = createWorld()
    await (await world.open()).add({ ...PROD, settings: { readOnly: true } })
    const folder = dirname(world.globalPath)
    expect([folder, world.globalPath, join(folder, 'dhis2-files.toml')].map(modeOf)).toEqual(['700', '600', '600'])
    expect(readdirSync(folder).sort()).toEqual(['dhis2-files.toml', 'profiles.toml'])
  })

  test('has its secret in the file where that is wanted, as dhis2w-utils reads it', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    const store = await world.open({ keyring })
    expect(await store.add(PROD, { keep: 'file', scope: 'project' })).toMatchObject({
      place: 'file',
      fallback: undefined,
    })
    expect(textOf(world.projectPath)).toContain('token = "d2p_secret"\n')
    expect(keyring.entries.size).toBe(0)
  })

  test('has its secret in the file where there is no keyring, and the result says why', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    keyring.failure = new Error('Platform failure: DBus error\nmore')
    const added = await (await world.open({ keyring })).add(PROD)
    expect(added.place).toBe('file')
    expect(added.fallback).toBe(
      'The system keyring cannot be used (Platform failure: DBus error): a file has it now that only you can read (mode 0600).',
    )
    expect(textOf(world.globalPath)).toContain('token = "d2p_secret"\n')
  })

  test('has its secret in the file when the keyring gives back something else', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    keyring.get = async () => 'something else'
    expect(await (await world.open({ keyring })).add(PROD)).toMatchObject({ place: 'file' })
  })

  test('may become the default', async () => {
    const world = createWorld()
    world.write(world.globalPath, '# mine\n')
    const store = await world.open()
    await store.add(PROD, { makeDefault: true })
    expect(store.resolve()).toMatchObject({ name: 'prod', source: { chosenBy: 'global default' } })
  })

  test('keeps what is in the file, byte for byte, and makes it private', async () => {
    const world = createWorld()
    const before =
      '\uFEFF# mine\r\n[profiles.a]\r\nbase_url="https://a" # x\r\nauth=\'pat\'\r\n[other]\r\nunknown=[1,\r\n2]'
    world.write(world.globalPath, before, 0o644)
    await (await world.open()).add(PROD)
    expect(textOf(world.globalPath).startsWith(before)).toBe(true)
    expect(modeOf(world.globalPath)).toBe('600')
  })

  test('takes no name that is there, and none that cannot be one', async () => {
    const world = createWorld()
    const store = await world.open()
    await store.add(PROD)
    await expect(store.add(PROD)).rejects.toMatchObject({ code: 'already-exists' })
    for (const name of ['', '1a', 'a-b', 'a b', 'é', 'a'.repeat(65)]) {
      await expect(store.add({ ...PROD, name })).rejects.toMatchObject({ code: 'invalid-name' })
    }
    expect((await store.add({ ...PROD, name: 'A_9'.padEnd(64, 'x') })).path).toBe(world.globalPath)
  })

  test.each([
    [{ baseUrl: 'https://u:topsecret@host' }, /holds a user name or password/],
    [{ baseUrl: 'nowhere' }, /is no URL/],
    [{ auth: 'basic', username: 'a:b' }, /must not hold a colon/],
    [{ auth: 'oauth2', redirectUri: 'localhost' }, /redirect_uri is no URL/],
    [{ secrets: { token: 'd2p topsecret' } }, /its token has characters/],
    [{ secrets: { cookie: 'a\nb=topsecret' } }, /its cookie has characters/],
    [{ secrets: { password: '' } }, /its password is empty/],
    [{ settings: { connections: 0 } }, /connections .* must be a whole number/],
    [{ settings: { proxy: 'host:3128' } }, /proxy .* must be a URL/],
    [{ settings: { proxy: 'http://u:•••@host:3128' } }, /proxy .* must be a URL/],
  ] as const)('is refused with %j', async (more, message) => {
    const world = createWorld()
    const error = await (await world.open()).add({ ...PROD, ...more } as NewProfile).catch((thrown: unknown) => thrown)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).not.toContain('topsecret')
    expect(readdirSync(world.home)).toEqual([])
  })

  test('has its bare session id as a cookie', async () => {
    const world = createWorld()
    const store = await world.open()
    await store.add({ ...PROD, auth: 'session', secrets: { cookie: 'ABC123', xsrfToken: 'x1' } })
    expect(await secretsOf(store, 'prod')).toEqual({ cookie: 'JSESSIONID=ABC123', xsrfToken: 'x1' })
  })

  test('takes over nothing that an earlier one of its name left', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    await (await world.open({ keyring })).add({ ...PROD, settings: { readOnly: true } })
    // another program removed it, and knew nothing of us
    world.write(world.globalPath, '')
    const store = await world.open({ keyring })
    const { profile } = await store.add({ ...PROD, secrets: { token: 'd2p_new' } })
    expect(profile.settings).toEqual({ readOnly: false })
    expect(onlyEntry(keyring)).toMatchObject({ secrets: { token: 'd2p_new' } })
  })
})

describe('a changed profile', () => {
  test('changes in its place', async () => {
    const world = createWorld()
    world.write(
      world.globalPath,
      '[profiles.prod]\n# old\nauth = "basic" # a\nbase_url = "https://a"\nusername = "u"\npassword = "p" # pw\n',
    )
    const store = await world.open()
    const changed = await store.update(store.get('prod', { chosenBy: 'DHIS2_PROFILE' }), {
      username: 'v',
      version: 'v44',
      secrets: { password: 'q"' },
      settings: { connections: 2 },
    })
    expect(changed).toMatchObject({
      place: 'file',
      profile: { username: 'v', settings: { connections: 2 }, source: { chosenBy: 'DHIS2_PROFILE' } },
    })
    expect(textOf(world.globalPath)).toBe(
      '[profiles.prod]\n# old\nauth = "basic" # a\nbase_url = "https://a"\nusername = "v"\npassword = "q\\"" # pw\nversion = "v44"\n',
    )
    await store.update(changed.profile, { version: null, settings: { connections: null } })
    expect(store.get('prod').version).toBe(undefined)
    expect(store.get('prod').settings).toEqual({ readOnly: false })
  })

  test('moves its secrets where they are wanted, there and back', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    const store = await world.open({ keyring })
    const { profile } = await store.add(
      { ...PROD, auth: 'session', secrets: { cookie: 'A=b', xsrfToken: 'x' } },
      { keep: 'file' },
    )
    expect(await store.update(profile, {}, { keep: 'keyring' })).toMatchObject({ place: 'keyring' })
    expect(textOf(world.globalPath)).not.toMatch(/cookie|xsrf/)
    expect(onlyEntry(keyring)).toMatchObject({ secrets: { cookie: 'A=b', xsrfToken: 'x' } })
    expect(await store.update(profile, {}, { keep: 'file' })).toMatchObject({ place: 'file' })
    expect(keyring.entries.size).toBe(0)
    expect(await secretsOf(store, 'prod')).toEqual({ cookie: 'A=b', xsrfToken: 'x' })
    expect(settingsOf(world)).not.toContain('secrets')
  })

  test('keeps its other secrets in the keyring, and forgets one that is to go', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    const store = await world.open({ keyring })
    const { profile } = await store.add({ ...PROD, auth: 'session', secrets: { cookie: 'A=b', xsrfToken: 'x' } })
    await store.update(profile, { secrets: { xsrfToken: 'y' } })
    expect(await secretsOf(store, 'prod')).toEqual({ cookie: 'A=b', xsrfToken: 'y' })
    await store.update(profile, { secrets: { xsrfToken: null } })
    expect(await secretsOf(store, 'prod')).toEqual({ cookie: 'A=b' })
    expect(await store.update(profile, { secrets: { cookie: null } })).toMatchObject({ place: undefined })
    expect(keyring.entries.size).toBe(0)
  })

  test('is not moved out of a keyring that does not answer', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    const store = await world.open({ keyring })
    const { profile } = await store.add(PROD)
    keyring.failure = new Error('locked')
    await expect(store.update(profile, {}, { keep: 'file' })).rejects.toMatchObject({ code: 'keyring-failed' })
    await expect(store.secrets(profile)).rejects.toThrow(/Cannot read the system keyring: locked/)
    expect((await store.show(profile)).problems).toEqual([expect.stringContaining('locked')])
    // a new one is kept all the same
    expect(await store.update(profile, { secrets: { token: 'd2p_new' } })).toMatchObject({ place: 'file' })
    expect(await secretsOf(store, 'prod')).toEqual({ token: 'd2p_new' })
  })

  test('takes what a person or dhis2w-utils wrote into the file before what is in the keyring', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    const store = await world.open({ keyring })
    await store.add(PROD)
    world.write(world.globalPath, `${textOf(world.globalPath)}token = "d2p_by_hand"\n`)
    expect(await secretsOf(await world.open({ keyring }), 'prod')).toEqual({ token: 'd2p_by_hand' })
  })

  test('gives its secret in the keyring to no other server, unless it was moved by us', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    const store = await world.open({ keyring })
    const { profile } = await store.add(PROD)
    await store.update(profile, { baseUrl: 'https://new.example.org' })
    expect(await secretsOf(store, 'prod')).toEqual({ token: 'd2p_secret' })
    world.write(world.globalPath, textOf(world.globalPath).replace('new.example.org', 'evil.example.org'))
    const fooled = await world.open({ keyring })
    await expect(fooled.secrets(fooled.get('prod'))).rejects.toMatchObject({
      code: 'no-secret',
      message: expect.stringMatching(/is for https:\/\/new\.example\.org, and not for https:\/\/evil\.example\.org/),
    })
  })

  test('is refused where its text cannot be changed, and stays', async () => {
    const world = createWorld()
    const text = '[[profiles.prod.list]]\n[profiles.x]\nbase_url = "https://a"\nauth = "pat"\n'
    world.write(world.globalPath, text)
    const store = await world.open()
    await expect(store.rename(store.get('x'), 'prod')).rejects.toMatchObject({ code: 'already-exists' })
    world.write(world.globalPath, `${text}[[profiles.taken]]\n`)
    await expect(store.rename(store.get('x'), 'taken')).rejects.toMatchObject({
      code: 'cannot-edit',
      path: world.globalPath,
      message: expect.stringContaining('It is as it was.'),
    })
    expect(textOf(world.globalPath)).toBe(`${text}[[profiles.taken]]\n`)
  })
})

describe('a removed profile', () => {
  test('leaves nothing but the comments: no secret, no setting, no default', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    world.write(
      world.globalPath,
      '# mine\ndefault = "other"\n\n[profiles.other]\nbase_url = "https://a"\nauth = "pat"\n',
    )
    const store = await world.open({ keyring })
    const { profile } = await store.add({ ...PROD, settings: { readOnly: true } }, { makeDefault: true })
    expect(await store.remove(profile)).toMatchObject({
      wasDefault: true,
      path: world.globalPath,
      leftBehind: undefined,
    })
    expect(textOf(world.globalPath)).toBe('# mine\n\n[profiles.other]\nbase_url = "https://a"\nauth = "pat"\n\n')
    expect(settingsOf(world)).toBe('')
    expect(keyring.entries.size).toBe(0)
    await expect(store.remove(profile)).rejects.toMatchObject({ code: 'unknown-profile' })
  })

  test('is gone also when the keyring does not answer, and the result says what stays', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    const store = await world.open({ keyring })
    const { profile } = await store.add(PROD)
    keyring.failure = new Error('locked')
    expect((await store.remove(profile)).leftBehind).toMatch(
      /^The keyring still has the entry “prod\.\w+” of dhis2-files: .*locked\.$/,
    )
    expect(textOf(world.globalPath)).toBe('')
  })
})

describe('a renamed profile', () => {
  test('keeps its secret, its settings with their comments, and being the default', async () => {
    const world = createWorld()
    const keyring = new MemoryKeyring()
    const store = await world.open({ keyring })
    const { profile } = await store.add({ ...PROD, settings: { readOnly: true } }, { makeDefault: true })
    const settings = join(dirname(world.globalPath), 'dhis2-files.toml')
    world.write(settings, `${textOf(settings)}# careful\nunknown = [1]\n`)
    const renamed = await store.rename(profile, 'production')
    expect(renamed).toMatchObject({ place: 'keyring', profile: { name: 'production', settings: { readOnly: true } } })
    expect(store.resolve().name).toBe('production')
    expect(await secretsOf(store, 'production')).toEqual({ token: 'd2p_secret' })
    expect(textOf(settings)).toMatch(
      /^\[profiles\.production\]\nread_only = true\nid = .*\nsecrets = "keyring"\n# careful\nunknown = \[1\]\n\n?$/,
    )
    await expect(store.rename(renamed.profile, 'no-name')).rejects.toMatchObject({ code: 'invalid-name' })
  })
})

test('a renamed profile of the user stays the default of a project that names it', async () => {
  const world = createWorld()
  world.write(world.projectPath, '# ours\ndefault = "prod"\n')
  const store = await world.open()
  const { profile } = await store.add(PROD)
  await store.rename(profile, 'production')
  expect(textOf(world.projectPath)).toBe('# ours\ndefault = "production"\n')
  expect((await world.open()).resolve()).toMatchObject({ name: 'production', source: { kind: 'global' } })
})

describe('the default', () => {
  test('is set and taken away in the file that is meant, and the result says whether it counts', async () => {
    const world = createWorld()
    const store = await world.open()
    await store.add(PROD)
    await store.add({ ...PROD, name: 'local' }, { scope: 'project' })
    expect(await store.setDefault('prod')).toEqual({ path: world.globalPath, effective: true })
    expect(await store.setDefault('local')).toEqual({ path: world.projectPath, effective: true })
    expect(await store.setDefault('prod')).toEqual({ path: world.globalPath, effective: false })
    expect(await store.setDefault('prod', { scope: 'project' })).toEqual({ path: world.projectPath, effective: true })
    await store.setDefault(undefined, { scope: 'project' })
    expect(store.defaults).toEqual({ project: undefined, global: 'prod' })
    await expect(store.setDefault('nobody')).rejects.toMatchObject({ code: 'unknown-profile' })
  })
})

describe('a file', () => {
  test('behind a link stays where it is, and the link a link', async () => {
    const world = createWorld()
    const real = world.write(join(world.home, 'dotfiles', 'p.toml'), '# linked\n')
    mkdirSync(dirname(world.globalPath), { recursive: true })
    symlinkSync(join('..', '..', 'dotfiles', 'p.toml'), world.globalPath)
    await (await world.open()).add(PROD)
    expect(lstatSync(world.globalPath).isSymbolicLink()).toBe(true)
    expect(textOf(real)).toMatch(/^# linked\n\n\[profiles\.prod\]/)
    expect(readdirSync(dirname(real))).toEqual(['p.toml'])
  })

  test('that others began to write and did not end is taken away', async () => {
    const world = createWorld()
    world.write(world.globalPath, '')
    writeFileSync(join(dirname(world.globalPath), '.profiles.toml.99-abc.part'), 'token = "half"')
    await (await world.open()).add(PROD)
    expect(readdirSync(dirname(world.globalPath)).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('where no folder can be made is told', async () => {
    const store = await createWorld().open({ env: { XDG_CONFIG_HOME: '/dev/null' } })
    await expect(store.add(PROD)).rejects.toMatchObject({
      code: 'file-failed',
      path: expect.stringContaining('/dev/null/dhis2'),
    })
  })

  test('where a folder is in the way is told', async () => {
    const world = createWorld()
    mkdirSync(world.globalPath, { recursive: true })
    await expect((await world.open()).add(PROD)).rejects.toMatchObject({
      code: 'file-failed',
      message: expect.stringContaining('it is a directory'),
    })
  })

  test('is written by twenty at once, and all are there', async () => {
    const world = createWorld()
    const stores = await Promise.all(Array.from({ length: 20 }, () => world.open()))
    await Promise.all(stores.map((store, i) => store.add({ ...PROD, name: `p${i}`, settings: { readOnly: true } })))
    const store = await world.open()
    expect(store.list().filter(({ profile }) => profile?.settings.readOnly)).toHaveLength(20)
  })
})
