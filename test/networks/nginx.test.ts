import { bytesSource } from '@dhis2-files/client'
import type { Emulator } from '@dhis2-files/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Authority, makeAuthority } from './certificates.js'
import { type Nginx, startNginx } from './nginx.js'
import { freePorts } from './programs.js'
import { clientOf, emulated, failure, LARGE, refused, sendAndFetch } from './world.js'

let authority: Authority
let emulator: Emulator
let nginx: Nginx

beforeAll(async () => {
  authority = await makeAuthority()
  emulator = emulated()
  const { port } = await emulator.serve()
  nginx = await startNginx(port, authority)
})

afterAll(async () => {
  await nginx?.stop()
  await emulator?.close()
  await authority?.remove()
})

describe('behind nginx, with HTTPS and a context path', () => {
  test('30 MB go up and come down, by one sign-in', async () => {
    await sendAndFetch(clientOf(nginx.urls.large, { ca: authority.ca }), emulator)
  })

  test('insecure: true goes without the authority, and warns once', async () => {
    const warnings: string[] = []
    const logger = { warn: (message: string) => void warnings.push(message) }
    const client = clientOf(nginx.urls.misnamed, { insecure: true, logger })
    await client.with({ headers: { 'x-a': 'b' } }).system.info()
    await client.system.me()
    expect(warnings).toEqual([expect.stringMatching(/^insecure: true\. Certificates are not checked/)])
  })

  test('a list is read to its end, by links that begin with the base URL', async () => {
    const client = clientOf(nginx.urls.large, { ca: authority.ca })
    const names = Array.from({ length: 5 }, (_, i) => `Link ${i}`)
    for (const name of names) await client.files.createExternalDocument({ name, url: 'https://example.org/' })
    const found: string[] = []
    for await (const document of client.files.listDocuments({ pageSize: 2 })) found.push(document.name)
    expect(found).toEqual(expect.arrayContaining(names))
    const { pager } = (await (await client.request('api/documents?pageSize=2')).json()) as {
      pager: { nextPage: string }
    }
    expect(pager.nextPage).toContain(`${nginx.urls.large}/api/documents?`)
  })

  test('a body above client_max_body_size is too large, and the error names the setting', async () => {
    const client = clientOf(nginx.urls.small, { ca: authority.ca })
    const small = bytesSource(LARGE.subarray(0, 900_000), { name: 'small.zip', type: 'application/zip' })
    const { uid } = await client.files.uploadDocument(small, { name: 'Small' })
    const large = bytesSource(LARGE, { name: 'large.zip', type: 'application/zip' })
    const error = await failure(client.files.uploadDocument(large, { name: 'Large' }))
    expect(error).toMatchObject({ code: 'too-large', status: 413, retryable: false })
    expect(error.message).toMatch(/client_max_body_size/)
    expect(emulator.state.documents.has(uid)).toBe(true)
  })

  test('502 says that DHIS2 is down; when it is up again, the next call works', async () => {
    const { upstream } = await freePorts('upstream')
    const before = await startNginx(upstream, authority)
    try {
      const client = clientOf(before.urls.large, { ca: authority.ca })
      const error = await refused(client)
      expect(error).toMatchObject({ code: 'server', status: 502, retryable: true })
      expect(error.message).toMatch(/502 Bad Gateway.*DHIS2, which is down/)
      const late = emulated()
      try {
        await late.serve({ port: upstream })
        await sendAndFetch(client, late)
      } finally {
        await late.close()
      }
      expect(await failure(client.files.getDocument('AbcDefGhi12'))).toMatchObject({ code: 'server', status: 502 })
    } finally {
      await before.stop()
    }
  })
})

describe('an error says what to do', () => {
  test('about a redirect to HTTPS: the new base URL', async () => {
    const error = await refused(clientOf(nginx.urls.redirecting))
    expect(error).toMatchObject({ code: 'protocol', status: 301, retryable: false })
    expect(error.message).toContain(`use the base URL ${nginx.urls.large}.`)
  })

  test('about an authority that is not trusted: `ca`, with which it works', async () => {
    const client = clientOf(nginx.urls.large)
    const error = await refused(client)
    expect(error).toMatchObject({ code: 'network', retryable: false })
    expect(error.message).toMatch(/not signed by an authority that this machine trusts: pass its CA as `ca`/)
    await client.with({ ca: Buffer.from(authority.ca) }).system.info()
  })

  test('about the certificate of another host', async () => {
    const error = await refused(clientOf(nginx.urls.misnamed, { ca: authority.ca }))
    expect(error).toMatchObject({ code: 'network', retryable: false })
    expect(error.message).toMatch(/certificate belongs to another host name/)
  })

  test('about http: on a port for HTTPS', async () => {
    const error = await refused(clientOf(nginx.urls.plain))
    expect(error).toMatchObject({ code: 'protocol', status: 400, retryable: false })
    expect(error.message).toContain(`the base URL begins with https://127.0.0.1:${nginx.ports.large}.`)
  })

  test('about https: on a port for HTTP', async () => {
    const url = nginx.urls.redirecting.replace('http:', 'https:')
    const error = await refused(clientOf(url, { ca: authority.ca }))
    expect(error).toMatchObject({ code: 'network', retryable: false })
    expect(error.message).toMatch(/no TLS on that port: the base URL may need http:/)
  })

  test('about a context path that is missing', async () => {
    const error = await refused(clientOf(nginx.urls.large.replace('/dhis', ''), { ca: authority.ca }))
    expect(error).toMatchObject({ code: 'not-found', status: 404 })
    expect(error.message).toMatch(/base URL right, with its context path/)
  })
})
