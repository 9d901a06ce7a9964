import { createEmulator } from '@dhis2-files/emulator'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'

const emulator = createEmulator({ version: '2.43' })

beforeEach(async () => {
  await emulator.reset()
  // what the code under test fetches goes to the emulator: no port, no process
  vi.stubGlobal('fetch', (input: string, init?: RequestInit) => emulator.fetch(new Request(input, init)))
})
afterAll(() => emulator.close())

/** The code under test. */
async function saveNote(text: string): Promise<string> {
  const body = new FormData()
  body.append('file', new Blob([text], { type: 'text/plain' }), 'note.txt')
  const headers = { authorization: `Basic ${btoa('admin:district')}` }
  const answer = await fetch('http://dhis2.test/api/fileResources?domain=DOCUMENT', { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(`DHIS2 says ${answer.status}`)
  return (await answer.json()).response.fileResource.id
}

test('a note is in DHIS2 afterwards', async () => {
  const uid = await saveNote('Seen on 3 March')
  expect(emulator.state.fileResources.get(uid)).toMatchObject({ name: 'note.txt', contentLength: 15 })
})

test('a proxy that gives up is told to the user', async () => {
  emulator.inject({ kind: 'html', status: 502, route: 'POST /api/fileResources', count: 1 })
  await expect(saveNote('Seen on 3 March')).rejects.toThrow('DHIS2 says 502')
  expect(emulator.log.filter(({ fault }) => fault !== undefined)).toHaveLength(1)
})
