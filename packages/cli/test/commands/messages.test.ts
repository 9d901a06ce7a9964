import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { emulated, temporaryFolder } from '../run.js'

const ADMIN = 'M5zQapPyTZI'
const { emulator, dhis2 } = emulated()

let cwd: string
beforeEach(() => {
  cwd = temporaryFolder()
  for (const name of ['one.txt', 'two.txt', 'تقرير 📷.txt']) writeFileSync(join(cwd, name), `the bytes of ${name}`)
})

const send = (...more: string[]) => ['messages', 'send', 'Stock', '--user', ADMIN, '--text', 'See.', ...more]

describe('a message', () => {
  test('goes with its attachments, which are downloaded by their names', async () => {
    const sent = await dhis2(send('--attach', 'one.txt', '-a', 'تقرير 📷.txt', '--json'), { cwd })
    const { conversation } = sent.json()
    const listed = await dhis2(['messages', 'attachments', conversation, '--json'])
    expect(listed.json().map((row: { fileResource: { name: string } }) => row.fileResource.name)).toEqual([
      'one.txt',
      'تقرير 📷.txt',
    ])
    const to = join(temporaryFolder(), 'new')
    const { code, json } = await dhis2(['messages', 'download', conversation, '--to', to, '--json'])
    expect([code, json().length]).toEqual([0, 2])
    expect(readFileSync(join(to, 'تقرير 📷.txt'), 'utf8')).toBe('the bytes of تقرير 📷.txt')
  })

  test('takes its text from stdin, and an answer too', async () => {
    const { json } = await dhis2(['messages', 'send', 'Hi', '--user', ADMIN, '--text', '-', '--json'], {
      stdin: 'Hello\n',
    })
    const { conversation } = json()
    expect(await dhis2(['messages', 'reply', conversation, '--text', ' ', '--json'])).toMatchObject({ code: 2 })
    const answered = await dhis2(['messages', 'reply', conversation, '--text', 'Yes', '-a', 'one.txt'], { cwd })
    expect(answered).toMatchObject({ code: 0, stdout: expect.stringContaining('1 attachment') })
  })

  test('that failed after its files were sent goes on with them, and sends none twice', async () => {
    emulator.inject({ kind: 'status', status: 403, route: 'POST /api/messageConversations', count: 1 })
    const failed = await dhis2(send('--attach', 'one.txt', '--attach', 'two.txt', '--json'), { cwd })
    const { goOn, fileResources } = failed.json().error
    expect([failed.code, fileResources.length]).toEqual([5, 2])
    const uploads = () =>
      emulator.log.filter(({ method, path }) => `${method} ${path}`.startsWith('POST /api/fileRes')).length
    const before = uploads()
    const finished = await dhis2(goOn.split(' ').slice(1), { cwd })
    expect(finished.code).toBe(0)
    expect(finished.json().attachments.map(({ id }: { id: string }) => id)).toEqual(fileResources)
    expect(uploads()).toBe(before)
  })

  test('is not sent with --dry-run, although its files are looked at', async () => {
    expect(await dhis2(send('-a', 'one.txt', '--dry-run'), { cwd })).toMatchObject({ code: 0 })
    expect(await dhis2(send('-a', 'absent.txt', '--dry-run'), { cwd })).toMatchObject({ code: 14 })
  })

  test('needs somebody to go to', async () => {
    expect(await dhis2(['messages', 'send', 'Hi', '--text', 'x'])).toMatchObject({ code: 2 })
  })
})

test('attachments of one name get their uids before it, and what is there is not replaced', async () => {
  const { json } = await dhis2(send('-a', 'one.txt', '-a', join(cwd, 'one.txt'), '-a', 'two.txt', '--json'), { cwd })
  const { conversation, attachments } = json()
  const to = temporaryFolder()
  writeFileSync(join(to, 'two.txt'), 'mine')
  const { code } = await dhis2(['messages', 'download', conversation, '--to', to])
  expect(code).toBe(20)
  const [first, second] = attachments.map(({ id }: { id: string }) => id)
  expect(readdirSync(to).sort()).toEqual([`${first}-one.txt`, `${second}-one.txt`, 'two.txt'].sort())
  expect(readFileSync(join(to, 'two.txt'), 'utf8')).toBe('mine')
  expect(await dhis2(['messages', 'download', conversation, '--to', '-'])).toMatchObject({ code: 2 })
  expect(await dhis2(['messages', 'download', conversation, second, '--to', '-'])).toMatchObject({
    code: 0,
    stdout: 'the bytes of one.txt',
  })
})
