import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { emulated, type Ran, run, temporaryFolder } from '../run.js'

const { env: server } = emulated()

let home: string
let env: Record<string, string>
beforeEach(() => {
  home = temporaryFolder()
  // no environment that names a server
  env = { XDG_CONFIG_HOME: home }
})

const dhis2 = (argv: readonly string[], more: { env?: object; stdin?: string } = {}): Promise<Ran> =>
  run(argv, { cwd: home, env: { ...env, ...more.env }, ...(more.stdin !== undefined && { stdin: more.stdin }) })
const url = (): string => server['DHIS2_URL'] ?? ''
const add = (name: string, ...more: string[]) =>
  dhis2(
    [
      'profile',
      'add',
      name,
      '--url',
      url(),
      '--auth',
      'basic',
      '-u',
      'admin',
      '--secret-stdin',
      '--keep',
      'file',
      ...more,
    ],
    { stdin: 'district\n' },
  )

describe('profile add', () => {
  test('keeps the secret in a file of this user alone, and shows it nowhere', async () => {
    const ran = [await add('play', '--default', '--verify'), await dhis2(['profile', 'show', '--json'])]
    ran.push(await dhis2(['profile', 'list']), await dhis2(['profile', 'verify', '--json', '--verbose']))
    for (const { code, stdout, stderr } of ran) {
      expect(code).toBe(0)
      expect(stdout + stderr).not.toContain('district')
    }
    const path = join(home, 'dhis2', 'profiles.toml')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'utf8')).toContain('password = "district"')
  })

  test('takes what is missing from the environment with --from-env', async () => {
    const given = { DHIS2_URL: url(), DHIS2_USERNAME: 'admin', DHIS2_PASSWORD: 'district' }
    const { code, json } = await dhis2(['profile', 'add', 'hmis', '--from-env', '--keep', 'file', '--json'], {
      env: given,
    })
    expect([code, json()]).toEqual([
      0,
      expect.objectContaining({ name: 'hmis', base_url: url(), auth: 'basic', username: 'admin', secrets: 'file' }),
    ])
  })

  test.each([
    ['no URL', ['--auth', 'pat']],
    ['no way to sign in', ['--url', 'http://127.0.0.1:1']],
    ['no user', ['--url', 'http://127.0.0.1:1', '--auth', 'basic']],
    ['no secret', ['--url', 'http://127.0.0.1:1', '--auth', 'pat']],
    ['two places for the secret', ['--url', 'http://127.0.0.1:1', '--auth', 'pat', '--from-env', '--secret-stdin']],
    ['a version that is none', ['--url', 'http://127.0.0.1:1', '--auth', 'pat', '--version', '2.40']],
    ['a password in a URL', ['--auth', 'pat', '--url', 'http://u:hunter2@127.0.0.1:1']],
    [
      'a password of a proxy',
      ['--auth', 'pat', '--url', 'http://127.0.0.1:1', '--proxy', 'http://u:hunter2@127.0.0.1'],
    ],
    ['two files', ['--global', '--local']],
  ])('refuses %s, and writes nothing', async (_, words) => {
    const { code, stderr } = await dhis2(['profile', 'add', 'x', ...words])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: .*\nhint: /)])
    expect(stderr).not.toContain('hunter2')
    expect((await dhis2(['profile', 'list', '--json'])).json()).toEqual([])
  })

  test('keeps what is our own beside it, and holds to it', async () => {
    await add('safe', '--read-only', '--proxy', 'none', '--max-file-size', '5000', '--version', 'v43')
    const { json } = await dhis2(['profile', 'show', 'safe', '--json'])
    expect(json()).toMatchObject({ read_only: true, proxy: false, max_file_size: 5000, version: 'v43' })
    const refused = await dhis2(['-p', 'safe', 'documents', 'link', 'x', 'https://dhis2.org'])
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('for reading only')])
  })

  test('does not add one that is there, before it asks for anything', async () => {
    await add('play')
    expect(await dhis2(['profile', 'add', 'play'])).toMatchObject({ code: 7 })
    expect(await dhis2(['profile', 'add', 'no name'])).toMatchObject({ code: 2 })
  })
})

describe('profile verify', () => {
  test('tells who signs in where, with the keys of dhis2w-utils', async () => {
    await add('play')
    const { code, json } = await dhis2(['profile', 'verify', 'play', '--json'])
    expect([code, json()]).toEqual([
      0,
      {
        name: 'play',
        ok: true,
        base_url: url(),
        auth: 'basic',
        username: 'admin',
        version: expect.stringMatching(/^2\.43/),
        latency_ms: expect.any(Number),
        can_write: true,
        problems: [],
      },
    ])
  })

  test('ends with the class of what is wrong, and with 20 where some are good', async () => {
    await add('good')
    await dhis2(
      ['profile', 'add', 'bad', '--url', url(), '--auth', 'basic', '-u', 'admin', '--secret-stdin', '--keep', 'file'],
      { stdin: 'wrong' },
    )
    const bad = await dhis2(['profile', 'verify', 'bad', '--json'])
    expect([bad.code, bad.json().ok, bad.json().error.code]).toEqual([4, false, 'unauthenticated'])
    const all = await dhis2(['profile', 'verify', '--all', '--json'])
    expect([all.code, all.json().map(({ ok }: { ok: boolean }) => ok)]).toEqual([20, [true, false]])
  })
})

describe('the default', () => {
  test('is set, shown and taken', async () => {
    await add('one')
    await add('two')
    expect(await dhis2(['avatars', 'get'])).toMatchObject({ code: 3 })
    await dhis2(['profile', 'default', 'two'])
    expect((await dhis2(['profile', 'default', '--json'])).json()).toEqual({ global: 'two' })
    expect((await dhis2(['profile', 'show', '--json'])).json()).toMatchObject({ name: 'two' })
    await dhis2(['profile', 'rename', 'two', 'three'])
    expect((await dhis2(['profile', 'default', '--json'])).json()).toEqual({ global: 'three' })
    await dhis2(['profile', 'default', '--clear'])
    expect((await dhis2(['profile', 'default', '--json'])).json()).toEqual({})
  })
})

test('a profile is removed only with --yes where nobody can be asked', async () => {
  await add('play')
  expect(await dhis2(['profile', 'remove', 'play'])).toMatchObject({ code: 2 })
  expect(await dhis2(['profile', 'remove', 'play', '--yes', '--dry-run'])).toMatchObject({ code: 0 })
  expect((await dhis2(['profile', 'list', '--json'])).json()).toHaveLength(1)
  expect(await dhis2(['profile', 'remove', 'play', '--yes'])).toMatchObject({ code: 0 })
  expect((await dhis2(['profile', 'list', '--json'])).json()).toEqual([])
})

test('profile env gives secrets to a shell, and not to who looks at the terminal', async () => {
  await add('play')
  const piped = await dhis2(['profile', 'env', 'play'])
  expect(piped.stdout).toContain("export DHIS2_PASSWORD='district'")
  const seen = await run(['profile', 'env', 'play'], { cwd: home, env, columns: 80 })
  expect([seen.code, seen.stdout.includes('district'), seen.stdout.includes(url())]).toEqual([0, false, true])
})

test('a file that others can read is warned of', async () => {
  await add('play')
  chmodSync(join(home, 'dhis2', 'profiles.toml'), 0o644)
  const { code, stderr } = await dhis2(['profile', 'list'])
  expect([code, stderr]).toEqual([0, expect.stringContaining('warning:')])
})

test('an unknown profile is told with those that there are', async () => {
  await add('play')
  const { code, stderr } = await dhis2(['-p', 'plya', 'documents', 'list'])
  expect([code, stderr]).toEqual([3, expect.stringContaining('“play”')])
})

describe('a password in a URL', () => {
  test.each(['--proxy', '--url'])('of %s is refused, not shown, and told where it belongs', async (option) => {
    for (const value of ['http://u:hunter2@proxy:3128', 'u:hunter2@proxy:3128']) {
      const { code, stdout, stderr } = await add('play', option, value, '--dry-run', '--json')
      expect(code).toBe(2)
      expect(stdout + stderr).not.toContain('hunter2')
      expect(stdout).toContain('others on this machine see it')
    }
  })

  test('is what a plan has no place for: its keys are those of other profiles', async () => {
    const { code, json } = await add('play', '--proxy', 'http://proxy:3128', '--dry-run', '--json')
    expect([code, json()]).toEqual([
      0,
      expect.objectContaining({ status: 'planned', base_url: url(), proxy: 'http://proxy:3128', read_only: false }),
    ])
  })
})

test('the default is cleared and told of in JSON, also with --verify', async () => {
  await add('play', '--default')
  const { code, json } = await dhis2(['profile', 'default', '--clear', '--verify', '--json'])
  expect([code, json()]).toEqual([0, expect.objectContaining({ status: 'saved', default: null })])
})

test('profile verify --all --json is an array, also of one', async () => {
  await add('play', '--default')
  const { code, json } = await dhis2(['profile', 'verify', '--all', '--json'])
  expect([code, json()]).toEqual([0, [expect.objectContaining({ name: 'play', ok: true })]])
})
