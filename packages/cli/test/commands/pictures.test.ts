import { createHash } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { emulated, run, temporaryFolder } from '../run.js'

const PHOTO = new URL('../../../../examples/files/photo.jpg', import.meta.url)
const ICON = new URL('../../../../test/conformance/fixtures/icon.png', import.meta.url)
const UNIT = 'DiszpKrYNg8'

const { emulator, env, dhis2 } = emulated()
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
const sent = (route: string): number =>
  emulator.log.filter(({ method, path }) => `${method} ${path}`.startsWith(route)).length

let cwd: string
beforeEach(() => {
  cwd = temporaryFolder()
  copyFileSync(PHOTO, join(cwd, 'photo.jpg'))
  copyFileSync(ICON, join(cwd, 'hut.png'))
})

beforeAll(async () => {
  const headers = { authorization: `Basic ${btoa('admin:district')}`, 'content-type': 'application/json' }
  const unit = { id: UNIT, name: 'Clinic', shortName: 'Clinic', openingDate: '2020-01-01T00:00:00.000' }
  const answer = await fetch(`${env['DHIS2_URL']}/api/metadata`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ organisationUnits: [unit] }),
  })
  expect(answer.status).toBe(200)
})

describe('a picture of an organisation unit', () => {
  test('is set from a file, shown, downloaded as it is stored, and removed', async () => {
    expect(await dhis2(['orgunits', 'set', UNIT, 'photo.jpg'], { cwd })).toMatchObject({ code: 0 })
    const { json } = await dhis2(['orgunits', 'get', UNIT, '--json'])
    const { stdout, code } = await dhis2(['orgunits', 'download', UNIT, '--to', 'copy.jpg'], { cwd })
    expect([code, stdout]).toEqual([0, expect.stringContaining(join(cwd, 'copy.jpg'))])
    expect(md5(readFileSync(join(cwd, 'copy.jpg')))).toBe(json().contentMd5)
    expect(await dhis2(['orgunits', 'remove', UNIT])).toMatchObject({ code: 2 })
    expect(await dhis2(['orgunits', 'get', UNIT])).toMatchObject({ code: 0 })
    expect(await dhis2(['orgunits', 'remove', UNIT, '--yes'])).toMatchObject({ code: 0 })
    expect(await dhis2(['orgunits', 'get', UNIT])).toMatchObject({ code: 6 })
  })

  test('goes on without sending the image again by the command that the failure names', async () => {
    const fault = emulator.inject({ kind: 'status', status: 403, route: 'PATCH /api/organisationUnits/*', count: 1 })
    const failed = await dhis2(['orgunits', 'set', UNIT, 'photo.jpg', '--json'], { cwd })
    expect([failed.code, fault.fired]).toEqual([5, 1])
    const { goOn, fileResource } = failed.json().error
    expect(goOn).toBe(`dhis2-files orgunits set ${UNIT} photo.jpg --json --file-resource ${fileResource}`)
    const uploads = sent('POST /api/fileResources')
    const finished = await dhis2(goOn.split(' ').slice(1), { cwd })
    expect([finished.code, finished.json().id]).toEqual([0, fileResource])
    expect(sent('POST /api/fileResources')).toBe(uploads)
  })

  test('is looked at with --dry-run, and nothing is sent', async () => {
    const before = emulator.log.length
    expect(await dhis2(['orgunits', 'set', UNIT, 'photo.jpg', '--dry-run'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('would set'),
    })
    writeFileSync(join(cwd, 'odd.png'), 'no picture')
    expect(await dhis2(['orgunits', 'set', UNIT, 'odd.png', '--dry-run'], { cwd })).toMatchObject({ code: 8 })
    const methods = emulator.log.slice(before).map(({ method }) => method)
    expect(new Set(methods)).toEqual(new Set(['GET']))
  })
})

describe('an avatar', () => {
  test('comes from stdin and goes to stdout', async () => {
    const stdin = readFileSync(PHOTO)
    expect(await dhis2(['avatars', 'set', '-'], { cwd, stdin })).toMatchObject({ code: 2 })
    expect(await dhis2(['avatars', 'set', '-', '--filename', 'me.jpg'], { cwd, stdin })).toMatchObject({ code: 0 })
    const { json } = await dhis2(['avatars', 'get', '--json'])
    const { bytes, code } = await dhis2(['avatars', 'download', '--to', '-'], { cwd })
    expect([code, md5(bytes), json().name]).toEqual([0, json().contentMd5, 'me.jpg'])
  })

  test('is not written onto a terminal, nor among JSON', async () => {
    expect(await dhis2(['avatars', 'download', '--to', '-'], { columns: 80 })).toMatchObject({ code: 2, stdout: '' })
    expect(await dhis2(['avatars', 'download', '--to', '-', '--json'])).toMatchObject({ code: 2 })
  })

  test('goes into a folder that is made, where --to ends like one', async () => {
    await dhis2(['avatars', 'set', 'photo.jpg'], { cwd })
    expect(await dhis2(['avatars', 'download', '--to', 'new/folder/'], { cwd })).toMatchObject({ code: 0 })
    expect(readdirSync(join(cwd, 'new', 'folder'))).toEqual(['photo.jpg'])
  })

  test('replaces a file only with --overwrite', async () => {
    await dhis2(['avatars', 'set', 'photo.jpg'], { cwd })
    writeFileSync(join(cwd, 'there.jpg'), 'mine')
    const refused = await dhis2(['avatars', 'download', '--to', 'there.jpg'], { cwd })
    expect([refused.code, refused.stderr]).toEqual([7, expect.stringContaining('pass --overwrite')])
    expect(readFileSync(join(cwd, 'there.jpg'), 'utf8')).toBe('mine')
    expect(await dhis2(['avatars', 'download', '--to', 'there.jpg', '--overwrite'], { cwd })).toMatchObject({ code: 0 })
    expect(readFileSync(join(cwd, 'there.jpg')).byteLength).toBeGreaterThan(1000)
  })

  test('that arrives damaged leaves no file', async () => {
    await dhis2(['avatars', 'set', 'photo.jpg'], { cwd })
    const fault = emulator.inject({ kind: 'corrupt', route: '/api/fileResources/*/data' })
    const { code } = await dhis2(['avatars', 'download', '--to', 'bad.jpg'], { cwd })
    fault.remove()
    expect([code, readdirSync(cwd).sort()]).toEqual([10, ['hut.png', 'photo.jpg']])
  })
})

describe('an icon', () => {
  test('is made, changed, found, downloaded and removed', async () => {
    const made = await dhis2(['icons', 'create', 'hut.png', '-k', 'house', '-k', 'health', '--json'], { cwd })
    expect(made.json()).toMatchObject({ key: 'hut', keywords: ['house', 'health'] })
    await dhis2(['icons', 'update', 'hut', '--description', 'A hut'])
    const { json } = await dhis2(['icons', 'list', '--custom', '--json'])
    expect(json()).toMatchObject([{ key: 'hut', description: 'A hut', keywords: ['house', 'health'] }])
    await dhis2(['icons', 'update', 'hut', '--clear-keywords'])
    expect((await dhis2(['icons', 'get', 'hut', '--json'])).json()).toMatchObject({
      description: 'A hut',
      keywords: [],
    })
    expect(await dhis2(['icons', 'download', 'hut', '--to', `${cwd}/icon.png`])).toMatchObject({ code: 0 })
    const removed = await dhis2(['icons', 'remove', 'hut', 'nope', '--yes', '--json'])
    expect([removed.code, removed.json().results]).toEqual([
      20,
      [
        { status: 'deleted', key: 'hut' },
        { key: 'nope', error: expect.objectContaining({ code: 'not-found' }) },
      ],
    ])
  })

  test('whose file has a name that is no key needs one', async () => {
    copyFileSync(ICON, join(cwd, 'a hut.png'))
    expect(await dhis2(['icons', 'create', 'a hut.png'], { cwd })).toMatchObject({ code: 2 })
  })
})

describe('resources list', () => {
  test('leaves icons out unless they are asked for', async () => {
    await dhis2(['icons', 'create', 'hut.png', '--key', 'other'], { cwd })
    await dhis2(['avatars', 'set', 'photo.jpg'], { cwd })
    const domains = async (...more: string[]): Promise<Set<string>> => {
      const { json } = await dhis2(['resources', 'list', '--all', '--json', ...more])
      return new Set(json().map(({ domain }: { domain: string }) => domain))
    }
    expect([...(await domains())]).not.toContain('ICON')
    expect([...(await domains('--icons'))]).toEqual(expect.arrayContaining(['ICON', 'USER_AVATAR']))
    expect([...(await domains('--domain', 'ICON'))]).toEqual(['ICON'])
    expect([...(await domains('--domain', 'ICON', '--domain', 'USER_AVATAR'))].sort()).toEqual(['ICON', 'USER_AVATAR'])
  })

  test('says no wrong thing where any filter is enough', async () => {
    const { code } = await dhis2(['resources', 'list', '--any-filter', '--filter', 'name:eq:x', '--domain', 'ICON'])
    expect(code).toBe(2)
  })
})

test('resources wait tells what is stored, and what never will be', async () => {
  const { json } = await dhis2(['resources', 'list', '--json', '--fields', 'id'])
  const [{ id }] = json()
  expect(await dhis2(['resources', 'wait', id])).toMatchObject({ code: 0, stdout: expect.stringContaining('stored') })
  expect(await dhis2(['resources', 'wait', 'x2345678901'])).toMatchObject({ code: 6 })
})

test('a wrong password is told once, with its own exit code', async () => {
  const { code, stderr } = await run(['avatars', 'get'], { env: { ...env, DHIS2_PASSWORD: 'wrong' } })
  expect([code, stderr.match(/error:/g)?.length]).toEqual([4, 1])
})
