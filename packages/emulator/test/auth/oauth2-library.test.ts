import * as oauth from 'oauth4webapi'
import { afterEach, expect, it } from 'vitest'
import { type Dhis2Version, type Emulator, createEmulator } from '../../src/index.js'
import { ADMIN } from '../client.js'

const SECRET = 'kept by the program'
const insecure = { [oauth.allowInsecureRequests]: true }

let emulator: Emulator
afterEach(() => emulator.close())

/** A sign-in by a library that knows nothing of DHIS2, over a socket. */
it.each([
  ['2.42', oauth.ClientSecretBasic(SECRET)],
  ['2.43', oauth.ClientSecretPost(SECRET)],
  ['2.44', oauth.None()],
] as const)('oauth4webapi signs in, and reads who that is (%s)', async (version: Dhis2Version, authentication) => {
  const isPublic = version === '2.44'
  const registered = { id: 'app', redirectUris: ['http://127.0.0.1/callback'], ...(!isPublic && { secret: SECRET }) }
  emulator = createEmulator({ version, settings: { contextPath: '/dhis', oauth2: { clients: [registered] } } })
  const { url } = await emulator.serve()
  const issuer = new URL(url)
  const discovered = await oauth.discoveryRequest(issuer, insecure)
  const server = await oauth.processDiscoveryResponse(issuer, discovered)
  const client: oauth.Client = { client_id: 'app' }

  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const redirectUri = 'http://127.0.0.1:49152/callback'
  const address = new URL(server.authorization_endpoint ?? '')
  address.search = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid username',
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  const redirected = await fetch(address, { redirect: 'manual', headers: { authorization: ADMIN } })
  const callback = new URL(redirected.headers.get('location') ?? '')
  const parameters = oauth.validateAuthResponse(server, client, callback, state)

  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    parameters,
    redirectUri,
    verifier,
    insecure,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
    expectedNonce: nonce,
    requireIdToken: true,
  })
  await oauth.validateApplicationLevelSignature(server, answer, insecure)
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  expect(claims).toMatchObject({ sub: 'admin', azp: 'app', nonce, username: 'admin' })

  const info = await oauth.userInfoRequest(server, client, tokens.access_token, insecure)
  expect(await oauth.processUserInfoResponse(server, client, 'admin', info)).toEqual({ sub: 'admin' })
  const me = await oauth.protectedResourceRequest(
    tokens.access_token,
    'GET',
    new URL(`${url}/api/me?fields=username`),
    undefined,
    undefined,
    insecure,
  )
  expect(await me.json()).toEqual({ username: 'admin' })
  if (isPublic) return expect(tokens.refresh_token).toBeUndefined()

  const refreshed = await oauth.refreshTokenGrantRequest(
    server,
    client,
    authentication,
    tokens.refresh_token ?? '',
    insecure,
  )
  const next = await oauth.processRefreshTokenResponse(server, client, refreshed)
  const revoked = await oauth.revocationRequest(server, client, authentication, next.refresh_token ?? '', insecure)
  expect(await oauth.processRevocationResponse(revoked)).toBeUndefined()
  const again = await oauth.refreshTokenGrantRequest(server, client, authentication, next.refresh_token ?? '', insecure)
  await expect(oauth.processRefreshTokenResponse(server, client, again)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

it('userinfo asks for a living token of OpenID Connect', async () => {
  const clients = [{ id: 'app', secret: SECRET, redirectUris: ['http://127.0.0.1/callback'] }]
  emulator = createEmulator({ settings: { oauth2: { clients } } })
  const ask = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization }
    const answer = await emulator.fetch(new Request('http://dhis2.test/userinfo', { headers }))
    return [answer.status, answer.headers.get('www-authenticate')]
  }
  expect(await ask()).toEqual([401, 'Bearer'])
  expect(await ask(ADMIN)).toEqual([401, 'Bearer'])
  expect(await ask('Bearer a.b.c')).toEqual([401, expect.stringMatching(/^Bearer error="invalid_token"/)])
})
