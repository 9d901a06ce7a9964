import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { createEmulator, type Emulator, type EmulatorOptions } from '@dhis2-files/emulator'
import { afterEach, describe, expect, test } from 'vitest'
import { openClient, verifyProfile } from '../src/index.js'
import { createWorld, type World } from './world.js'

const closing: (() => Promise<unknown>)[] = []
afterEach(() => Promise.all(closing.splice(0).map((close) => close())))

async function serve(
  options: EmulatorOptions = {},
  attributes: readonly object[] = [],
): Promise<{ emulator: Emulator; url: string; token: string }> {
  const emulator = createEmulator({ version: '2.43', ...options })
  closing.push(() => emulator.close())
  const { url } = await emulator.serve()
  const answer = await fetch(`${url}/api/apiToken`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('admin:district')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'tests', attributes }),
  })
  const { response } = (await answer.json()) as { response: { key: string } }
  return { emulator, url, token: response.key }
}

function settings(world: World, text: string): void {
  world.write(join(dirname(world.globalPath), 'dhis2-files.toml'), `[profiles.prod]\n${text}\n`)
}

describe('a client of a profile', () => {
  test.each(['pat', 'basic', 'session'] as const)('signs in by %s', async (auth) => {
    const { url, token } = await serve()
    const login = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: 'district' }),
    })
    const cookie = /JSESSIONID=(\w+)/.exec(login.headers.get('set-cookie') ?? '')?.[1]
    const lines = {
      pat: `token = "${token}"`,
      basic: 'username = "admin"\npassword = "district"',
      session: `cookie = "${cookie}"`,
    }
    const world = createWorld()
    world.write(world.globalPath, `[profiles.prod]\nbase_url = "${url}/"\nauth = "${auth}"\n${lines[auth]}\n`)
    const store = await world.open()
    const client = await openClient(store, store.resolve('prod'))
    expect((await client.system.me()).username).toBe('admin')
    await client.close()
  })

  test('signs in by what the environment says', async () => {
    const { url, token } = await serve()
    const store = await createWorld().open({ env: { DHIS2_URL: url, DHIS2_PAT: token } })
    const client = await openClient(store, store.resolve())
    expect((await client.system.me()).username).toBe('admin')
    await client.close()
  })

  test.each([
    ['pat', 'no-secret', 'has no token'],
    ['basic', 'invalid-profile', 'has no username'],
    ['session', 'sign-in-needed', 'has no cookie'],
    ['oauth2', 'sign-in-needed', 'has no sign-in'],
  ])('that signs in by %s, without what that needs, is told', async (auth, code, message) => {
    const world = createWorld()
    world.write(world.globalPath, `[profiles.prod]\nbase_url = "https://a"\nauth = "${auth}"\n`)
    const store = await world.open()
    await expect(openClient(store, store.get('prod'))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })

  test('has the version and the size cap of its profile', async () => {
    const { url, token, emulator } = await serve()
    const world = createWorld()
    world.write(
      world.globalPath,
      `[profiles.prod]\nbase_url = "${url}"\nauth = "pat"\ntoken = "${token}"\nversion = "v42"\n`,
    )
    settings(world, 'max_file_size = 10\nconnections = 2')
    const store = await world.open()
    const client = await openClient(store, store.get('prod'))
    expect((await client.system.version()).text).toBe('2.42')
    const before = emulator.log.length
    const upload = client.files.uploadFileResource(new Uint8Array(11), { filename: 'a.txt', domain: 'DOCUMENT' })
    await expect(upload).rejects.toMatchObject({ code: 'rejected-file', message: expect.stringContaining('Limit: 10') })
    expect(emulator.log.slice(before).filter(({ method }) => method === 'POST')).toEqual([])
    await client.close()
  })

  test('of a profile for reading only sends nothing that writes, and names profile and file', async () => {
    const { url, token, emulator } = await serve()
    const world = createWorld()
    world.write(world.globalPath, `[profiles.prod]\nbase_url = "${url}"\nauth = "pat"\ntoken = "${token}"\n`)
    settings(world, 'read_only = true')
    const store = await world.open()
    const client = await openClient(store, store.get('prod'))
    expect((await client.files.listDocuments()).items).toEqual([])
    const writes = [
      () => client.files.createExternalDocument({ name: 'x', url: 'https://a' }),
      () => client.files.uploadDocument(new Uint8Array([1]), { name: 'x', filename: 'x.txt' }),
      () => client.files.deleteDocument('a2345678901'),
      () => client.request('api/documents/a2345678901', { method: 'PATCH', json: [] }),
      () => client.request('api/documents/a2345678901', { method: 'put' as 'PUT', json: {} }),
    ]
    const before = emulator.log.length
    for (const write of writes) {
      await expect(write()).rejects.toMatchObject({
        name: 'Dhis2Error',
        code: 'forbidden',
        retryable: false,
        message: expect.stringMatching(
          /was not sent: the profile “prod” is for reading only \(read_only in .*dhis2-files\.toml\)\. Use/,
        ),
      })
    }
    expect(emulator.log.slice(before).filter(({ method }) => method !== 'GET')).toEqual([])
    await client.close()
  })

  test('goes through the proxy of its profile, with the password that is shown nowhere', async () => {
    const { url, token } = await serve()
    const seen: (string | undefined)[] = []
    const proxy = createServer(async (request, response) => {
      seen.push(request.headers['proxy-authorization'])
      const { authorization = '' } = request.headers
      const answer = await fetch(request.url ?? '', {
        headers: { authorization, 'x-requested-with': 'XMLHttpRequest' },
      })
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
      response.end(await answer.text())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    closing.push(() => new Promise((resolve) => proxy.close(resolve).closeAllConnections()))
    const { port } = proxy.address() as { port: number }
    const world = createWorld()
    world.write(world.globalPath, `[profiles.prod]\nbase_url = "${url}"\nauth = "pat"\ntoken = "${token}"\n`)
    settings(world, `proxy = "http://clerk:pass%20word@127.0.0.1:${port}"`)
    const store = await world.open()
    const profile = store.get('prod')
    expect(profile.settings.proxy).toBe(`http://clerk:•••@127.0.0.1:${port}/`)
    expect(await verifyProfile(store, profile)).toMatchObject({ ok: true })
    expect(new Set(seen)).toEqual(new Set([`Basic ${btoa('clerk:pass word')}`]))
  })

  test('reads the authorities beside the settings file, and says when it cannot', async () => {
    const world = createWorld()
    world.write(world.globalPath, '[profiles.prod]\nbase_url = "https://a"\nauth = "pat"\ntoken = "d2p_x"\n')
    settings(world, 'ca = "ministry.pem"')
    const store = await world.open()
    const path = join(dirname(world.globalPath), 'ministry.pem')
    await expect(openClient(store, store.get('prod'))).rejects.toMatchObject({ code: 'file-failed', path })
    world.write(path, 'no certificate')
    await expect(openClient(store, store.get('prod'))).rejects.toMatchObject({
      code: 'invalid-profile',
      message: expect.stringMatching(/“prod” cannot be used: ca .*Correct ca in .*dhis2-files\.toml/),
    })
    world.write(path, rootCertificates[0] ?? '')
    await (await openClient(store, store.get('prod'))).close()
  })

  test('takes secrets without the line ends that files bring, from the environment and the file', async () => {
    const { url, token } = await serve()
    const world = createWorld()
    world.write(world.globalPath, `[profiles.prod]\nbase_url = "${url}"\nauth = "pat"\ntoken = " ${token}\\r\\n"\n`)
    const store = await world.open({ env: { DHIS2_URL: `${url}\r`, DHIS2_PAT: `${token}\r\n` } })
    for (const profile of [store.resolve(), store.get('prod')]) {
      const client = await openClient(store, profile)
      expect((await client.system.me()).username).toBe('admin')
      await client.close()
    }
  })

  test('names the variable or the key of a secret that no client takes, without showing it', async () => {
    const world = createWorld()
    world.write(world.globalPath, '[profiles.prod]\nbase_url = "https://a"\nauth = "pat"\ntoken = "d2p bad"\n')
    const store = await world.open({ env: { DHIS2_URL: 'https://a', DHIS2_PAT: 'd2p bad' } })
    for (const [profile, place] of [
      [store.resolve(), 'DHIS2_PAT'],
      [store.get('prod'), `token in ${world.globalPath}`],
    ] as const) {
      const error = await openClient(store, profile).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'invalid-profile', hint: `Correct ${place}.` })
      expect((error as Error).message).not.toContain('d2p bad')
    }
    await expect(openClient(store, store.get('prod'), { auth: { token: 'a b' } })).rejects.toThrow(TypeError)
  })

  test('has other options where a caller gives them', async () => {
    const { url, token } = await serve()
    const world = createWorld()
    world.write(world.globalPath, `[profiles.prod]\nbase_url = "${url}"\nauth = "pat"\ntoken = "d2p_wrong"\n`)
    const store = await world.open()
    let sent = 0
    const client = await openClient(store, store.get('prod'), {
      auth: { token },
      middleware: [(next) => (request) => (sent++, next(request))],
    })
    await client.system.me()
    expect(sent).toBe(2)
    await client.close()
  })
})

describe('a check of a profile', () => {
  test('tells who signs in, the version, how fast, and whether files can be written', async () => {
    const { url, token } = await serve()
    const store = await createWorld().open({ env: { DHIS2_URL: url, DHIS2_PAT: token } })
    const check = await verifyProfile(store, store.resolve())
    expect(check).toMatchObject({
      ok: true,
      name: undefined,
      auth: 'pat',
      username: 'admin',
      canWrite: true,
      problems: [],
    })
    expect(check.version).toMatch(/^2\.43/)
    expect(check.latencyMs).toBeGreaterThan(0)
  })

  test('tells when the token lets nothing be written, and writes nothing to know it', async () => {
    const { url, token, emulator } = await serve({}, [{ type: 'MethodAllowedList', allowedMethods: ['GET'] }])
    const store = await createWorld().open({ env: { DHIS2_URL: url, DHIS2_PAT: token } })
    expect(await verifyProfile(store, store.resolve())).toMatchObject({
      ok: true,
      canWrite: false,
      problems: [expect.stringContaining('does not allow the method POST')],
    })
    const others = emulator.log.filter(({ method }) => method !== 'GET').map(({ path }) => path)
    expect(others).toEqual(['/api/apiToken', '/api/system/ping'])
  })

  test('tells what stands against writing', async () => {
    const users = [
      { username: 'reader', password: 'Secret_1', authorities: ['M_dhis-web-reports'] },
      { username: 'clerk', password: 'Secret_1', authorities: ['F_DOCUMENT_PRIVATE_ADD'] },
    ]
    const { url } = await serve({ users })
    const world = createWorld()
    const store = await world.open()
    for (const username of ['reader', 'clerk']) {
      await store.add({ name: username, baseUrl: url, auth: 'basic', username, secrets: { password: 'Secret_1' } })
    }
    expect(await verifyProfile(store, store.get('reader'))).toMatchObject({
      ok: true,
      canWrite: false,
      problems: [expect.stringMatching(/^reader may not make documents: the authority F_DOCUMENT_PUBLIC_ADD or/)],
    })
    expect(await verifyProfile(store, store.get('clerk'))).toMatchObject({ ok: true, canWrite: true, problems: [] })
    await store.update(store.get('clerk'), { settings: { readOnly: true }, version: 'v41' })
    expect(await verifyProfile(store, store.get('clerk'))).toMatchObject({
      ok: true,
      canWrite: false,
      problems: [
        expect.stringContaining('read_only is true'),
        expect.stringMatching(/says v41, and the server is 2\.43/),
      ],
    })
  })

  test('tells what is wrong, and does not throw it', async () => {
    const { url } = await serve()
    const world = createWorld()
    const store = await world.open()
    const add = async (name: string, baseUrl: string, token?: string) =>
      (await store.add({ name, baseUrl, auth: 'pat', secrets: { token } })).profile
    expect(await verifyProfile(store, await add('wrong', url, 'd2p_wrong'))).toMatchObject({
      ok: false,
      username: undefined,
      error: { name: 'Dhis2Error' },
      problems: [expect.not.stringContaining('d2p_wrong')],
    })
    expect(await verifyProfile(store, await add('none', url))).toMatchObject({
      ok: false,
      error: { code: 'no-secret' },
    })
    const nowhere = await verifyProfile(store, await add('nowhere', 'http://127.0.0.1:1', 'd2p_x'))
    expect(nowhere).toMatchObject({ ok: false, error: { code: 'network' } })
  })

  test('ends with its signal', async () => {
    const { url, token } = await serve()
    const store = await createWorld().open({ env: { DHIS2_URL: url, DHIS2_PAT: token } })
    const reason = new Error('enough')
    await expect(verifyProfile(store, store.resolve(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
