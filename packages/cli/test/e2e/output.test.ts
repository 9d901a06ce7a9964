import { describe, expect } from 'vitest'
import { linked, uploaded } from './cases/documents.js'
import { PASSWORD, WRONG_PASSWORD } from './harness/secrets.js'
import { someFiles } from './harness/server-state.js'
import { test, type World } from './harness/world.js'

/* What scripts rely on: exit codes, one JSON document, nothing on stdout that is no result. */

async function manyLinks(world: World, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    world.emulator.state.documents.put({
      ...(world.emulator.state.documents.get(await first(world)) as { id: string }),
      id: world.emulator.state.newUid(),
      name: `Link ${index} ${'long '.repeat(20)}`,
    })
  }
}

async function first(world: World): Promise<string> {
  const [one] = [...world.emulator.state.documents.values()]
  return one?.id ?? (await linked(world))
}

describe('a pipe that is closed', () => {
  test.concurrent.for([
    ['documents list --all'],
    ['documents list --all --ndjson'],
    ['documents list --all --json'],
    ['documents download --all --to links'],
  ])('%s | head -1 ends quietly', async ([command = ''], { open }) => {
    const world = await open()
    await manyLinks(world, 1_500)
    const ran = await world.shell(`d2f ${command} | head -n 1 > first; echo "\${PIPESTATUS[0]}"`)
    expect(ran.stderr.replace(/^\d+ files? (downloaded|skipped).*\n/gm, '')).toBe('')
    expect(['0\n', '141\n']).toContain(ran.stdout)
    expect((await world.read('first')).split('\n')).toHaveLength(2)
  })

  test.concurrent('while files go up, does not lose one', async ({ open }) => {
    const world = await open()
    await someFiles(world, 6)
    const ran = await world.shell(
      `d2f documents upload 'files/*' --journal j --concurrency 1 | head -n 1; echo "\${PIPESTATUS[0]}"`,
    )
    expect(ran.stdout).toMatch(/^uploaded \w{11} {2}file-000\.dat\n\d+\n$/)
    const rest = await world.run(['documents', 'upload', '--resume', 'j'])
    expect([0, 14]).toContain(rest.code)
    expect(world.emulator.state.documents.size).toBe(6)
  })
})

describe('which server', () => {
  test.concurrent('--profile, then DHIS2_PROFILE, then DHIS2_URL, then the project, then the user', async ({
    open,
  }) => {
    const world = await open()
    const other = await open({ version: '2.41' })
    await linked(world, 'On the first')
    await linked(other, 'On the second')
    const names = async (args: readonly string[] = [], env = {}): Promise<string[]> => {
      const ran = await world.run(['documents', 'list', '--json', ...args], { env })
      expect(ran.code, ran.stderr).toBe(0)
      return ran.json().map(({ name }: { name: string }) => name)
    }
    const environment = { DHIS2_URL: other.url, DHIS2_USERNAME: 'operator', DHIS2_PASSWORD: PASSWORD }
    expect(await names()).toEqual(['On the first'])
    expect(await names([], environment)).toEqual(['On the second'])
    expect(await names([], { ...environment, DHIS2_PROFILE: 'here' })).toEqual(['On the first'])
    await world.file(
      '.dhis2/profiles.toml',
      `default = "there"\n[profiles.there]\nbase_url = "${other.url}"\nauth = "basic"\nusername = "operator"\npassword = "${PASSWORD}"\n`,
    )
    expect(await names()).toEqual(['On the second'])
    expect(await names(['--profile', 'here'], { DHIS2_PROFILE: 'there' })).toEqual(['On the first'])
  })

  test.concurrent('a file with secrets that others can read is warned about', async ({ open }) => {
    const world = await open()
    await world.shell(`chmod 644 ${world.profilesPath}`)
    const ran = await world.run(['documents', 'list', '--json'])
    expect(ran).toMatchObject({ code: 0, stdout: '[]\n', stderr: expect.stringMatching(/warning: .*profiles\.toml/) })
  })

  test.concurrent('none, an unknown one and a token that is refused are told', async ({ open }) => {
    const world = await open()
    const unknown = await world.run(['documents', 'list', '--profile', 'her', '--json'])
    expect(unknown.code).toBe(3)
    expect(unknown.json().error).toMatchObject({ code: 'unknown-profile', hint: expect.stringContaining('here') })
    const none = await world.run(['documents', 'list'], { env: { XDG_CONFIG_HOME: world.folder } })
    expect(none).toMatchObject({ code: 3, stderr: expect.stringMatching(/^error: No DHIS2 is chosen/) })
    const token = 'd2p_thisTokenIsNotOneOfTheServer0123456789abcdef'
    const env = { DHIS2_URL: world.url, DHIS2_PAT: token }
    const refused = await world.run(['documents', 'list', '--verbose', '--debug'], { env, secrets: [token] })
    expect(refused.code).toBe(4)
  })

  test.concurrent('a read-only profile writes nothing', async ({ open }) => {
    const world = await open()
    await world.file('one.txt', 'One.')
    await world.shell(
      `printf '[profiles.here]\\nread_only = true\\n' > ${world.profilesPath.replace('profiles.toml', 'dhis2-files.toml')}`,
    )
    const log = world.watch()
    const ran = await world.run(['documents', 'upload', 'one.txt', '--json'])
    expect(ran.code, ran.stderr).toBe(5)
    expect(log().filter(({ method }) => method !== 'GET')).toEqual([])
    expect((await world.run(['documents', 'list'])).code).toBe(0)
  })
})

describe('an error', () => {
  test.concurrent('is a line and a hint; --debug adds the stack, and still no secret', async ({ open }) => {
    const world = await open()
    const plain = await world.run(['documents', 'get', 'Nobody12345'])
    expect(plain.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2)
    await world.saveProfile({ base_url: world.url, username: 'operator', password: WRONG_PASSWORD })
    const debugged = await world.run(['documents', 'list', '--debug'])
    expect(debugged.code).toBe(4)
    expect(debugged.stderr).toMatch(/^\s+at /m)
  })

  test.concurrent('of the server itself does not bring its secrets along', async ({ open }) => {
    const world = await open()
    const html = `<html><body>JSESSIONID=0123456789ABCDEF0123456789ABCDEF Basic ${Buffer.from(`operator:${PASSWORD}`).toString('base64')}</body></html>`
    world.emulator.inject({ kind: 'status', status: 400, body: html, route: 'GET /api/documents' })
    const ran = await world.run(['documents', 'list', '--json', '--debug'])
    expect(ran.code).not.toBe(0)
    expect(ran.json()).toHaveProperty('error.code')
  })
})

test.concurrent('every level of the help is a text on stdout', async ({ open }) => {
  const world = await open()
  for (const args of [
    [],
    ['--help'],
    ['documents', '--help'],
    ['help', 'documents'],
    ['documents', 'upload', '--help'],
  ]) {
    const ran = await world.run(args)
    expect([args, ran.code, ran.stderr]).toEqual([args, 0, ''])
    expect(ran.stdout).toMatch(/^Usage: dhis2-files/)
  }
  // a noun alone does nothing, which is no success
  const noun = await world.run(['documents'])
  expect(noun).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^Usage: dhis2-files documents/) })
  const wrong = await world.run(['document', 'list'])
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('documents') })
})

test.concurrent('--filter, --order, --fields, --limit and --page are the server’s', async ({ open }) => {
  const world = await open({ version: '2.44' })
  for (const name of ['Malaria b', 'Malaria a', 'Cholera']) await linked(world, name)
  const list = async (...args: string[]): Promise<any[]> =>
    (await world.run(['documents', 'list', '--json', ...args])).json()
  expect((await list('--filter', 'name:ilike:malaria', '--order', 'name:asc')).map(({ name }) => name)).toEqual([
    'Malaria a',
    'Malaria b',
  ])
  expect(await list('--fields', 'name', '--limit', '1', '--order', 'name:asc')).toMatchObject([{ name: 'Cholera' }])
  expect(await list('--page', '2', '--page-size', '2')).toHaveLength(1)
  const uid = await uploaded(world)
  const shown = await world.run([
    'documents',
    'list',
    '--fields',
    'id,name,sharing[public]',
    '--filter',
    `id:eq:${uid}`,
  ])
  expect(shown.stdout).toMatch(/^\w{11}\tMalaria report\t\{"public":"\S+"\}\n$/)
})
