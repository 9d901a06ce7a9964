import { beforeAll, expect, test } from 'vitest'
import { emulated } from '../run.js'

const { dhis2 } = emulated()

beforeAll(async () => {
  for (const name of ['one', 'two']) await dhis2(['documents', 'link', name, 'https://example.org'])
})

test.each(['*', ':owner', '*,!sharing'])('--fields %s shows the usual columns', async (fields) => {
  const { code, stdout } = await dhis2(['documents', 'list', '--fields', fields, '--order', 'name:asc'])
  expect(code).toBe(0)
  const rows = stdout.trimEnd().split('\n')
  expect(rows.map((row) => row.split('\t').slice(1, 3))).toEqual([
    ['link', 'one'],
    ['link', 'two'],
  ])
})

test.each([
  ['documents', 'list', '--page', '2', '--all'],
  ['documents', 'list', '--page', '2', '--limit', '20'],
  ['resources', 'list', '--page', '1', '--all'],
  ['icons', 'list', '--page', '2', '--limit', '1'],
])('%s %s %s %s %s is refused', async (...argv) => {
  const { code, stderr } = await dhis2(argv)
  expect([code, stderr]).toEqual([2, expect.stringContaining('exclude each other')])
})

test('short lists come as lines of JSON too', async () => {
  const { code, stdout } = await dhis2(['profile', 'list', '--ndjson'])
  expect([code, stdout]).toEqual([0, ''])
  const conversation = await dhis2(['messages', 'send', 'Hi', '--user', 'M5zQapPyTZI', '--text', 't', '--json'])
  const listed = await dhis2(['messages', 'attachments', conversation.json().conversation, '--ndjson'])
  expect([listed.code, listed.stdout]).toEqual([0, ''])
})
