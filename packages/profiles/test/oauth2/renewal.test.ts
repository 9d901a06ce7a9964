import { spawn } from 'node:child_process'
import fs, { readdirSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isDhis2Error, type Middleware } from '@dhis2-files/client'
import {
  isProfileError,
  logout,
  openClient,
  type Profile,
  type ProfileStore,
  signInWithOAuth2,
} from '../../src/index.js'
import { MemoryKeyring, textOf } from '../world.js'
import { createOAuth2World, type OAuth2World } from './world.js'

afterEach(() => vi.restoreAllMocks())

/** Each renewal ends the refresh token before. */
const ROTATING = { rotateRefreshTokens: true }

/** Moves the clock of this process, and with it the server's. */
function ahead(seconds: number): void {
  vi.spyOn(Date, 'now').mockImplementation(() => performance.timeOrigin + performance.now() + seconds * 1000)
}

async function signedIn(
  world: OAuth2World,
  options: Parameters<OAuth2World['prepare']>[0] = {},
): Promise<{ store: ProfileStore; profile: Profile }> {
  const { store, profile } = await world.prepare(options)
  await signInWithOAuth2(store, profile, { openBrowser: (url) => void world.browse(url), keep: options.keep })
  return { store, profile: store.get('prod') }
}

function tokensFile(world: OAuth2World): string {
  return textOf(join(dirname(world.globalPath), 'dhis2-files-tokens.json'))
}

/** The locks of renewals that are held. */
function locks(world: OAuth2World): readonly string[] {
  return readdirSync(dirname(world.globalPath)).filter((name) => name.endsWith('.renewal.lock'))
}

/** Lets a call of the file system fail for some paths. @returns what mends it */
function failing(
  name: 'open' | 'rename',
  isMeant: (path: unknown, more: unknown) => boolean,
  code: string,
): () => void {
  const real = fs.promises[name] as (...args: readonly unknown[]) => Promise<unknown>
  const hooked = async (...args: readonly unknown[]): Promise<unknown> => {
    if (isMeant(args[0], args[1])) throw Object.assign(new Error(code), { code, syscall: name })
    return real(...args)
  }
  Object.assign(fs.promises, { [name]: hooked })
  syncBuiltinESMExports()
  return () => {
    Object.assign(fs.promises, { [name]: real })
    syncBuiltinESMExports()
  }
}

/** Asks who this is, with a client of its own. */
async function ask(store: ProfileStore, profile: Profile, middleware: readonly Middleware[] = []): Promise<string> {
  const client = await openClient(store, profile, { middleware, retry: false })
  try {
    return (await client.system.me()).username
  } finally {
    await client.close()
  }
}

describe('an access token', () => {
  test('is used until it ends', async () => {
    const world = await createOAuth2World()
    const { store, profile } = await signedIn(world)
    expect(await ask(store, profile)).toBe('admin')
    expect(world.count('POST /oauth2/token')).toBe(1)
  })

  test('is renewed a minute before it ends, and kept before it is used', async () => {
    const world = await createOAuth2World(ROTATING)
    const { store, profile } = await signedIn(world)
    const before = tokensFile(world)
    ahead(245)
    const kept: boolean[] = []
    const watch: Middleware = (next) => (request) => {
      const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? 'none'
      kept.push(tokensFile(world).includes(token) && !before.includes(token))
      return next(request)
    }
    expect(await ask(store, profile, [watch])).toBe('admin')
    expect(kept).toEqual([true, true])
    expect(world.count('POST /oauth2/token')).toBe(2)
  })

  test('is renewed a minute before it ends also in a client that goes on for long', async () => {
    const world = await createOAuth2World(ROTATING)
    const { store, profile } = await signedIn(world)
    const client = await openClient(store, profile, { retry: false })
    await client.system.me()
    expect(world.count('POST /oauth2/token')).toBe(1)
    ahead(200)
    await client.system.info()
    expect(world.count('POST /oauth2/token')).toBe(1)
    ahead(245)
    await client.system.info()
    expect(world.count('POST /oauth2/token')).toBe(2)
    expect(world.emulator.log.filter(({ status }) => status === 401)).toEqual([])
    await client.close()
  })

  test('is renewed when the server does not take it any more', async () => {
    const world = await createOAuth2World({ rotateRefreshTokens: true })
    const { store, profile } = await signedIn(world)
    world.later(600)
    expect(await ask(store, profile)).toBe('admin')
    expect(world.count('POST /oauth2/token')).toBe(2)
    expect(await ask(store, profile)).toBe('admin')
    expect(world.count('POST /oauth2/token')).toBe(2)
  })

  test('is renewed once for ten programs that need it at once', async () => {
    const world = await createOAuth2World({ rotateRefreshTokens: true })
    await signedIn(world)
    world.later(600)
    const stores = await Promise.all(Array.from({ length: 10 }, () => world.open()))
    const names = await Promise.all(stores.map((store) => ask(store, store.get('prod'))))
    expect(names).toEqual(names.map(() => 'admin'))
    expect(world.count('POST /oauth2/token')).toBe(2)
  })

  test('of five processes at once loses no refresh token, although each renewal ends the last one', async () => {
    // it ends as it comes: whoever asks has to renew
    const world = await createOAuth2World({ ...ROTATING, accessTokenSeconds: 1 })
    const { store, profile } = await signedIn(world)
    const child = join(import.meta.dirname, 'renewal-child.mjs')
    const run = (): Promise<number | null> =>
      new Promise((resolve) => {
        const stdio = ['ignore', 'inherit', 'inherit'] as const
        const args = [child, world.home, world.project, '4']
        spawn(process.execPath, args, { stdio: [...stdio] }).on('close', resolve)
      })
    expect(await Promise.all(Array.from({ length: 5 }, run))).toEqual([0, 0, 0, 0, 0])
    expect(await ask(store, profile)).toBe('admin')
    expect(world.count('POST /oauth2/token')).toBeGreaterThan(20)
    expect(locks(world)).toEqual([])
  }, 120_000)

  test.each([
    { kind: 'html', status: 502 },
    { kind: 'drop', direction: 'down', afterBytes: 0 },
  ] as const)('that cannot be renewed now is used as long as it is good: $kind', async (fault) => {
    const world = await createOAuth2World(ROTATING)
    const { store, profile } = await signedIn(world)
    ahead(245)
    world.emulator.inject({ ...fault, route: 'POST /oauth2/token' })
    expect(await ask(store, profile)).toBe('admin')
    expect(world.emulator.log.filter((request) => request.fault !== undefined).length).toBeGreaterThan(0)
  })

  test('that has ended and cannot be renewed now is worth another try, and no new sign-in', async () => {
    const world = await createOAuth2World()
    const { store, profile } = await signedIn(world)
    world.later(600)
    world.emulator.inject({ kind: 'html', status: 502, route: 'POST /oauth2/token', count: 1 })
    await expect(ask(store, profile)).rejects.toMatchObject({ code: 'server', retryable: true, status: 502 })
    expect(await ask(store, profile)).toBe('admin')
  })

  test('whose refresh token has ended asks for a new sign-in', async () => {
    const world = await createOAuth2World({ refreshTokenSeconds: 60 })
    const { store, profile } = await signedIn(world)
    world.later(600)
    const error = await ask(store, profile).catch((thrown: unknown) => thrown)
    expect(isDhis2Error(error, 'unauthenticated')).toBe(true)
    expect((error as Error).message).toMatch(/invalid_grant.*Sign in: dhis2-files profile login prod\.$/)
    const below = (error as { cause: { cause: unknown } }).cause.cause
    expect(isProfileError(below, 'sign-in-failed') && below.loginStatus).toBe('invalid_grant')
  })

  test('without a refresh token asks for a new sign-in when it ends', async () => {
    const world = await createOAuth2World({ secret: undefined })
    const { store, profile } = await signedIn(world)
    world.later(600)
    await expect(ask(store, profile)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('came without a refresh token'),
    })
  })

  test('goes into a file when the keyring takes it no more, and that is warned of', async () => {
    const world = await createOAuth2World(ROTATING)
    const keyring = new MemoryKeyring()
    const { store, profile } = await signedIn(world, { keyring, keep: 'keyring' })
    ahead(245)
    keyring.set = () => Promise.reject(new Error('locked'))
    expect(await ask(store, profile)).toBe('admin')
    expect(world.warnings).toEqual([expect.stringContaining('The system keyring cannot be used (locked)')])
    // the next one is made from what is in the file
    ahead(500)
    const again = await world.open({ keyring })
    expect(await ask(again, again.get('prod'))).toBe('admin')
    expect(world.count('POST /oauth2/token')).toBe(3)
    expect([...keyring.entries.keys()].filter((name) => name.endsWith('.tokens'))).toEqual([])
  })

  test('of a sign-in by another program meanwhile is taken', async () => {
    const world = await createOAuth2World()
    const { store, profile } = await signedIn(world)
    const client = await openClient(store, profile, { retry: false })
    expect((await client.system.me()).username).toBe('admin')
    world.later(4000)
    const other = await world.open()
    await signInWithOAuth2(other, other.get('prod'), { openBrowser: (url) => void world.browse(url) })
    expect((await client.system.info()).version).toMatch(/^2\.43/)
    await client.close()
    expect(world.count('POST /oauth2/token')).toBe(2)
  })

  test('is given to no other server than the one it came from', async () => {
    const world = await createOAuth2World()
    await signedIn(world)
    world.write(world.globalPath, textOf(world.globalPath).replace(world.url, 'http://evil.example.org'))
    const store = await world.open()
    await expect(openClient(store, store.get('prod'))).rejects.toMatchObject({ code: 'sign-in-needed' })
  })

  test('is renewed also with an id_token, whose issuer has a path', async () => {
    const world = await createOAuth2World(ROTATING, { settings: { contextPath: '/hmis' } })
    const { store, profile } = await world.prepare()
    await store.update(profile, { scope: 'openid username' })
    const changed = store.get('prod')
    await signInWithOAuth2(store, changed, { openBrowser: (url) => void world.browse(url) })
    world.later(600)
    expect(await ask(store, changed)).toBe('admin')
    expect(world.count('POST /hmis/oauth2/token')).toBe(2)
  })

  test('is renewed and kept also when who asked has left meanwhile', async () => {
    const world = await createOAuth2World(ROTATING)
    const { store, profile } = await signedIn(world)
    const before = tokensFile(world)
    world.later(600)
    world.emulator.inject({ kind: 'delay', ms: 400, route: 'POST /oauth2/token', count: 1 })
    const client = await openClient(store, profile, { retry: false })
    const reason = new Error('enough')
    const controller = new AbortController()
    const asking = client.system.me({ signal: controller.signal })
    asking.catch(() => undefined)
    await vi.waitFor(() => expect(locks(world)).toHaveLength(1), { interval: 5 })
    controller.abort(reason)
    await expect(asking).rejects.toBe(reason)
    await vi.waitFor(() => expect(locks(world)).toEqual([]), { timeout: 10_000 })
    if (world.count('POST /oauth2/token') === 2) expect(tokensFile(world)).not.toBe(before)
    expect(await ask(store, profile)).toBe('admin')
    await client.close()
  })

  test('of a renewal that takes longer than the last one lasts does not end that renewal', async () => {
    const world = await createOAuth2World(ROTATING)
    const { store, profile } = await signedIn(world)
    const before = tokensFile(world)
    ahead(294.9)
    world.emulator.inject({ kind: 'delay', ms: 400, route: 'POST /oauth2/token', count: 1 })
    expect(await ask(store, profile)).toBe('admin')
    await vi.waitFor(() => expect(locks(world)).toEqual([]), { timeout: 10_000 })
    expect(tokensFile(world)).not.toBe(before)
    expect(world.count('POST /oauth2/token')).toBe(2)
  })

  test('that cannot be kept is used by this program, which warns of it, and renewed from there', async () => {
    const world = await createOAuth2World(ROTATING)
    const { store, profile } = await signedIn(world)
    world.later(600)
    const restore = failing('rename', (_, to) => String(to).endsWith('dhis2-files-tokens.json'), 'ENOSPC')
    expect(await ask(store, profile)).toBe('admin')
    expect(world.warnings).toEqual([expect.stringMatching(/“prod” could not be kept.*Sign in: dhis2-files/s)])
    expect(await ask(store, profile)).toBe('admin')
    expect(world.count('POST /oauth2/token')).toBe(2)
    world.later(1200)
    expect(await ask(store, profile)).toBe('admin')
    expect(world.count('POST /oauth2/token')).toBe(3)
    restore()
    world.later(1800)
    expect(await ask(store, profile)).toBe('admin')
    const again = await world.open()
    expect(await ask(again, again.get('prod'))).toBe('admin')
    expect(world.count('POST /oauth2/token')).toBe(4)
  })

  test('is renewed also where the lock cannot be made, which is warned of', async () => {
    const world = await createOAuth2World(ROTATING)
    const { store, profile } = await signedIn(world)
    world.later(600)
    const stop = failing('open', (path, flags) => flags === 'wx' && String(path).endsWith('.renewal.lock'), 'EROFS')
    try {
      expect(await Promise.all([ask(store, profile), ask(store, profile)])).toEqual(['admin', 'admin'])
    } finally {
      stop()
    }
    expect(world.warnings).toEqual([expect.stringMatching(/Other programs are not kept from.*read-only/)])
    expect(world.count('POST /oauth2/token')).toBe(2)
  })

  test.each(['logout', 'remove', 'rename'] as const)('of a renewal during a %s does not come back', async (what) => {
    const world = await createOAuth2World(ROTATING)
    const { store, profile } = await signedIn(world)
    world.later(600)
    world.emulator.inject({ kind: 'delay', ms: 300, route: 'POST /oauth2/token', count: 1 })
    const asking = ask(store, profile).catch((error: unknown) => error)
    await vi.waitFor(() => expect(locks(world)).toHaveLength(1), { interval: 5 })
    const other = await world.open()
    if (what === 'logout') expect(await logout(other, other.get('prod'))).toMatchObject({ endedOnServer: true })
    else if (what === 'remove') await other.remove(other.get('prod'))
    else await other.rename(other.get('prod'), 'production')
    await asking
    expect(Object.keys(JSON.parse(tokensFile(world)) as object)).toHaveLength(what === 'rename' ? 1 : 0)
    if (what === 'rename') expect(await ask(other, other.get('production'))).toBe('admin')
  })

  test('of a renewal whose sign-in is there no more is not kept, and the server is told', async () => {
    const world = await createOAuth2World(ROTATING)
    const { store, profile } = await signedIn(world)
    world.later(600)
    const path = join(dirname(world.globalPath), 'dhis2-files-tokens.json')
    // as by a program that knows of no lock
    world.emulator.inject({ kind: 'delay', ms: 300, route: 'POST /oauth2/token', count: 1 })
    const asking = ask(store, profile)
    asking.catch(() => undefined)
    await vi.waitFor(() => expect(locks(world)).toHaveLength(1), { interval: 5 })
    world.write(path, '{}')
    await expect(asking).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(tokensFile(world)).toBe('{}')
    // the new ones, where the server had been asked for them
    expect(world.count('POST /oauth2/revoke')).toBe(world.count('POST /oauth2/token') - 1)
  })
})
