import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { openClient, type ProfileError, signInWithOAuth2, verifyProfile } from '../../src/index.js'
import { MemoryKeyring, modeOf, textOf } from '../world.js'
import { createOAuth2World, freePort } from './world.js'

describe('a sign-in by OAuth2', () => {
  test('goes through the browser and back, and gives a client that works', async () => {
    const world = await createOAuth2World()
    const { store, profile } = await world.prepare()
    let page: Promise<string> = Promise.resolve('')
    const urls: string[] = []
    const signedIn = await signInWithOAuth2(store, profile, {
      onUrl: (url) => urls.push(url),
      openBrowser: (url) => void (page = world.browse(url)),
    })
    expect(signedIn).toMatchObject({ username: 'admin', place: 'file', expires: undefined, profile: { name: 'prod' } })
    expect(await page).toContain('As admin. You may close this page')
    const asked = new URL(urls[0] ?? '')
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'app',
      redirect_uri: world.redirectUri,
      scope: 'username email',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{20,}$/),
    })
    const client = await openClient(store, store.get('prod'))
    expect((await client.system.me()).username).toBe('admin')
    await client.close()
  })

  test('keeps the tokens in the keyring, where there is one', async () => {
    const world = await createOAuth2World()
    const keyring = new MemoryKeyring()
    const { store, profile } = await world.prepare({ keyring, keep: 'keyring' })
    const { place } = await signInWithOAuth2(store, profile, { openBrowser: (url) => void world.browse(url) })
    expect(place).toBe('keyring')
    expect([...keyring.entries.keys()]).toEqual([
      expect.stringMatching(/^prod\.\w{12}$/),
      expect.stringMatching(/^prod\.\w{12}\.tokens$/),
    ])
    const shown = await store.show(store.get('prod'))
    expect(shown.secrets).toEqual([
      { name: 'clientSecret', place: 'keyring', path: undefined, value: '•••' },
      { name: 'tokens', place: 'keyring', path: undefined, value: '•••' },
    ])
    expect(await verifyProfile(store, profile)).toMatchObject({ ok: true, username: 'admin', canWrite: true })
  })

  test('keeps the tokens in a file of its owner’s, where there is no keyring, and says so', async () => {
    const world = await createOAuth2World()
    const { store, profile } = await world.prepare()
    const signedIn = await signInWithOAuth2(store, profile, {
      keep: 'keyring',
      openBrowser: (url) => void world.browse(url),
    })
    expect(signedIn.place).toBe('file')
    expect(signedIn.fallback).toMatch(/^The system keyring cannot be used \(it is switched off\)/)
    const path = join(dirname(world.globalPath), 'dhis2-files-tokens.json')
    expect(modeOf(path)).toBe('600')
    expect(textOf(path)).toContain('"accessToken"')
    expect((await store.show(store.get('prod'))).secrets).toContainEqual({
      name: 'tokens',
      place: 'file',
      path,
      value: '•••',
    })
  })

  test('of a public client needs no secret, and tells when it ends', async () => {
    const world = await createOAuth2World({ secret: undefined })
    const { store, profile } = await world.prepare()
    const { expires } = await signInWithOAuth2(store, profile, { openBrowser: (url) => void world.browse(url) })
    expect(expires?.getTime()).toBeGreaterThan(Date.now() + 200_000)
  })

  test('takes the address that a user pastes, where the browser runs elsewhere', async () => {
    const redirectUri = 'https://ministry.example.org/back'
    const world = await createOAuth2World({ redirectUris: [redirectUri] })
    const { store, profile } = await world.prepare()
    let url = ''
    const signedIn = await signInWithOAuth2(store, profile, {
      onUrl: (address) => (url = address),
      async askForRedirect() {
        const headers = { authorization: `Basic ${btoa('admin:district')}` }
        const answer = await fetch(url, { redirect: 'manual', headers })
        return `  ${answer.headers.get('location')}\n`
      },
    })
    expect(signedIn.username).toBe('admin')
    await expect(signInWithOAuth2(store, profile)).rejects.toMatchObject({ code: 'unsupported' })
  })

  test.each([
    ['https://ministry.example.org/back', 'has no code in it'],
    ['?code=abc&state=other', 'of another sign-in'],
  ])('does not take %s', async (text, message) => {
    const world = await createOAuth2World()
    const { store, profile } = await world.prepare()
    const signingIn = signInWithOAuth2(store, profile, { askForRedirect: () => Promise.resolve(text) })
    await expect(signingIn).rejects.toMatchObject({ code: 'sign-in-failed', message: expect.stringContaining(message) })
  })

  test('ends the question to the user when the browser comes back by itself', async () => {
    const world = await createOAuth2World()
    const { store, profile } = await world.prepare()
    let ended = false
    await signInWithOAuth2(store, profile, {
      openBrowser: (url) => void world.browse(url),
      askForRedirect: (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            ended = true
            reject(signal.reason as Error)
          })
        }),
    })
    expect(ended).toBe(true)
  })

  test('shows what the server says against it, as it is, there and in the browser', async () => {
    const world = await createOAuth2World({ scopes: ['openid'] })
    const { store, profile } = await world.prepare()
    let page: Promise<string> = Promise.resolve('')
    const error: unknown = await signInWithOAuth2(store, profile, {
      openBrowser: (url) => void (page = world.browse(url)),
    }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'sign-in-failed', loginStatus: 'invalid_scope' })
    expect((error as Error).message).toMatch(
      /^DHIS2 refused the sign-in: invalid_scope: OAuth 2\.0 Parameter: scope\. Set scope/,
    )
    expect(await page).toContain('You are not signed in')
    expect(await page).toContain('invalid_scope')
  })

  test('with a wrong client secret says so, and shows no secret', async () => {
    const world = await createOAuth2World()
    const { store, profile } = await world.prepare()
    await store.update(profile, { secrets: { clientSecret: 'a wrong one' } })
    const error = await signInWithOAuth2(store, profile, { openBrowser: (url) => void world.browse(url) }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'sign-in-failed', loginStatus: 'invalid_client' })
    expect(inspect(error, { depth: 9 })).not.toContain('a wrong one')
    expect((await store.show(profile)).secrets.map(({ name }) => name)).toEqual(['clientSecret'])
  })

  test('whose token the API does not take says what the server lacks', async () => {
    const world = await createOAuth2World()
    const { store, profile } = await world.prepare()
    const changed = await store.update(profile, { scope: 'openid' })
    const error = await signInWithOAuth2(store, changed.profile, {
      openBrowser: (url) => void world.browse(url),
    }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'sign-in-failed', message: expect.stringContaining('mapping_claim') })
    expect((await store.show(profile)).secrets.map(({ name }) => name)).toEqual(['clientSecret'])
  })

  test('ends when nobody comes, and when it is told to', async () => {
    const world = await createOAuth2World()
    const { store, profile } = await world.prepare()
    await expect(signInWithOAuth2(store, profile, { wait: 50 })).rejects.toMatchObject({
      code: 'sign-in-failed',
      message: expect.stringContaining('Nobody signed in'),
    })
    const reason = new Error('enough')
    const controller = new AbortController()
    const signingIn = signInWithOAuth2(store, profile, {
      signal: controller.signal,
      onUrl: () => controller.abort(reason),
    })
    await expect(signingIn).rejects.toBe(reason)
    // the port is free again
    await signInWithOAuth2(store, profile, { openBrowser: (url) => void world.browse(url) })
  })

  test.each([
    ['later', () => Promise.reject(new Error('no browser'))],
    [
      'at once',
      () => {
        throw new Error('no browser')
      },
    ],
  ])('goes on when the browser cannot be opened, told %s', async (_, openBrowser) => {
    const world = await createOAuth2World()
    const { store, profile } = await world.prepare()
    await signInWithOAuth2(store, profile, {
      openBrowser,
      onUrl: (url) => void world.browse(url),
    })
    expect(world.warnings).toEqual(['The browser could not be opened: open the address yourself.'])
  })

  test('tells that another program has the port', async () => {
    const port = await freePort()
    const other = createServer().listen(port, '127.0.0.1')
    const world = await createOAuth2World({ redirectUris: [`http://localhost:${port}`] })
    const { store, profile } = await world.prepare()
    await expect(signInWithOAuth2(store, profile)).rejects.toMatchObject({
      code: 'sign-in-failed',
      message: expect.stringMatching(/another program has that port/),
    })
    other.close()
  })

  test('answers no visit but its own', async () => {
    const world = await createOAuth2World()
    const { store, profile } = await world.prepare()
    const statuses: number[] = []
    const visit = async (path: string, init?: RequestInit): Promise<void> => {
      statuses.push((await fetch(`${world.redirectUri}${path}`, init)).status)
    }
    const signedIn = await signInWithOAuth2(store, profile, {
      async openBrowser(url) {
        await visit('/favicon.ico')
        await visit('/?code=stolen&state=guessed')
        await visit('/?error=access_denied')
        await visit('/', { method: 'POST' })
        await world.browse(url)
      },
    })
    expect(statuses).toEqual([404, 400, 400, 405])
    expect(signedIn.username).toBe('admin')
  })

  test('sends nothing to another address than the base URL’s', async () => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(request.url ?? '')
      const there = 'http://evil.example.org/oauth2'
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ issuer: there, authorization_endpoint: `${there}/authorize`, token_endpoint: there }),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const world = await createOAuth2World()
    const { store, profile } = await world.prepare()
    const { profile: changed } = await store.update(profile, { baseUrl: `http://127.0.0.1:${port}` })
    const error = await signInWithOAuth2(store, changed).catch((thrown: unknown) => thrown as ProfileError)
    expect(error).toMatchObject({
      code: 'sign-in-failed',
      message: expect.stringContaining('signs in at http://evil.example.org'),
    })
    expect(seen).toEqual(['/.well-known/openid-configuration'])
    server.close()
  })

  test('is not for a profile that signs in otherwise, nor for one without a client', async () => {
    const world = await createOAuth2World()
    const { store } = await world.prepare()
    const { profile: pat } = await store.add({
      name: 'pat',
      baseUrl: world.url,
      auth: 'pat',
      secrets: { token: 'd2p_x' },
    })
    await expect(signInWithOAuth2(store, pat)).rejects.toMatchObject({ code: 'unsupported' })
    const { profile: none } = await store.add({ name: 'none', baseUrl: world.url, auth: 'oauth2' })
    await expect(signInWithOAuth2(store, none)).rejects.toMatchObject({ code: 'invalid-profile' })
    const env = { DHIS2_URL: world.url, DHIS2_PAT: 'd2p_x' }
    const other = await world.open({ env })
    await expect(signInWithOAuth2(other, other.resolve())).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('that nobody has made yet is told before anything is sent', async () => {
    const world = await createOAuth2World()
    const { store, profile } = await world.prepare()
    await expect(openClient(store, profile)).rejects.toMatchObject({
      code: 'sign-in-needed',
      message: expect.stringContaining('dhis2-files profile login prod'),
    })
    expect(world.emulator.log).toEqual([])
  })
})
