import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { knownBug } from '../../../client/src/known-bugs.js'
import { parseVersion } from '../../../client/src/versions.js'
import { bugsOf, SERVER_BUGS } from '../../src/commands/doctor/server-bugs.js'
import { emulated } from '../run.js'

const versions = readFileSync(new URL('../../../../docs/versions.md', import.meta.url), 'utf8')

// which bugs a release has, by its row of docs/versions.md; those that every release has are left out
const PINS: Readonly<Record<string, string>> = {
  '2.41.0': 'upload.image-type upload.slow-variants',
  '2.41.5': 'upload.image-type upload.slow-variants',
  '2.41.6': 'upload.image-type',
  '2.41.6.1': 'upload.image-type',
  '2.41.7': 'tracker.trim upload.image-type',
  '2.41.8': 'tracker.trim',
  '2.41.8.1': '',
  '2.41.8.2': '',
  '2.41.9': 'tracker.images',
  '2.41.9.1': '',
  '2.42.0': 'upload.image-type upload.slow-variants',
  '2.42.2': 'upload.image-type upload.slow-variants',
  '2.42.3': 'upload.image-type',
  '2.42.3.1': 'upload.image-type',
  '2.42.4': 'tracker.trim',
  '2.42.4.1': '',
  '2.42.5': 'tracker.images',
  '2.42.5.1': 'tracker.images',
  '2.42.5.2': '',
  '2.42-SNAPSHOT': '',
  '2.43.0': 'value.refused',
  '2.43.1': 'value.refused',
  '2.44-SNAPSHOT': 'value.refused',
  '2.45.0': 'value.refused',
}

const everywhere = SERVER_BUGS.filter(({ releases }) => releases.some(({ from }) => from === '2.41')).filter(
  ({ releases: [first] }) => first?.before === undefined,
)

test.each(Object.entries(PINS))('DHIS2 %s has: %s', (release, ids) => {
  const found = bugsOf(parseVersion(release)).filter((bug) => !everywhere.includes(bug))
  expect(found.map(({ id }) => id).join(' ')).toBe(ids)
})

test('what the client knows of images in the tracker is what the doctor says', () => {
  for (const release of Object.keys(PINS)) {
    const version = parseVersion(release)
    const told = bugsOf(version).some(({ id }) => id === 'tracker.images')
    expect(told, release).toBe(knownBug(version, 'image-values-refused') !== undefined)
  }
})

test('every bug is a row of docs/versions.md, with its ticket', () => {
  for (const { id, ticket, does, instead } of SERVER_BUGS) {
    const row = versions.split('\n').find((line) => line.startsWith(`| \`${id}\` |`))
    expect(row, id).toBeDefined()
    if (ticket !== undefined) expect(row).toContain(ticket)
    expect([does, instead]).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/\.$/)])
  }
})

describe('doctor', () => {
  const { dhis2 } = emulated()

  test('tells who signs in where, and what that version does', async () => {
    const { code, json, stderr } = await dhis2(['doctor', '--json'])
    expect([code, stderr]).toEqual([0, ''])
    const { ok, checks } = json()
    expect(ok).toBe(true)
    const about = (word: string) => checks.filter((check: { about: string }) => check.about === word)
    expect(about('server')[0].text).toContain('DHIS2 2.43')
    expect(about('user')[0].text).toBe('admin is a superuser')
    expect(about('clock')[0].level).toBe('good')
    expect(about('known bug').map(({ id }: { id: string }) => id)).toContain('value.refused')
  })

  test('tells of a proxy without its password', async () => {
    const { stdout } = await dhis2(['doctor'], { env: { HTTP_PROXY: 'http://me:hunter2@127.0.0.1:1' } })
    expect(stdout).toContain('http://•••@127.0.0.1:1, says HTTP_PROXY')
    expect(stdout).not.toContain('hunter2')
  })

  test('ends with the class of the error where the server cannot be used', async () => {
    const { code, json } = await dhis2(['doctor', '--json'], { env: { DHIS2_PASSWORD: 'wrong' } })
    expect([code, json().ok, json().error.code]).toEqual([4, false, 'unauthenticated'])
    expect(json().checks.length).toBeGreaterThan(1)
  })
})
