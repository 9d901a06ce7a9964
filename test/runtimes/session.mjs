/** What pages can do wrong with cookies. Runs in a page whose host has the emulator's cookies: cookies know no ports. */
import { equal, fails, noise, ok } from './suite.mjs'

/** A page of an origin that the server allows, with credentials of its own. */
export const OTHER_ORIGIN_CASES = {
  async 'sends no cookie with a password or a token'({ client, control, world }) {
    await signIn(world.url)
    // looked at first: each request with a password begins a session, and the server keeps few of a user
    ok(await hasSession(world.url), 'there is a session that could be sent')
    const { token } = await control('token')
    const before = (await control('log')).length
    const byToken = client.with({ auth: { token } })
    for (const one of [client, byToken]) {
      const { uid } = await one.files.uploadDocument(new Blob([noise(50_000)]), { name: 'A', filename: 'a.dat' })
      const file = await one.files.downloadDocument(uid)
      equal((await file.bytes()).byteLength, 50_000)
      await one.files.deleteDocument(uid)
    }
    const log = (await control('log')).slice(before).filter(({ method }) => method !== 'OPTIONS')
    ok(log.length > 8, 'requests were seen')
    equal(
      log.filter(({ headers }) => 'cookie' in headers).map(({ method, path }) => `${method} ${path}`),
      [],
    )
  },

  async 'is told by CORS that a server does not know its origin'({ client, control }) {
    await control('origins', [])
    const error = await fails(client.files.uploadFileResource(noise(10), { filename: 'a.dat', retry: false }))
    await control('origins', [location.origin])
    equal(error.code, 'network')
    ok(/CORS|fetch/i.test(error.message), error.message)
  },
}

/** `auth: 'browser'`, on a server that asks for CSRF tokens. */
export const SESSION_CASES = {
  async 'uses the session of the page, and echoes its CSRF token'({ client, control, world }) {
    await signIn(world.url)
    const page = client.with({ auth: 'browser' })
    const before = (await control('log')).length
    const { uid } = await page.files.uploadDocument(new Blob([noise(500_000)]), { name: 'A', filename: 'a.dat' })
    const file = await page.files.downloadDocument(uid)
    equal((await file.bytes()).byteLength, 500_000)
    await page.files.deleteDocument(uid)
    const log = (await control('log')).slice(before).filter(({ method }) => method !== 'OPTIONS')
    equal([...new Set(log.map(({ scheme }) => scheme))], ['session'])
    ok(
      log.every(({ headers }) => !('authorization' in headers)),
      'no Authorization header',
    )
    const unsafe = log.filter(({ method }) => method !== 'GET')
    equal(
      unsafe.map(({ method }) => method),
      ['POST', 'POST', 'DELETE'],
    )
    ok(
      unsafe.every(({ headers }) => 'x-xsrf-token' in headers),
      'every change came with the token',
    )
  },

  async 'follows a link without the session'({ client, control, world }) {
    await signIn(world.url)
    const page = client.with({ auth: 'browser' })
    const { id } = await page.files.createExternalDocument({ name: 'Guideline', url: 'https://who.int/malaria.pdf' })
    await control('link', { uid: id, url: world.linked })
    const link = await page.files.downloadDocument(id)
    equal(new TextDecoder().decode(await link.follow().bytes()), 'no credentials came')
  },

  async 'says that nobody is signed in'({ client, control, world }) {
    await signIn(world.url)
    await control('reset') // the server forgets all sessions
    const page = client.with({ auth: 'browser', version: '2.43' })
    for (const error of [
      await fails(page.files.getDocument('aaaaaaaaaaa')),
      await fails(page.files.uploadFileResource(noise(10), { filename: 'a.dat' })),
    ]) {
      ok(['unauthenticated', 'forbidden'].includes(error.code), `${error.code}: ${error.message}`)
    }
  },
}

/** As DHIS2's own login page does it. */
async function signIn(url) {
  await fetch(`${url}/api/ping`, { credentials: 'include' })
  const token = /XSRF-TOKEN=([^;]+)/.exec(document.cookie)?.[1]
  const headers = { 'content-type': 'application/json', ...(token && { 'x-xsrf-token': token }) }
  const body = JSON.stringify({ username: 'admin', password: 'district' })
  const answer = await fetch(`${url}/api/auth/login`, { method: 'POST', credentials: 'include', headers, body })
  ok(answer.ok, `the sign-in answered ${answer.status}`)
}

async function hasSession(url) {
  const headers = { accept: 'application/json', 'x-requested-with': 'XMLHttpRequest' }
  return (await fetch(`${url}/api/me`, { credentials: 'include', headers })).ok
}
