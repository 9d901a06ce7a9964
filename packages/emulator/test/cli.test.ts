import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../src/cli.js'
import { VERSIONS } from '../src/versions.js'

const run = async (...args: string[]) => {
  let out = ''
  let err = ''
  const result = await runCli(args, { out: (text) => (out += text), err: (text) => (err += text) })
  return { result, out, err }
}

describe('dhis2-emulator', () => {
  it.each(Object.keys(VERSIONS))('serves %s and says where in one line', async (version) => {
    const { result, out, err } = await run(
      '--version',
      version,
      '--port',
      '0',
      '--context-path',
      '/dhis',
      '--storage-delay',
      '0',
    )
    if (!('emulator' in result)) throw new Error(err)
    expect(out).toBe(`DHIS2 ${version} emulator at ${result.server.url}\n`)
    expect(result.server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/dhis$/)
    expect((await fetch(`${result.server.url}/api/ping`)).status).toBe(200)
    await result.emulator.close()
    await expect(fetch(`${result.server.url}/api/ping`)).rejects.toThrow()
  })

  it.each([
    [['--version', '2.40'], '--version must be one of 2.41, 2.42, 2.43, 2.44, not "2.40"'],
    [['--port', 'http'], '--port must be a whole number up to 65535, not "http"'],
    [['--port', '70000'], '--port must be a whole number up to 65535, not "70000"'],
    [['--max-file-upload-size', '10MB'], '--max-file-upload-size must be a whole number, not "10MB"'],
    [['--port', '0', '--context-path', 'dhis'], 'contextPath must look like /dhis, not dhis'],
    [
      ['--oauth2-client', 'app'],
      '--oauth2-client must look like my-app@http://127.0.0.1/callback or my-app:s3cret@http://…',
    ],
    [
      ['--oauth2-client', 'app:s3cret'],
      '--oauth2-client must look like my-app@http://127.0.0.1/callback or my-app:s3cret@http://…',
    ],
    [
      ['--oauth2-client', 'app@/in'],
      'OAuth2 client "app": a redirect URI must be absolute and without a fragment, not "/in"',
    ],
    [['--frobnicate'], "Unknown option '--frobnicate'"],
    [['extra'], "Unexpected argument 'extra'"],
  ])('%j is wrong usage: one line, exit code 2', async (args, message) => {
    const { result, out, err } = await run(...args)
    expect({ result, out, err }).toEqual({ result: { exitCode: 2 }, out: '', err: `dhis2-emulator: ${message}\n` })
  })

  it('serves the OAuth2 clients that it is told', async () => {
    const { result, err } = await run(
      ...['--port', '0', '--oauth2-client', 'open@http://127.0.0.1/in'],
      ...['--oauth2-client', 'closed:s3:cret@https://app.example:8443/in'],
    )
    if (!('emulator' in result)) throw new Error(err)
    const { url } = result.server
    const token = async (form: Record<string, string>) => {
      const answer = await fetch(`${url}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) })
      return [answer.status, ((await answer.json()) as { error: string }).error]
    }
    const code = { grant_type: 'authorization_code', code: 'unknown', code_verifier: 'v' }
    expect(await token({ ...code, client_id: 'open' })).toEqual([400, 'invalid_grant'])
    expect(await token({ ...code, client_id: 'closed', client_secret: 's3:cret' })).toEqual([400, 'invalid_grant'])
    expect(await token({ ...code, client_id: 'closed', client_secret: 's3' })).toEqual([401, 'invalid_client'])
    await result.emulator.close()
  })

  it('on a port that is taken ends with one line and exit code 1', async () => {
    const { result } = await run('--port', '0')
    if (!('emulator' in result)) throw new Error('not started')
    const { port } = result.server
    const second = await run('--port', String(port))
    expect(second.result).toEqual({ exitCode: 1 })
    expect(second.err).toBe(`dhis2-emulator: port ${port} is taken; choose another one with --port\n`)
    await result.emulator.close()
  })

  it('with a data folder that cannot be one ends with one line and exit code 1', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'emulator-test-'))
    const file = path.join(folder, 'file')
    await writeFile(file, '')
    const { result, err } = await run('--port', '0', '--data', path.join(file, 'data'))
    expect(result).toEqual({ exitCode: 1 })
    expect(err).toMatch(/cannot be made a folder\n$/)
    await rm(folder, { recursive: true })
  })

  it('explains itself', async () => {
    const { result, out } = await run('--help')
    expect(result).toEqual({ exitCode: 0 })
    expect(out).toContain('usage: dhis2-emulator')
  })
})
