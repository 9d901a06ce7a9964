import { appendFile, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Journal, type JournalHeader, type PlannedFile } from '../../src/batch/journal.js'
import { useFolder } from './folder.js'

const folder = useFolder()

const HEADER: JournalHeader = {
  journal: 'dhis2-files',
  version: 1,
  command: 'documents upload',
  baseUrl: 'https://dhis2.example.org/',
  profile: 'ministry',
  created: '2026-11-25T10:00:00.000Z',
  settings: { public: '--------' },
}

const file = (number: number, more: Partial<PlannedFile> = {}): PlannedFile => ({
  file: number,
  path: `/reports/${number}.pdf`,
  filename: `${number}.pdf`,
  size: number * 100,
  mtime: 1,
  md5: 'd41d8cd98f00b204e9800998ecf8427e',
  name: `Report ${number}`,
  document: `a234567890${number}`,
  fileResource: `b234567890${number}`,
  ...more,
})

describe('a journal', () => {
  test('holds the whole plan before anything else, for this user alone', async () => {
    const path = join(await folder(), 'j.ndjson')
    const journal = await Journal.create(path, HEADER, [file(1), file(2)])
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      HEADER,
      { ...file(1), state: 'planned' },
      { ...file(2), state: 'planned' },
    ])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    await journal.close({ remove: false })
  })

  test('is opened again with what was done, what failed and what is left', async () => {
    const path = join(await folder(), 'j.ndjson')
    const journal = await Journal.create(path, HEADER, [file(1), file(2), file(3)])
    await journal.settle(file(2), { state: 'done' })
    await journal.settle(file(3), { state: 'failed', error: { code: 'network', message: 'gone' } })
    await journal.close({ remove: false })
    const again = await Journal.open(path)
    expect(again.header).toEqual(HEADER)
    expect(again.files).toEqual([file(1), file(2), file(3)])
    expect(again.open).toEqual([file(1), file(3)])
    expect(again.outcomeOf(file(3))).toEqual({ state: 'failed', error: { code: 'network', message: 'gone' } })
    await again.close({ remove: false })
  })

  test('takes up what could not be read at first', async () => {
    const path = join(await folder(), 'j.ndjson')
    const { size: _, mtime: __, md5: ___, ...unread } = file(1)
    const journal = await Journal.create(path, HEADER, [unread])
    await journal.complete(file(1))
    await journal.close({ remove: false })
    const again = await Journal.open(path)
    expect(again.files).toEqual([file(1)])
    await again.close({ remove: false })
  })

  test('loses only a line that a crash has cut', async () => {
    const path = join(await folder(), 'j.ndjson')
    const journal = await Journal.create(path, HEADER, [file(1), file(2)])
    await journal.settle(file(1), { state: 'done' })
    await journal.close({ remove: false })
    await appendFile(path, '{"file":2,"sta')
    const again = await Journal.open(path)
    expect(again.open).toEqual([file(2)])
    await again.settle(file(2), { state: 'done' })
    await again.close({ remove: false })
    const last = await Journal.open(path)
    expect(last.open).toEqual([])
    await last.close({ remove: false })
  })

  test('goes away when it is asked to', async () => {
    const path = join(await folder(), 'j.ndjson')
    await (await Journal.create(path, HEADER, [])).close({ remove: true })
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test.each([
    ['{"hello":1}\n', /is no journal of dhis2-files/],
    ['not json\n', /is no journal of dhis2-files: line 1/],
    ['', /is no journal of dhis2-files/],
    [`${JSON.stringify({ ...HEADER, version: 2 })}\n`, /written by another version/],
  ])('is told from other files: %j', async (text, message) => {
    const path = join(await folder(), 'j.ndjson')
    await writeFile(path, text)
    await expect(Journal.open(path)).rejects.toThrow(message)
  })

  test('that is not there is named', async () => {
    const path = join(await folder(), 'j.ndjson')
    await expect(Journal.open(path)).rejects.toMatchObject({
      message: `There is no journal ${path}.`,
      exit: 'local-file',
    })
  })
})
