import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, createEmulator } from '../../src/index.js'
import { clientOf } from '../client.js'

let folder: string
const running: Emulator[] = []
const start = () => {
  const emulator = createEmulator({ storage: { folder }, settings: { storageDelay: 0 } })
  running.push(emulator)
  return { emulator, client: clientOf(emulator) }
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'emulator-test-'))
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()))
  await rm(folder, { recursive: true, force: true })
})

describe('a folder', () => {
  it('keeps files, documents, users and tokens over a restart', async () => {
    const first = start()
    const small = (await first.client.upload('small.txt', 'small')).json.response.fileResource.id
    const large = (await first.client.upload('large.dat', 'x'.repeat(1_000_000))).json.response.fileResource.id
    await first.client.post('/api/documents', { id: 'DocRestart1', name: 'Kept', url: small })
    const { key } = (await first.client.post('/api/apiToken', { name: 't' })).json.response
    await first.emulator.close()

    const { client, emulator } = start()
    expect((await client.get('/api/documents/DocRestart1/data')).bytes).toEqual(new TextEncoder().encode('small'))
    expect((await client.get(`/api/fileResources/${large}/data`)).bytes).toHaveLength(1_000_000)
    expect((await client.get('/api/me?fields=username', { authorization: `ApiToken ${key}` })).json).toEqual({
      username: 'admin',
    })
    expect(emulator.state.fileResources.get(small)).toMatchObject({ assigned: true, domain: 'DOCUMENT' })
  })

  it('holds an accepted upload before its answer is sent, also when the process then dies', async () => {
    const { client, emulator } = start()
    const { id } = (await client.upload('a.txt', 'alive')).json.response.fileResource
    await emulator.settle()
    // nothing is closed: what is on disk now is what a killed process leaves
    const next = start()
    expect(next.emulator.state.fileResources.has(id)).toBe(true)
  })

  it('has the blobs under their storage keys, and no leftovers of uploads', async () => {
    const { client, emulator } = start()
    const { id } = (await client.upload('a.dat', 'y'.repeat(400_000))).json.response.fileResource
    await client.upload('run.sh', 'z'.repeat(400_000))
    await emulator.settle()
    const key = emulator.state.fileResources.get(id)?.storageKey ?? ''
    expect((await readFile(path.join(folder, 'files', key))).length).toBe(400_000)
    expect(await readdir(path.join(folder, 'incoming'))).toEqual([])
  })

  it('with a state file that cannot be read is refused in one clear sentence', async () => {
    await writeFile(path.join(folder, 'state.json'), '{"half')
    expect(() => start()).toThrow(/state\.json cannot be read/)
  })

  it('is empty again after a reset', async () => {
    const { client, emulator } = start()
    await client.upload('a.txt', 'a')
    await emulator.reset()
    await emulator.close()
    expect(start().emulator.state.fileResources.size).toBe(0)
  })
})

describe('memory', () => {
  it('spills large files to a temporary folder that close removes', async () => {
    const emulator = createEmulator({ settings: { storageDelay: 0 } })
    await clientOf(emulator).upload('a.dat', 'y'.repeat(400_000))
    await emulator.settle()
    const spool = await emulator.state.blobs.spoolFolder()
    expect(await readdir(spool)).toHaveLength(1)
    await emulator.close()
    await expect(readdir(spool)).rejects.toThrow('ENOENT')
  })
})
