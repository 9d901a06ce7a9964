import { createServer } from 'node:http'
import { createEmulator, type Dhis2Version, type EmulatorOptions } from '@dhis2-files/emulator'
import { afterEach, describe, expect, test } from 'vitest'
import {
  logout,
  openClient,
  type Profile,
  type ProfileStore,
  signInWithPassword,
  verifyProfile,
} from '../../src/index.js'
import { createWorld, MemoryKeyring, textOf, type World } from '../world.js'

const closing: (() => Promise<unknown>)[] = []
afterEach(() => Promise.all(closing.splice(0).map((close) => close())))

async function prepare(options: EmulatorOptions = {}): Promise<{
  world: World
  store: ProfileStore
  profile: Profile
  emulator: ReturnType<typeof createEmulator>
  keyring: MemoryKeyring
}> {
  const emulator = createEmulator({ version: '2.43', ...options })
  closing.push(() => emulator.close())
  const { url } = await emulator.serve()
  const world = createWorld()
  const keyring = new MemoryKeyring()
  const store = await world.open({ keyring })
  const { profile } = await store.add({ name: 'prod', baseUrl: url, auth: 'session', username: 'admin' })
  return { world, store, profile, emulator, keyring }
}

describe('a sign-in by password', () => {
  test.each(['2.41', '2.42', '2.43', '2.44'] as const)(
    'gives a session that works (%s)',
    async (version: Dhis2Version) => {
      const { store, profile, world, emulator, keyring } = await prepare({ version })
      const signedIn = await signInWithPassword(store, profile, { password: 'district' })
      expect(signedIn).toMatchObject({
        username: 'admin',
        place: 'keyring',
        fallback: undefined,
        profile: { name: 'prod' },
      })
      const client = await openClient(store, store.get('prod'))
      expect((await client.system.me()).username).toBe('admin')
      await client.close()
      expect(emulator.state.signIns).toHaveLength(1)
      const everything = textOf(world.globalPath) + JSON.stringify([...keyring.entries])
      expect(everything).toContain('JSESSIONID=')
      expect(everything).not.toContain('district')
    },
  )

  test('works where CSRF tokens are asked for, also for writing', async () => {
    const { store, profile } = await prepare({ settings: { csrf: true } })
    await signInWithPassword(store, profile, { password: 'district' })
    const secrets = await store.secrets(profile)
    expect(secrets.cookie?.reveal()).toMatch(/^XSRF-TOKEN=[\w-]+; JSESSIONID=\w+/)
    const client = await openClient(store, store.get('prod'))
    const { uid } = await client.files.uploadDocument(new Uint8Array([1]), { name: 'One', filename: 'one.dat' })
    expect((await client.files.getDocument(uid)).name).toBe('One')
    await client.close()
  })

  test('keeps the session in the file where that is wanted, as dhis2w-utils reads it', async () => {
    const { store, profile, world } = await prepare()
    await signInWithPassword(store, profile, { password: 'district', username: 'admin', keep: 'file' })
    expect(textOf(world.globalPath)).toMatch(/\ncookie = "JSESSIONID=\w+[^"]*"\n/)
  })

  test('keeps all cookies, those of a load balancer too, and needs none of a certain name', async () => {
    const seen: (string | undefined)[] = []
    const server = createServer((request, response) => {
      seen.push(request.headers.cookie)
      response.setHeader('content-type', 'application/json')
      if (request.url === '/api/auth/login') {
        response.setHeader('set-cookie', ['SESSION=abc; Path=/; HttpOnly', 'ROUTE=node2; Path=/'])
        return response.end('{"loginStatus":"SUCCESS"}')
      }
      const isKnown = request.headers.cookie === 'SESSION=abc; ROUTE=node2'
      response.statusCode = isKnown ? 200 : 401
      response.end(isKnown ? '{"username":"admin"}' : '{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => new Promise((resolve) => server.close(resolve)))
    const { store, profile } = await prepare()
    const { port } = server.address() as { port: number }
    const { profile: changed } = await store.update(profile, { baseUrl: `http://127.0.0.1:${port}` })
    await signInWithPassword(store, changed, { password: 'district' })
    expect((await store.secrets(changed)).cookie?.reveal()).toBe('SESSION=abc; ROUTE=node2')
    expect(seen.at(-1)).toBe('SESSION=abc; ROUTE=node2')
  })

  test('takes a second factor, and says what the server says without it', async () => {
    const user = { username: 'nurse', password: 'Secret_1', authorities: ['ALL'], twoFactorSecret: 'A'.repeat(32) }
    const { store, profile, emulator } = await prepare({ users: [user] })
    const credentials = { username: 'nurse', password: 'Secret_1' }
    for (const twoFactorCode of [undefined, '000000']) {
      const signingIn = signInWithPassword(store, profile, { ...credentials, twoFactorCode })
      await expect(signingIn).rejects.toMatchObject({
        code: 'sign-in-failed',
        loginStatus: expect.stringMatching(/^INCORRECT_TWO_FACTOR_CODE/),
        message: expect.stringMatching(/DHIS2 says INCORRECT_TWO_FACTOR_CODE\w*\. Give the code/),
      })
    }
    const signedIn = await signInWithPassword(store, profile, {
      ...credentials,
      twoFactorCode: emulator.state.twoFactorCode('nurse'),
    })
    expect(signedIn).toMatchObject({ username: 'nurse', profile: { username: 'nurse' } })
  })

  test('with a wrong password is refused, without showing it', async () => {
    const { store, profile } = await prepare()
    const error = await signInWithPassword(store, profile, { password: 'wrong-one' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'sign-in-failed', loginStatus: undefined })
    expect((error as Error).message).toMatch(
      /^The profile “prod” could not sign in: DHIS2 says Bad credentials\. Check user/,
    )
    expect(JSON.stringify(error)).not.toContain('wrong-one')
    expect((await store.show(profile)).secrets).toEqual([])
  })

  test('at what is no DHIS2 says what came instead', async () => {
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>Welcome</title>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => new Promise((resolve) => server.close(resolve)))
    const { store, profile } = await prepare()
    const { port } = server.address() as { port: number }
    const { profile: changed } = await store.update(profile, { baseUrl: `http://127.0.0.1:${port}` })
    await expect(signInWithPassword(store, changed, { password: 'district' })).rejects.toMatchObject({
      code: 'sign-in-failed',
      message: expect.stringContaining('POST /api/auth/login answered 200 with a web page'),
    })
  })

  test('is not for a profile that signs in otherwise', async () => {
    const { store } = await prepare()
    const { profile } = await store.add({ name: 'pat', baseUrl: 'https://a', auth: 'pat', secrets: { token: 'd2p_x' } })
    await expect(signInWithPassword(store, profile, { password: 'x' })).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('ends with its signal', async () => {
    const { store, profile } = await prepare()
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await expect(signInWithPassword(store, profile, { password: 'district', signal })).rejects.toBe(reason)
  })
})

describe('a session', () => {
  test('that has ended asks for a new sign-in', async () => {
    const { store, profile, emulator } = await prepare()
    await signInWithPassword(store, profile, { password: 'district' })
    await emulator.reset()
    expect(await verifyProfile(store, store.get('prod'))).toMatchObject({
      ok: false,
      error: { code: 'unauthenticated' },
    })
  })

  test('ends here and on the server', async () => {
    const { store, profile, keyring } = await prepare()
    await signInWithPassword(store, profile, { password: 'district' })
    const cookie = (await store.secrets(profile)).cookie?.reveal() ?? ''
    expect(await logout(store, profile)).toEqual({ forgotten: true, endedOnServer: true, leftBehind: undefined })
    expect(keyring.entries.size).toBe(0)
    const me = await fetch(`${profile.baseUrl}/api/me`, { headers: { cookie, 'x-requested-with': 'XMLHttpRequest' } })
    expect(me.status).toBe(401)
    await expect(openClient(store, profile)).rejects.toMatchObject({ code: 'sign-in-needed' })
    expect(await logout(store, profile)).toMatchObject({ forgotten: false, endedOnServer: false })
  })

  test('is forgotten here also when the server does not answer', async () => {
    const { store, profile, emulator, keyring } = await prepare()
    await signInWithPassword(store, profile, { password: 'district' })
    await emulator.close()
    expect(await logout(store, profile)).toMatchObject({
      forgotten: true,
      endedOnServer: false,
      serverProblem: expect.stringMatching(/^The server did not end the sign-in: .+\.$/),
    })
    expect(keyring.entries.size).toBe(0)
  })

  test('is forgotten here also when the keyring does not answer, and what stays is told', async () => {
    const { store, profile, keyring } = await prepare()
    await signInWithPassword(store, profile, { password: 'district' })
    keyring.failure = new Error('locked')
    expect(await logout(store, profile)).toMatchObject({
      forgotten: true,
      endedOnServer: false,
      leftBehind: expect.stringContaining('locked'),
      serverProblem: expect.stringContaining('locked'),
    })
    await expect(openClient(store, store.get('prod'))).rejects.toMatchObject({ code: 'sign-in-needed' })
  })

  test('of another server is forgotten', async () => {
    const { store, profile, keyring, world } = await prepare()
    await signInWithPassword(store, profile, { password: 'district' })
    world.write(world.globalPath, textOf(world.globalPath).replace(profile.baseUrl, 'http://moved.example.org'))
    const moved = await world.open({ keyring })
    expect(await logout(moved, moved.get('prod'))).toMatchObject({ forgotten: true, endedOnServer: false })
    expect(keyring.entries.size).toBe(0)
  })
})
