import { chmodSync, chownSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createWorld } from './world.js'

const profile = (name: string, host: string, more = ''): string =>
  `[profiles.${name}]\nbase_url = "https://${host}"\nauth = "pat"\ntoken = "d2p_${host}"\n${more}`

describe('which profile is used', () => {
  test('is the one that is named, before all else', async () => {
    const world = createWorld()
    world.write(world.globalPath, profile('a', 'a') + profile('b', 'b'))
    const env = { DHIS2_PROFILE: 'b', DHIS2_URL: 'https://c', DHIS2_PAT: 'd2p_c' }
    const store = await world.open({ env })
    expect(store.resolve('a')).toMatchObject({ name: 'a', source: { kind: 'global', chosenBy: '--profile' } })
  })

  test('is that of DHIS2_PROFILE, before DHIS2_URL', async () => {
    const world = createWorld()
    world.write(world.globalPath, `default = "a"\n${profile('a', 'a')}${profile('b', 'b')}`)
    const store = await world.open({ env: { DHIS2_PROFILE: 'b', DHIS2_URL: 'https://c', DHIS2_PAT: 'd2p_c' } })
    expect(store.resolve()).toMatchObject({ name: 'b', source: { chosenBy: 'DHIS2_PROFILE' } })
  })

  test('is what DHIS2_URL describes, before the defaults, and with the token before the password', async () => {
    const world = createWorld()
    world.write(world.globalPath, `default = "a"\n${profile('a', 'a')}`)
    const basic = { DHIS2_URL: 'https://c/hmis', DHIS2_USERNAME: 'u', DHIS2_PASSWORD: 'p', DHIS2_VERSION: '43' }
    const store = await world.open({ env: { ...basic, DHIS2_PAT: 'd2p_c' } })
    const expected = { name: undefined, baseUrl: 'https://c/hmis', version: 'v43' }
    expect(store.resolve()).toMatchObject({ ...expected, auth: 'pat', source: { kind: 'environment' } })
    const second = await world.open({ env: basic })
    expect(second.resolve()).toMatchObject({ ...expected, auth: 'basic', username: 'u' })
    expect((await second.secrets(second.resolve())).password?.reveal()).toBe('p')
    const third = await world.open({
      env: { DHIS2_URL: 'https://c', DHIS2_SESSION_COOKIE: 's', DHIS2_SESSION_XSRF: 'x' },
    })
    const secrets = await third.secrets(third.resolve())
    expect([third.resolve().auth, secrets.cookie?.reveal(), secrets.xsrfToken?.reveal()]).toEqual(['session', 's', 'x'])
  })

  test('is not DHIS2_URL when nothing says who signs in; that is warned of', async () => {
    const world = createWorld()
    world.write(world.globalPath, `default = "a"\n${profile('a', 'a')}`)
    const store = await world.open({ env: { DHIS2_URL: 'https://c', DHIS2_USERNAME: 'u', DHIS2_PASSWORD: '' } })
    expect(store.resolve()).toMatchObject({ name: 'a', source: { chosenBy: 'global default' } })
    store.resolve()
    expect(world.warnings).toEqual([expect.stringMatching(/^DHIS2_URL is not used/)])
  })

  test('is the default of the project, before that of the user', async () => {
    const world = createWorld()
    world.write(world.globalPath, `default = "a"\n${profile('a', 'a')}`)
    world.write(world.projectPath, `default = "p"\n${profile('p', 'p')}`)
    const store = await world.open()
    expect(store.resolve()).toMatchObject({ name: 'p', source: { kind: 'project', chosenBy: 'project default' } })
    expect(store.defaults).toEqual({ project: 'p', global: 'a' })
  })

  test('may be one of the user that the project names', async () => {
    const world = createWorld()
    world.write(world.globalPath, profile('a', 'a'))
    world.write(world.projectPath, 'default = "a"\n')
    expect((await world.open()).resolve()).toMatchObject({ name: 'a', source: { kind: 'global' } })
  })

  test('is the one of the project where both have the name', async () => {
    const world = createWorld()
    world.write(world.globalPath, profile('a', 'of-user') + profile('b', 'b'))
    world.write(world.projectPath, `default = "a"\n${profile('a', 'of-project')}`)
    const store = await world.open()
    expect(store.get('a').baseUrl).toBe('https://of-project')
    expect(store.get('a', { scope: 'global' }).baseUrl).toBe('https://of-user')
    expect(store.list().map(({ name, scope, hidden, isDefault }) => [name, scope, hidden, isDefault])).toEqual([
      ['a', 'project', false, true],
      ['a', 'global', true, false],
      ['b', 'global', false, false],
    ])
  })

  test('is told with the ways out when there is none', async () => {
    const store = await createWorld().open()
    expect(() => store.resolve()).toThrow(
      expect.objectContaining({
        code: 'no-profile',
        message: expect.stringMatching(/--profile.*DHIS2_PROFILE.*DHIS2_URL.*default/s),
      }),
    )
  })

  test('is told with the names there are when it is mistyped', async () => {
    const world = createWorld()
    world.write(world.globalPath, profile('production', 'a') + profile('play', 'b'))
    const store = await world.open({ env: { DHIS2_PROFILE: 'produciton' } })
    expect(() => store.resolve()).toThrow(
      'There is no profile “produciton” (from DHIS2_PROFILE). Did you mean “production”? There are: play, production.',
    )
  })
})

describe('the files', () => {
  test('are that of the nearest folder upwards, and that of XDG_CONFIG_HOME', async () => {
    const world = createWorld()
    const above = join(world.project, '..', '.dhis2', 'profiles.toml')
    world.write(above, profile('above', 'a'))
    const xdg = join(world.home, 'xdg')
    world.write(join(xdg, 'dhis2', 'profiles.toml'), profile('elsewhere', 'b'))
    const store = await world.open({ env: { XDG_CONFIG_HOME: xdg } })
    expect(store.list().map(({ name }) => name)).toEqual(['above', 'elsewhere'])
    world.write(world.projectPath, profile('near', 'c'))
    expect((await world.open({ env: { XDG_CONFIG_HOME: xdg } })).list().map(({ name }) => name)).toEqual([
      'near',
      'elsewhere',
    ])
  })

  test('may be links', async () => {
    const world = createWorld()
    const real = world.write(join(world.home, 'dotfiles', 'p.toml'), profile('a', 'a'))
    mkdirSync(join(world.home, '.config', 'dhis2'), { recursive: true })
    symlinkSync(real, world.globalPath)
    expect((await world.open()).get('a').baseUrl).toBe('https://a')
  })

  test('that cannot be understood are told by line and column, without their text, when they are needed', async () => {
    const world = createWorld()
    world.write(world.globalPath, 'default = "a"\n[profiles.a]\ntoken = "d2p_secret\n')
    const store = await world.open({ env: { DHIS2_URL: 'https://c', DHIS2_PAT: 'd2p_c' } })
    expect(store.resolve().baseUrl).toBe('https://c')
    const error = await Promise.resolve()
      .then(() => store.get('a'))
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'invalid-file', path: world.globalPath })
    expect((error as Error).message).toMatch(/line 3, column \d+: /)
    expect(inspect(error, { depth: 9 })).not.toContain('d2p_secret')
  })

  test('that are no UTF-8 are not used', async () => {
    const world = createWorld()
    world.write(world.globalPath, Buffer.from([0x61, 0xff]))
    const store = await world.open()
    expect(() => store.list()).toThrow(expect.objectContaining({ code: 'invalid-file' }))
  })

  test('with one broken profile still give the others', async () => {
    const world = createWorld()
    world.write(world.globalPath, `[profiles.broken]\nauth = "pat"\n${profile('good', 'g')}`)
    const store = await world.open()
    expect(store.list().map(({ name, problem }) => [name, problem?.code])).toEqual([
      ['broken', 'invalid-profile'],
      ['good', undefined],
    ])
    expect(() => store.get('broken')).toThrow(/has no base_url/)
    expect(store.get('good').baseUrl).toBe('https://g')
  })

  test.each([
    ['base_url = "https://user:pw@a"\nauth = "pat"', /holds a user name or password/],
    ['base_url = "ftp://a"\nauth = "pat"', /neither with http/],
    ['base_url = 5\nauth = "pat"', /base_url is no string/],
    ['base_url = "https://a"', /has no auth/],
    ['base_url = "https://a"\nauth = "magic"', /auth is unknown/],
    ['base_url = "https://a"\nauth = "pat"\nversion = "2.43"', /version is unknown/],
  ])('do not give %j', async (text, message) => {
    const world = createWorld()
    world.write(world.globalPath, `[profiles.a]\n${text}\n`)
    const store = await world.open()
    expect(() => store.get('a')).toThrow(message)
  })

  test('have our own settings beside them, which fail closed', async () => {
    const world = createWorld()
    world.write(world.globalPath, profile('a', 'a'))
    const path = join(world.home, '.config', 'dhis2', 'dhis2-files.toml')
    world.write(
      path,
      '[profiles.a]\nread_only = true\nproxy = "http://u:secret@proxy:3128"\nca = "ca.pem"\nconnections = 4\nmax_file_size = 5_000\n',
    )
    expect((await world.open()).get('a').settings).toEqual({
      readOnly: true,
      proxy: 'http://u:•••@proxy:3128/',
      ca: 'ca.pem',
      connections: 4,
      maxFileSize: 5000,
    })
    world.write(path, '[profiles.a]\nread_only = "yes"\n')
    const store = await world.open()
    expect(() => store.get('a')).toThrow(/read_only.*must be true or false/)
    world.write(path, 'read_only = \n')
    const broken = await world.open()
    expect(() => broken.get('a')).toThrow(expect.objectContaining({ code: 'invalid-file' }))
  })

  test('say when a setting has no effect', async () => {
    const world = createWorld()
    world.write(world.globalPath, profile('a', 'a'))
    const path = join(world.home, '.config', 'dhis2', 'dhis2-files.toml')
    world.write(path, 'read_only = true\n[profiles.a]\nreadonly = true\n[profiles.b]\nread_only = true\n')
    await world.open()
    expect(world.warnings).toEqual([
      expect.stringContaining('no effect with read_only'),
      expect.stringContaining('no effect with profiles.a.readonly'),
      expect.stringContaining('settings of “b”'),
    ])
  })

  test('that others can read are warned of, once, with what to do', async () => {
    const world = createWorld()
    const path = world.write(join(world.home, 'my config', 'dhis2', 'profiles.toml'), profile('a', 'a'), 0o644)
    const store = await world.open({ env: { XDG_CONFIG_HOME: join(world.home, 'my config') } })
    store.list()
    expect(world.warnings).toEqual([
      `${path} can be read by others (mode 0644), and may hold secrets: chmod 600 '${path}'`,
    ])
  })

  test('with settings alone are warned of when others can change them', async () => {
    const world = createWorld()
    world.write(world.globalPath, profile('a', 'a'))
    const path = join(world.home, '.config', 'dhis2', 'dhis2-files.toml')
    world.write(path, '[profiles.a]\nread_only = true\n', 0o644)
    await world.open()
    expect(world.warnings).toEqual([])
    chmodSync(path, 0o664)
    await world.open()
    expect(world.warnings).toEqual([expect.stringMatching(/can be changed by others \(mode 0664\).*chmod go-w /)])
  })

  test.runIf(process.getuid?.() === 0)(
    'of a project that belong to another user are refused, unless that user is trusted',
    async () => {
      const world = createWorld()
      world.write(world.globalPath, profile('a', 'a'))
      world.write(world.projectPath, profile('a', 'evil'))
      chownSync(world.projectPath, 12345, 12345)
      const store = await world.open()
      const get = (one: typeof store): string => one.get('a').baseUrl
      expect(() => get(store)).toThrow(
        /profiles\.toml is not used: it belongs to another user.*DHIS2_FILES_TRUST_UID=12345/,
      )
      expect(get(await world.open({ env: { SUDO_UID: '12345' } }))).toBe('https://evil')
      expect(get(await world.open({ env: { DHIS2_FILES_TRUST_UID: '7, 12345' } }))).toBe('https://evil')
      const settings = world.write(
        join(world.project, '.dhis2', 'dhis2-files.toml'),
        '[profiles.a]\nproxy = "http://evil"\n',
      )
      chownSync(world.projectPath, 0, 0)
      chownSync(settings, 12345, 12345)
      const second = await world.open()
      expect(() => get(second)).toThrow(/dhis2-files\.toml is not used/)
    },
  )

  test('of a project that hide a profile of the user are told of when they lead elsewhere or let more be done', async () => {
    const world = createWorld()
    world.write(world.globalPath, profile('a', 'a') + profile('b', 'b'))
    world.write(join(world.home, '.config', 'dhis2', 'dhis2-files.toml'), '[profiles.b]\nread_only = true\n')
    world.write(world.projectPath, profile('a', 'a') + profile('b', 'elsewhere'))
    const store = await world.open()
    store.get('a')
    store.get('b', { scope: 'project' })
    expect(world.warnings).toEqual([])
    store.get('b')
    store.get('b')
    expect(world.warnings).toEqual([
      expect.stringMatching(/“b” of the project.*leads to https:\/\/elsewhere, and yours to https:\/\/b; it may write/),
    ])
  })

  test('that are well kept are not warned of', async () => {
    const world = createWorld()
    world.write(world.globalPath, profile('a', 'a'))
    await world.open()
    expect(world.warnings).toEqual([])
  })
})

describe('a secret', () => {
  test('is shown as dots, wherever it is shown', async () => {
    const world = createWorld()
    world.write(world.globalPath, profile('a', 'a'))
    const store = await world.open()
    const secrets = await store.secrets(store.get('a'))
    const shown = await store.show(store.get('a'))
    expect(secrets.token?.reveal()).toBe('d2p_a')
    expect(shown.secrets).toEqual([{ name: 'token', place: 'file', path: world.globalPath, value: '•••' }])
    for (const thing of [secrets, shown, store, store.get('a'), store.list()]) {
      expect(
        `${JSON.stringify(thing)} ${String(thing)} ${inspect(thing, { depth: 9, showHidden: true })}`,
      ).not.toContain('d2p_a')
    }
    expect(`${secrets.token} ${JSON.stringify(secrets)}`).toBe('••• {"token":"•••"}')
  })

  test('of the environment is shown so', async () => {
    const store = await createWorld().open({ env: { DHIS2_URL: 'https://c', DHIS2_PAT: 'd2p_c' } })
    expect((await store.show(store.resolve())).secrets).toMatchObject([{ name: 'token', place: 'environment' }])
  })
})
