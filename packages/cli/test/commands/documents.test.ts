import { expect, test } from 'vitest'
import { emulated } from '../run.js'

const { emulator, dhis2 } = emulated()
const writes = (): number => emulator.log.filter(({ method }) => method !== 'GET').length
const link = (...more: string[]) => dhis2(['documents', 'link', 'Guide', 'https://example.org', ...more])

test('a link is looked at with --dry-run, and not made', async () => {
  const before = writes()
  const { code, stdout } = await link('--dry-run')
  expect([code, stdout]).toEqual([0, 'would create Guide -> https://example.org\n'])
  const wrong = await dhis2(['documents', 'link', 'Guide', 'ftp://example.org', '--dry-run'])
  expect(wrong.code).not.toBe(0)
  expect(writes()).toBe(before)
})

test('a change of a link is looked at with --dry-run, and not made', async () => {
  const { id } = (await link('--json')).json()
  const before = writes()
  const { code, json } = await dhis2(['documents', 'update', id, '--name', 'New', '--dry-run', '--json'])
  expect([code, json()]).toEqual([0, { status: 'planned', dryRun: true, uid: id, name: 'New' }])
  expect(await dhis2(['documents', 'update', 'z2345678901', '--name', 'New', '--dry-run'])).toMatchObject({ code: 6 })
  expect(writes()).toBe(before)
})
