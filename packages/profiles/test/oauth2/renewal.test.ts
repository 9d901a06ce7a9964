import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isDhis2Error, type Middleware } from '@dhis2-files/client'
import { isProfileError, openClient, type Profile, type ProfileStore, signInWithOAuth2 } from '../../src/index.js'
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
    expect(existsSync(join(dirname(world.globalPath), '.dhis2-files-prod.renewal.lock'))).toBe(false)
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
})
