import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { describe, expect } from 'vitest'
import { BIN } from './harness/bin.js'
import { test, VERSIONS } from './harness/world.js'
import { uploaded } from './cases/documents.js'

/* Commands that run until they are ended. */

describe('emulator', () => {
  test.concurrent.for(VERSIONS)(
    'is ready when it says so, is like %s, and ends well by Ctrl-C',
    async (version, { open }) => {
      const world = await open()
      const running = world.start(['emulator', '--version', version, '--port', '0', '--json'])
      await running.until('it is ready', () => running.stdout.includes('\n'))
      const { status, url, username, password } = JSON.parse(running.stdout)
      expect(status).toBe('ready')
      const env = { DHIS2_URL: url, DHIS2_USERNAME: username, DHIS2_PASSWORD: password }
      await world.file('one.txt', 'One.')
      expect(await world.run(['documents', 'upload', 'one.txt'], { env })).toMatchObject({ code: 0 })
      const checked = await world.run(['doctor', '--json'], { env })
      expect(JSON.stringify(checked.json())).toContain(`DHIS2 ${version}`)
      running.kill('SIGINT')
      const ran = await running.ended
      expect(ran).toMatchObject({ code: 0, stderr: '' })
      expect(ran.json()).toMatchObject({ status: 'ready' })
    },
  )

  test.concurrent('keeps a folder over a restart', async ({ open }) => {
    const world = await open()
    await world.file('one.txt', 'One.')
    const start = async () => {
      const running = world.start(['emulator', '--port', '0', '--data', 'server'])
      await running.until('it is ready', () => running.stderr.includes('Ctrl-C'))
      const url = /http:\/\/\S+/.exec(running.stdout)?.[0]
      return { running, env: { DHIS2_URL: url, DHIS2_USERNAME: 'admin', DHIS2_PASSWORD: 'district' } }
    }
    const first = await start()
    expect(await world.run(['documents', 'upload', 'one.txt'], { env: first.env })).toMatchObject({ code: 0 })
    first.running.kill('SIGTERM')
    expect(await first.running.ended).toMatchObject({ code: 0 })
    const second = await start()
    const listed = await world.run(['documents', 'list', '--json'], { env: second.env })
    expect(listed.json()).toMatchObject([{ name: 'one.txt' }])
    second.running.kill('SIGINT')
    expect(await second.running.ended).toMatchObject({ code: 0 })
  })

  test.concurrent('says what is wrong with a port, and with a version', async ({ open }) => {
    const world = await open()
    const taken = await world.run(['emulator', '--port', new URL(world.url).port])
    expect(taken).toMatchObject({ code: 13, stderr: expect.stringMatching(/^error: Port \d+ is taken\./) })
    expect((await world.run(['emulator', '--version', '2.39'])).code).toBe(2)
    expect((await world.run(['emulator', '--port', '70000', '--json'])).json().error).toMatchObject({ code: 'usage' })
  })
})

describe('mcp', () => {
  test.concurrent.for(VERSIONS)(
    'serves the official client over stdio on %s, reading only',
    async (version, { open }) => {
      const world = await open({ version })
      const uid = await uploaded(world)
      const transport = new StdioClientTransport({
        command: process.execPath,
        args: [BIN, ...['mcp', '--root', world.cwd]],
        env: world.environment() as Record<string, string>,
        cwd: world.cwd,
        stderr: 'pipe',
      })
      const client = new Client({ name: 'test', version: '1' })
      await client.connect(transport)
      try {
        const log = world.watch()
        const listed = await client.callTool({ name: 'files_documents_list', arguments: {} })
        expect(JSON.stringify(listed)).toContain(uid)
        const refused = await client
          .callTool({ name: 'files_documents_delete', arguments: { uid } })
          .catch((error: Error) => error)
        expect(JSON.stringify(refused) + String(refused)).toMatch(/--write|--allow-delete|not found|unknown/i)
        expect(log().filter(({ method }) => method !== 'GET')).toEqual([])
      } finally {
        await client.close()
      }
    },
  )

  test.concurrent('ends when its host does, and prints nothing but the protocol', async ({ open }) => {
    const world = await open()
    expect(await world.run(['mcp'], { stdin: '' })).toMatchObject({ code: 0, stdout: '' })
    expect((await world.run(['mcp', '--port', 'x'])).code).toBe(2)
  })
})
