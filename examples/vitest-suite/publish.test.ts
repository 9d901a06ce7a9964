import { Dhis2Client } from '@dhis2-files/client'
import { createEmulator } from '@dhis2-files/emulator'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { publishReport } from './publish.js'

/* No socket: the client's fetch is the emulator's. */
const emulator = createEmulator({ version: '2.43', settings: { storageDelay: 0 } })
const client = new Dhis2Client({
  baseUrl: 'http://dhis2.test',
  auth: { username: 'admin', password: 'district' },
  fetch: (input, init) => emulator.fetch(new Request(input, init)),
  retry: { minDelay: 1 },
})
const pdf = new Blob(['%PDF-1.4 March'], { type: 'application/pdf' })

beforeEach(() => emulator.reset())

afterAll(async () => {
  await client.close()
  await emulator.close()
})

test('publishes a report', async () => {
  const uid = await publishReport(client, '2026-03', pdf)
  const file = await client.files.downloadDocument(uid)
  expect(file).toMatchObject({ kind: 'file', name: 'report-2026-03.pdf', size: pdf.size })
})

test('leaves one report a month', async () => {
  await publishReport(client, '2026-03', pdf)
  const second = await publishReport(client, '2026-03', pdf)
  const { items } = await client.files.listDocuments({ fields: 'id' })
  expect(items.map(({ id }) => id)).toEqual([second])
})

test('makes one document although the first answer is lost', async () => {
  const fault = emulator.inject({ kind: 'lost-answer', route: 'POST /api/documents', count: 1 })
  await publishReport(client, '2026-03', pdf)
  expect(fault.fired).toBe(1)
  expect((await client.files.listDocuments()).items).toHaveLength(1)
})

test('says so when the file is never stored', async () => {
  emulator.inject({ kind: 'never-stored' })
  const published = client.files.uploadDocument(pdf, { name: 'Report', filename: 'report.pdf', deadline: 100 })
  await expect(published).rejects.toMatchObject({ code: 'not-yet-stored' })
  expect((await client.files.listDocuments()).items).toHaveLength(0)
})
